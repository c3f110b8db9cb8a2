/// The assignment of rows to columns with the lowest total cost: the Hungarian algorithm of Kuhn (Nav. Res. Logist. Q. 2,
/// 83 (1955)) in the shortest-path form of Jonker & Volgenant (Computing 38, 325 (1987)), of the order n²m.
///
/// - Parameters:
///   - costs: rows x columns in C order, all finite.
///   - rows: no more than columns.
///   - columns: their number.
/// - Returns: the column of each row.
/// - Precondition: as many costs as rows times columns, and no more rows than columns.
func optimalAssignment(costs: [Double], rows: Int, columns: Int) -> [Int] {
  precondition(costs.count == rows * columns && rows <= columns, "a cost for each pair and a column for each row")
  // Row and column 0 stand for "none".
  var rowPrice = [Double](repeating: 0, count: rows + 1)
  var columnPrice = [Double](repeating: 0, count: columns + 1)
  var rowOf = [Int](repeating: 0, count: columns + 1)
  for row in 1..<rows + 1 {
    rowOf[0] = row
    var column = 0
    var least = [Double](repeating: .infinity, count: columns + 1)
    var cameFrom = [Int](repeating: 0, count: columns + 1)
    var isUsed = [Bool](repeating: false, count: columns + 1)
    repeat {
      isUsed[column] = true
      let current = rowOf[column]
      var step = Double.infinity
      var next = 0
      for candidate in 1..<columns + 1 where !isUsed[candidate] {
        let reduced =
          costs[(current - 1) * columns + candidate - 1] - rowPrice[current] - columnPrice[candidate]
        if reduced < least[candidate] {
          least[candidate] = reduced
          cameFrom[candidate] = column
        }
        if least[candidate] < step {
          step = least[candidate]
          next = candidate
        }
      }
      for candidate in 0...columns {
        if isUsed[candidate] {
          rowPrice[rowOf[candidate]] += step
          columnPrice[candidate] -= step
        } else {
          least[candidate] -= step
        }
      }
      column = next
    } while rowOf[column] != 0
    while column != 0 {
      rowOf[column] = rowOf[cameFrom[column]]
      column = cameFrom[column]
    }
  }
  var result = [Int](repeating: 0, count: rows)
  for column in 1..<columns + 1 where rowOf[column] > 0 { result[rowOf[column] - 1] = column - 1 }
  return result
}
