/// A sparse matrix by compressed rows, columns ascending in each: products that threads share by rows.
struct CompressedRows: Sendable {
  let rowCount: Int
  let columnCount: Int
  /// Start of each row, `rowCount + 1` entries.
  let starts: [Int]
  let columns: [Int32]
  var values: [Double]

  init(rowCount: Int, columnCount: Int, starts: [Int], columns: [Int32], values: [Double]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.starts = starts
    self.columns = columns
    self.values = values
  }

  /// Both triangles of a symmetric matrix given by its lower one.
  init(pattern: SparsityPattern, values lower: [Double]) {
    let size = pattern.size
    var starts = [Int](repeating: 0, count: size + 1)
    for column in 0..<size {
      let entries = Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1])
      starts[column + 1] += entries.count
      for entry in entries.dropFirst() { starts[Int(pattern.rows[entry]) + 1] += 1 }
    }
    for row in 0..<size { starts[row + 1] += starts[row] }
    let count = starts[size]
    var next = starts
    let columns = [Int32](unsafeUninitializedCapacity: count) { columns, written in
      // What lies left of the diagonal first: columns come ascending to each row.
      for column in 0..<size {
        for entry in Int(pattern.columnStarts[column]) + 1..<Int(pattern.columnStarts[column + 1]) {
          let row = Int(pattern.rows[entry])
          columns[next[row]] = Int32(column)
          next[row] += 1
        }
      }
      for column in 0..<size {
        for entry in Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1]) {
          columns[next[column]] = pattern.rows[entry]
          next[column] += 1
        }
      }
      written = count
    }
    next = starts
    values = [Double](unsafeUninitializedCapacity: count) { values, written in
      for column in 0..<size {
        for entry in Int(pattern.columnStarts[column]) + 1..<Int(pattern.columnStarts[column + 1]) {
          let row = Int(pattern.rows[entry])
          values[next[row]] = lower[entry]
          next[row] += 1
        }
      }
      for column in 0..<size {
        for entry in Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1]) {
          values[next[column]] = lower[entry]
          next[column] += 1
        }
      }
      written = count
    }
    rowCount = size
    columnCount = size
    self.starts = starts
    self.columns = columns
  }

  /// 1 / a_ii.
  ///
  /// - Throws: ``CholeskyError/notPositiveDefinite(column:)`` where a diagonal entry is not positive.
  func inverseDiagonal() throws(CholeskyError) -> [Double] {
    var result = [Double](repeating: 0, count: rowCount)
    for row in 0..<rowCount {
      var sum = 0.0
      for entry in starts[row]..<starts[row + 1] where Int(columns[entry]) == row { sum += values[entry] }
      guard sum > 0 else { throw .notPositiveDefinite(column: row) }
      result[row] = 1 / sum
    }
    return result
  }

  /// y = A x.
  func multiply(_ x: [Double], into y: inout [Double], threads: Int) throws {
    try apply(x, threads: threads, into: &y) { _, sum in sum }
  }

  /// y = y + A x.
  func addProduct(_ x: [Double], to y: inout [Double], threads: Int) throws {
    try apply(x, threads: threads, into: &y) { old, sum in old + sum }
  }

  /// y = b − A x.
  func residual(of b: [Double], minus x: [Double], into y: inout [Double], threads: Int) throws {
    y = b
    try apply(x, threads: threads, into: &y) { old, sum in old - sum }
  }

  /// y = y − A x.
  func subtractProduct(_ x: [Double], from y: inout [Double], threads: Int) throws {
    try apply(x, threads: threads, into: &y) { old, sum in old - sum }
  }

  @inline(__always)
  private func apply(
    _ x: [Double], threads: Int, into y: inout [Double], _ join: @Sendable (_ old: Double, _ sum: Double) -> Double
  ) throws {
    precondition(x.count == columnCount && y.count == rowCount, "vectors of the matrix's size")
    let rowCount = self.rowCount
    try starts.withUnsafeBufferPointer { starts in
      try columns.withUnsafeBufferPointer { columns in
        try values.withUnsafeBufferPointer { values in
          try x.withUnsafeBufferPointer { x in
            try y.withUnsafeMutableBufferPointer { y in
              nonisolated(unsafe) let (starts, columns, values, x, y) = (starts, columns, values, x, y)
              try parallelFor(count: rowCount, grain: 1024, threads: threads) { _, rows in
                for row in rows {
                  // Two sums hide the latency of an addition.
                  var (even, odd) = (0.0, 0.0)
                  var entry = starts[row]
                  let end = starts[row + 1]
                  while entry + 1 < end {
                    even += values[entry] * x[Int(columns[entry])]
                    odd += values[entry + 1] * x[Int(columns[entry + 1])]
                    entry += 2
                  }
                  if entry < end { even += values[entry] * x[Int(columns[entry])] }
                  y[row] = join(y[row], even + odd)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The transpose.
  func transposed() -> CompressedRows {
    var next = [Int](repeating: 0, count: columnCount + 1)
    for column in columns { next[Int(column) + 1] += 1 }
    for column in 0..<columnCount { next[column + 1] += next[column] }
    let newStarts = next
    var newColumns = [Int32](repeating: 0, count: columns.count)
    var newValues = [Double](repeating: 0, count: columns.count)
    for row in 0..<rowCount {
      for entry in starts[row]..<starts[row + 1] {
        let column = Int(columns[entry])
        newColumns[next[column]] = Int32(row)
        newValues[next[column]] = values[entry]
        next[column] += 1
      }
    }
    return CompressedRows(
      rowCount: columnCount, columnCount: rowCount, starts: newStarts, columns: newColumns, values: newValues)
  }

  /// A B, row by row; columns of a row come in the order of their first appearance unless sorted.
  ///
  /// F. G. Gustavson, ACM Trans. Math. Softw. 4 (1978) 250.
  func multiplied(by other: CompressedRows) -> CompressedRows {
    precondition(columnCount == other.rowCount, "the inner sizes agree")
    var newStarts = [0]
    newStarts.reserveCapacity(rowCount + 1)
    var newColumns: [Int32] = []
    var newValues: [Double] = []
    newColumns.reserveCapacity(columns.count)
    newValues.reserveCapacity(columns.count)
    var sums = [Double](repeating: 0, count: other.columnCount)
    var lastRow = [Int32](repeating: -1, count: other.columnCount)
    var found = [Int32](repeating: 0, count: other.columnCount)
    columns.withUnsafeBufferPointer { columns in
      values.withUnsafeBufferPointer { values in
        other.starts.withUnsafeBufferPointer { otherStarts in
          other.columns.withUnsafeBufferPointer { otherColumns in
            other.values.withUnsafeBufferPointer { otherValues in
              sums.withUnsafeMutableBufferPointer { sums in
                lastRow.withUnsafeMutableBufferPointer { lastRow in
                  found.withUnsafeMutableBufferPointer { found in
                    for row in 0..<rowCount {
                      var count = 0
                      for entry in starts[row]..<starts[row + 1] {
                        let factor = values[entry]
                        let inner = Int(columns[entry])
                        for second in otherStarts[inner]..<otherStarts[inner + 1] {
                          let column = Int(otherColumns[second])
                          if lastRow[column] == Int32(row) {
                            sums[column] += factor * otherValues[second]
                          } else {
                            lastRow[column] = Int32(row)
                            sums[column] = factor * otherValues[second]
                            found[count] = Int32(column)
                            count += 1
                          }
                        }
                      }
                      found[..<count].sort()
                      for index in 0..<count {
                        newColumns.append(found[index])
                        newValues.append(sums[Int(found[index])])
                      }
                      newStarts.append(newColumns.count)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return CompressedRows(
      rowCount: rowCount, columnCount: other.columnCount, starts: newStarts, columns: newColumns, values: newValues)
  }

  /// The lower triangle of a symmetric matrix, for a direct factor.
  func lowerTriangle() -> SymmetricSparseMatrix {
    // A symmetric matrix's row right of the diagonal is its column below it.
    var columnStarts: [Int32] = [0]
    var rows: [Int32] = []
    var lower: [Double] = []
    for row in 0..<rowCount {
      for entry in starts[row]..<starts[row + 1] where Int(columns[entry]) >= row {
        rows.append(columns[entry])
        lower.append(values[entry])
      }
      columnStarts.append(Int32(rows.count))
    }
    return SymmetricSparseMatrix(
      pattern: SparsityPattern(size: rowCount, columnStarts: columnStarts, rows: rows), values: lower)
  }
}
