/// The step from a coarse level to the next finer one that reproduces the near null space, before it is smoothed: on each
/// aggregate the vectors, made orthonormal, are the columns.
struct TentativeProlongation {
  let matrix: CompressedRows
  /// The near null space on the coarse level.
  let coarseVectors: [[Double]]
  /// The first coarse unknown of each aggregate, and their number at last. An aggregate has one for each vector that is
  /// independent of the others on it.
  let coarseStarts: [Int]

  init(aggregation: Aggregation, nodeStarts: [Int], vectors: [[Double]]) {
    let size = nodeStarts[nodeStarts.count - 1]
    var members = [[Int32]](repeating: [], count: aggregation.count)
    for (node, aggregate) in aggregation.aggregates.enumerated() where aggregate >= 0 {
      for unknown in nodeStarts[node]..<nodeStarts[node + 1] { members[Int(aggregate)].append(Int32(unknown)) }
    }
    var coarseStarts = [0]
    var rowEntries = [Int](repeating: 0, count: size + 1)
    var blocks: [[Double]] = []
    var coarseVectors = [[Double]](repeating: [], count: vectors.count)
    for unknowns in members {
      let (columns, coefficients) = Self.orthonormal(unknowns, vectors)
      let rank = unknowns.isEmpty ? 0 : columns.count / unknowns.count
      for (vector, coefficient) in coefficients.enumerated() { coarseVectors[vector] += coefficient }
      for unknown in unknowns { rowEntries[Int(unknown) + 1] = rank }
      coarseStarts.append(coarseStarts[coarseStarts.count - 1] + rank)
      blocks.append(columns)
    }
    for row in 0..<size { rowEntries[row + 1] += rowEntries[row] }
    var columns = [Int32](repeating: 0, count: rowEntries[size])
    var values = [Double](repeating: 0, count: rowEntries[size])
    for (aggregate, unknowns) in members.enumerated() {
      let rank = coarseStarts[aggregate + 1] - coarseStarts[aggregate]
      for (place, unknown) in unknowns.enumerated() {
        let start = rowEntries[Int(unknown)]
        for column in 0..<rank {
          columns[start + column] = Int32(coarseStarts[aggregate] + column)
          values[start + column] = blocks[aggregate][column * unknowns.count + place]
        }
      }
    }
    matrix = CompressedRows(
      rowCount: size, columnCount: coarseStarts[coarseStarts.count - 1], starts: rowEntries, columns: columns,
      values: values)
    self.coarseVectors = coarseVectors
    self.coarseStarts = coarseStarts
  }

  /// Gram and Schmidt's method, twice over each vector: orthonormal columns on an aggregate and the coefficients that give
  /// each vector back. A vector that depends on those before it adds no column.
  private static func orthonormal(
    _ unknowns: [Int32], _ vectors: [[Double]]
  ) -> (columns: [Double], coefficients: [[Double]]) {
    let count = unknowns.count
    var columns: [Double] = []
    var coefficients: [[Double]] = []
    for vector in vectors {
      var rest = unknowns.map { vector[Int($0)] }
      let before = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      var sums = [Double](repeating: 0, count: columns.count / max(count, 1))
      for _ in 0..<2 {
        for column in sums.indices {
          var sum = 0.0
          for row in 0..<count { sum += columns[column * count + row] * rest[row] }
          for row in 0..<count { rest[row] -= sum * columns[column * count + row] }
          sums[column] += sum
        }
      }
      let norm = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1e-8 * before, sums.count < count {
        columns += rest.map { $0 / norm }
        sums.append(norm)
      }
      coefficients.append(sums)
    }
    let rank = columns.count / max(count, 1)
    return (columns, coefficients.map { $0 + [Double](repeating: 0, count: rank - $0.count) })
  }
}
