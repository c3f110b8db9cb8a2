/// The part of many shifts that all positions share: their mean, or the linear function of the position nearest to them.
struct CommonShift {
  private var centre = PixelPosition(row: 0, column: 0)
  private var mean = PixelShift(row: 0, column: 0)
  /// Changes of the shift a pixel along rows and along columns.
  private var downwards = PixelShift(row: 0, column: 0)
  private var rightwards = PixelShift(row: 0, column: 0)

  /// - Parameters:
  ///   - shifts: one a position.
  ///   - positions: where they apply.
  ///   - isAffine: whether a linear function is fitted by least squares; positions on a line have the mean alone.
  init(of shifts: [PixelShift], at positions: [PixelPosition], isAffine: Bool) {
    let count = Double(max(shifts.count, 1))
    mean = PixelShift(
      row: shifts.reduce(0) { $0 + $1.row } / count, column: shifts.reduce(0) { $0 + $1.column } / count)
    centre = PixelPosition(
      row: positions.reduce(0) { $0 + $1.row } / count, column: positions.reduce(0) { $0 + $1.column } / count)
    guard isAffine else { return }
    var square = (yy: 0.0, xy: 0.0, xx: 0.0)
    var rows = (y: 0.0, x: 0.0)
    var columns = (y: 0.0, x: 0.0)
    for (shift, position) in zip(shifts, positions) {
      let (y, x) = (position.row - centre.row, position.column - centre.column)
      square = (square.yy + y * y, square.xy + x * y, square.xx + x * x)
      rows = (rows.y + y * shift.row, rows.x + x * shift.row)
      columns = (columns.y + y * shift.column, columns.x + x * shift.column)
    }
    let determinant = square.yy * square.xx - square.xy * square.xy
    guard determinant > 1e-9 * (square.yy + square.xx) * (square.yy + square.xx) else { return }
    func solved(_ right: (y: Double, x: Double)) -> (y: Double, x: Double) {
      (
        (square.xx * right.y - square.xy * right.x) / determinant,
        (square.yy * right.x - square.xy * right.y) / determinant
      )
    }
    let (ofRow, ofColumn) = (solved(rows), solved(columns))
    downwards = PixelShift(row: ofRow.y, column: ofColumn.y)
    rightwards = PixelShift(row: ofRow.x, column: ofColumn.x)
  }

  /// The shared shift at a position.
  func shift(at position: PixelPosition) -> PixelShift {
    let (y, x) = (position.row - centre.row, position.column - centre.column)
    return PixelShift(
      row: mean.row + downwards.row * y + rightwards.row * x,
      column: mean.column + downwards.column * y + rightwards.column * x)
  }
}
