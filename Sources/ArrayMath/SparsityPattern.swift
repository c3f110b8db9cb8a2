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
    // The elements around each unknown.
    let elementCount = connectivity.count / unknownsPerElement
    var around = [Int32](repeating: 0, count: size + 2)
    for unknown in connectivity where unknown >= 0 { around[Int(unknown) + 2] += 1 }
    for unknown in 0..<size { around[unknown + 2] += around[unknown + 1] }
    var elements = [Int32](repeating: 0, count: Int(around[size + 1]))
    for element in 0..<elementCount {
      for place in element * unknownsPerElement..<(element + 1) * unknownsPerElement where connectivity[place] >= 0 {
        let unknown = Int(connectivity[place])
        elements[Int(around[unknown + 1])] = Int32(element)
        around[unknown + 1] += 1
      }
    }
    // Row by row, what each is coupled to on its left: columns get their rows in ascending order, so nothing is sorted.
    // The first pass counts, the second one writes.
    var starts = [Int32](repeating: 0, count: size + 1)
    Self.forEachPair(size, around, elements, unknownsPerElement, connectivity) { _, column in starts[column + 1] += 1 }
    for column in 0..<size { starts[column + 1] += starts[column] }
    var next = starts
    rows = [Int32](unsafeUninitializedCapacity: Int(starts[size])) { rows, count in
      Self.forEachPair(size, around, elements, unknownsPerElement, connectivity) { row, column in
        rows[Int(next[column])] = Int32(row)
        next[column] += 1
      }
      count = Int(starts[size])
    }
    self.size = size
    columnStarts = starts
  }

  /// A pattern given by its arrays.
  ///
  /// - Precondition: they are as the type describes them.
  init(size: Int, columnStarts: [Int32], rows: [Int32]) {
    precondition(columnStarts.count == size + 1 && Int(columnStarts[size]) == rows.count, "a start for each column")
    self.size = size
    self.columnStarts = columnStarts
    self.rows = rows
  }

  /// The pattern of the leading unknowns alone.
  ///
  /// - Parameter count: their number, 0...``size``.
  public func leading(_ count: Int) -> SparsityPattern {
    precondition((0...size).contains(count), "a part of the matrix")
    var starts: [Int32] = [0]
    starts.reserveCapacity(count + 1)
    var kept: [Int32] = []
    kept.reserveCapacity(rows.count)
    for column in 0..<count {
      // Rows ascend: those beyond come last.
      for row in rows[Int(columnStarts[column])..<Int(columnStarts[column + 1])] {
        guard row < Int32(count) else { break }
        kept.append(row)
      }
      starts.append(Int32(kept.count))
    }
    return SparsityPattern(size: count, columnStarts: starts, rows: kept)
  }

  /// Every coupled pair once, rows ascending, the column not above the row's diagonal.
  private static func forEachPair(
    _ size: Int, _ around: [Int32], _ elements: [Int32], _ unknownsPerElement: Int, _ connectivity: [Int32],
    _ body: (_ row: Int, _ column: Int) -> Void
  ) {
    var lastRow = [Int32](repeating: -1, count: size)
    around.withUnsafeBufferPointer { around in
      elements.withUnsafeBufferPointer { elements in
        connectivity.withUnsafeBufferPointer { connectivity in
          lastRow.withUnsafeMutableBufferPointer { lastRow in
            for row in 0..<size {
              lastRow[row] = Int32(row)
              body(row, row)
              for place in Int(around[row])..<Int(around[row + 1]) {
                let start = Int(elements[place]) * unknownsPerElement
                for local in start..<start + unknownsPerElement {
                  let column = connectivity[local]
                  guard column >= 0, column < Int32(row), lastRow[Int(column)] != Int32(row) else { continue }
                  lastRow[Int(column)] = Int32(row)
                  body(row, Int(column))
                }
              }
            }
          }
        }
      }
    }
  }

  /// Where the entries of the elements' own matrices go, looked up once for many assemblies.
  ///
  /// - Parameters:
  ///   - unknownsPerElement: entries of `connectivity` that make one element.
  ///   - connectivity: unknowns of all elements, one element after the other; a negative one is left out.
  /// - Returns: for each element, row by row, the place of the entry among the stored ones; -1 for the upper triangle, which
  ///   is not stored, and for what is left out.
  public func elementPlaces(unknownsPerElement size: Int, connectivity: [Int32]) -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(connectivity.count * size)
    for start in stride(from: 0, to: connectivity.count, by: size) {
      let unknowns = connectivity[start..<start + size]
      for row in unknowns {
        for column in unknowns {
          let isStored = column >= 0 && row >= column
          places.append(isStored ? position(row: Int(row), column: Int(column)).map(Int32.init) ?? -1 : -1)
        }
      }
    }
    return places
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
