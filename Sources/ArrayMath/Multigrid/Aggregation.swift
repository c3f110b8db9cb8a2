/// The nodes of a level gathered into aggregates, each of which becomes a node of the next coarser one.
struct Aggregation: Sendable {
  /// The aggregate of each node; negative for a node that nothing couples to, which needs no coarse level.
  let aggregates: [Int32]
  let count: Int

  /// Gathers nodes with those that they are strongly coupled to: ‖A_ij‖² > θ² ‖A_ii‖ ‖A_jj‖ by the norms of Frobenius.
  ///
  /// First every node whose strong neighbours are all free makes an aggregate with them; then those left over join the
  /// neighbouring aggregate that they are coupled to most; what still remains makes aggregates of its own.
  ///
  /// P. Vaněk, J. Mandel, M. Brezina, Computing 56 (1996) 179.
  ///
  /// - Parameters:
  ///   - matrix: a symmetric matrix.
  ///   - nodeStarts: the first unknown of each node, and the number of unknowns at last.
  ///   - threshold: θ, 0...1.
  init(matrix: CompressedRows, nodeStarts: [Int], threshold: Double) {
    let graph = Self.strongNeighbours(matrix, nodeStarts, threshold)
    let nodeCount = nodeStarts.count - 1
    var aggregates = [Int32](repeating: -1, count: nodeCount)
    var count: Int32 = 0
    for node in 0..<nodeCount where aggregates[node] < 0 {
      let neighbours = graph.starts[node]..<graph.starts[node + 1]
      guard !neighbours.isEmpty, neighbours.allSatisfy({ aggregates[Int(graph.nodes[$0])] < 0 }) else { continue }
      aggregates[node] = count
      for entry in neighbours { aggregates[Int(graph.nodes[entry])] = count }
      count += 1
    }
    let first = aggregates
    for node in 0..<nodeCount where aggregates[node] < 0 {
      var best = 0.0
      for entry in graph.starts[node]..<graph.starts[node + 1] where first[Int(graph.nodes[entry])] >= 0 {
        if graph.strengths[entry] > best {
          best = graph.strengths[entry]
          aggregates[node] = first[Int(graph.nodes[entry])]
        }
      }
    }
    for node in 0..<nodeCount where aggregates[node] < 0 {
      let neighbours = graph.starts[node]..<graph.starts[node + 1]
      guard !neighbours.isEmpty else { continue }
      aggregates[node] = count
      for entry in neighbours where aggregates[Int(graph.nodes[entry])] < 0 {
        aggregates[Int(graph.nodes[entry])] = count
      }
      count += 1
    }
    self.aggregates = aggregates
    self.count = Int(count)
  }

  private static func strongNeighbours(
    _ matrix: CompressedRows, _ nodeStarts: [Int], _ threshold: Double
  ) -> (starts: [Int], nodes: [Int32], strengths: [Double]) {
    let nodeCount = nodeStarts.count - 1
    var nodeOf = [Int32](repeating: 0, count: matrix.rowCount)
    for node in 0..<nodeCount {
      for unknown in nodeStarts[node]..<nodeStarts[node + 1] { nodeOf[unknown] = Int32(node) }
    }
    var norms = [Double](repeating: 0, count: nodeCount)
    for node in 0..<nodeCount {
      for row in nodeStarts[node]..<nodeStarts[node + 1] {
        for entry in matrix.starts[row]..<matrix.starts[row + 1] where nodeOf[Int(matrix.columns[entry])] == Int32(node)
        {
          norms[node] += matrix.values[entry] * matrix.values[entry]
        }
      }
    }
    var starts = [0]
    var nodes: [Int32] = []
    var strengths: [Double] = []
    var sums = [Double](repeating: 0, count: nodeCount)
    var last = [Int32](repeating: -1, count: nodeCount)
    var found: [Int32] = []
    for node in 0..<nodeCount {
      found.removeAll(keepingCapacity: true)
      for row in nodeStarts[node]..<nodeStarts[node + 1] {
        for entry in matrix.starts[row]..<matrix.starts[row + 1] {
          let other = Int(nodeOf[Int(matrix.columns[entry])])
          let square = matrix.values[entry] * matrix.values[entry]
          if last[other] == Int32(node) {
            sums[other] += square
          } else {
            last[other] = Int32(node)
            sums[other] = square
            found.append(Int32(other))
          }
        }
      }
      for other in found where Int(other) != node {
        let strength = sums[Int(other)] / (norms[node] * norms[Int(other)]).squareRoot()
        if strength > threshold * threshold {
          nodes.append(other)
          strengths.append(strength)
        }
      }
      starts.append(nodes.count)
    }
    return (starts, nodes, strengths)
  }
}
