/// A symmetric sparse matrix: a pattern of its lower triangle and a value for each entry of it.
public struct SymmetricSparseMatrix: Sendable {
  public let pattern: SparsityPattern
  /// One value for each entry of the pattern.
  public var values: [Double]

  /// A matrix of zeros.
  public init(pattern: SparsityPattern) {
    self.pattern = pattern
    values = [Double](repeating: 0, count: pattern.count)
  }

  /// - Precondition: there is a value for each entry of the pattern.
  public init(pattern: SparsityPattern, values: [Double]) {
    precondition(values.count == pattern.count, "a value for each entry")
    self.pattern = pattern
    self.values = values
  }

  /// Adds to the entry at (row, column), which stands for its mirror image as well.
  ///
  /// - Precondition: the entry is in the pattern.
  public mutating func add(_ value: Double, row: Int, column: Int) {
    guard let position = pattern.position(row: row, column: column) else {
      preconditionFailure("an entry outside the pattern")
    }
    values[position] += value
  }

  /// Adds an element's matrix.
  ///
  /// Many times faster than entry by entry: each column of the pattern is run through once.
  ///
  /// - Parameters:
  ///   - element: a symmetric matrix, row by row.
  ///   - unknowns: the unknown of each of its rows; a negative one is left out, and one may come several times.
  /// - Precondition: the pattern couples the unknowns with each other.
  public mutating func add(element: UnsafeBufferPointer<Double>, unknowns: UnsafeBufferPointer<Int32>) {
    let count = unknowns.count
    precondition(element.count == count * count, "a value for each pair of unknowns")
    let pattern = self.pattern
    values.withUnsafeMutableBufferPointer { values in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { order in
        // The element's rows by ascending unknown: so they are met in a column of the pattern.
        for place in 0..<count {
          var hole = place
          while hole > 0, unknowns[order[hole - 1]] > unknowns[place] {
            order[hole] = order[hole - 1]
            hole -= 1
          }
          order[hole] = place
        }
        var first = 0
        while first < count, unknowns[order[first]] < 0 { first += 1 }
        for place in first..<count {
          let column = unknowns[order[place]]
          var start = place
          while start > first, unknowns[order[start - 1]] == column { start -= 1 }
          var entry = Int(pattern.columnStarts[Int(column)])
          let end = Int(pattern.columnStarts[Int(column) + 1])
          for other in start..<count {
            let row = unknowns[order[other]]
            while entry < end, pattern.rows[entry] < row { entry += 1 }
            precondition(entry < end && pattern.rows[entry] == row, "an entry outside the pattern")
            values[entry] += element[count * order[other] + order[place]]
          }
        }
      }
    }
  }

  /// result = A x.
  ///
  /// - Parameters:
  ///   - vector: x, of the matrix's size.
  ///   - result: overwritten; of the matrix's size.
  public func multiply(_ vector: [Double], into result: inout [Double]) {
    let size = pattern.size
    precondition(vector.count == size && result.count == size, "vectors of the matrix's size")
    values.withUnsafeBufferPointer { values in
      pattern.rows.withUnsafeBufferPointer { rows in
        pattern.columnStarts.withUnsafeBufferPointer { starts in
          vector.withUnsafeBufferPointer { x in
            result.withUnsafeMutableBufferPointer { y in
              y.update(repeating: 0)
              for column in 0..<size {
                let first = Int(starts[column])
                let xc = x[column]
                // The diagonal comes first in its column and has no mirror image.
                var sum = values[first] * xc
                for entry in first + 1..<Int(starts[column + 1]) {
                  let row = Int(rows[entry])
                  sum += values[entry] * x[row]
                  y[row] += values[entry] * xc
                }
                y[column] += sum
              }
            }
          }
        }
      }
    }
  }
}
