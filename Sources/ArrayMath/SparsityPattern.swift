/// Where the entries of a symmetric sparse matrix are: its lower triangle by compressed columns.
///
/// Column `c` holds the rows `rows[columnStarts[c]..<columnStarts[c + 1]]`, ascending and none above `c`; the diagonal
/// is always present. Indices are 32-bit, as the factorisation wants them.
public struct SparsityPattern: Sendable, Hashable {
  /// Number of rows and columns.
  public let size: Int
  /// Start of each column in ``rows``, `size + 1` entries.
  public let columnStarts: [Int32]
  /// Row of each entry.
  public let rows: [Int32]

  /// Number of stored entries.
  public var count: Int { rows.count }

  /// The pattern of a matrix assembled from elements: two unknowns are coupled where an element holds both.
  ///
  /// - Parameters:
  ///   - size: number of unknowns.
  ///   - unknownsPerElement: entries of `connectivity` that make one element.
  ///   - connectivity: unknowns of all elements, one element after the other; a negative one is left out.
  /// - Precondition: every unknown is below `size` and the connectivity is a whole number of elements.
  public init(size: Int, unknownsPerElement: Int, connectivity: [Int32]) {
    precondition(size >= 0 && unknownsPerElement > 0, "a matrix has a size and an element has unknowns")
    precondition(connectivity.count % unknownsPerElement == 0, "the connectivity is a whole number of elements")
    precondition(connectivity.allSatisfy { $0 < Int32(size) }, "an unknown of an element is below the size")
    var neighbours = [[Int32]](repeating: [], count: size)
    for column in 0..<size { neighbours[column].append(Int32(column)) }
    for start in stride(from: 0, to: connectivity.count, by: unknownsPerElement) {
      for first in start..<start + unknownsPerElement where connectivity[first] >= 0 {
        for second in start..<start + unknownsPerElement where connectivity[second] > connectivity[first] {
          neighbours[Int(connectivity[first])].append(connectivity[second])
        }
      }
    }
    var starts: [Int32] = [0]
    starts.reserveCapacity(size + 1)
    var rows: [Int32] = []
    for column in 0..<size {
      neighbours[column].sort()
      var last: Int32 = -1
      for row in neighbours[column] where row != last {
        rows.append(row)
        last = row
      }
      neighbours[column] = []
      starts.append(Int32(rows.count))
    }
    self.size = size
    columnStarts = starts
    self.rows = rows
  }

  /// The place of an entry among the stored ones, or nil where the matrix holds none.
  ///
  /// - Parameters:
  ///   - row: row of the entry.
  ///   - column: column of the entry; the two may come in either order.
  public func position(row: Int, column: Int) -> Int? {
    let wanted = Int32(max(row, column))
    let start = min(row, column)
    guard start >= 0, Int(wanted) < size else { return nil }
    var low = Int(columnStarts[start])
    var high = Int(columnStarts[start + 1])
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < Int(columnStarts[start + 1]) && rows[low] == wanted ? low : nil
  }
}
