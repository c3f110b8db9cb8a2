/// A few equations in as many unknowns.
enum DenseSystem {
  /// The solution of A x = b by elimination with pivots; an unknown that A does not determine is 0.
  ///
  /// - Parameters:
  ///   - matrix: A, row by row.
  ///   - right: b.
  static func solve(_ matrix: [Double], _ right: [Double]) -> [Double] {
    let count = right.count
    var (a, b) = (matrix, right)
    let scale = matrix.reduce(0) { max($0, $1.magnitude) }
    var order = Array(0..<count)
    for column in 0..<count {
      guard
        let pivot = (column..<count).max(by: {
          a[order[$0] * count + column].magnitude < a[order[$1] * count + column].magnitude
        })
      else { continue }
      order.swapAt(column, pivot)
      let top = order[column]
      guard a[top * count + column].magnitude > 1e-14 * scale else {
        a[top * count + column] = 0
        continue
      }
      for place in column + 1..<max(count, column + 1) {
        let row = order[place]
        let factor = a[row * count + column] / a[top * count + column]
        for k in column..<count { a[row * count + k] -= factor * a[top * count + k] }
        b[row] -= factor * b[top]
      }
    }
    var solution = [Double](repeating: 0, count: count)
    for column in (0..<count).reversed() {
      let row = order[column]
      guard a[row * count + column] != 0 else { continue }
      var rest = b[row]
      for k in column + 1..<max(count, column + 1) { rest -= a[row * count + k] * solution[k] }
      solution[column] = rest / a[row * count + column]
    }
    return solution
  }
}
