public import ArrayMath

/// Where the window of a pattern lies in the object: its first pixel, in pixels of the object, fractions allowed.
public struct PixelPosition: Sendable, Hashable, Codable {
  /// The row of the window's first pixel.
  public var row: Double
  /// The column of the window's first pixel.
  public var column: Double

  public init(row: Double, column: Double) {
    self.row = row
    self.column = column
  }

  /// The nearest whole pixel.
  public var rounded: (row: Int, column: Int) { (Int(row.rounded()), Int(column.rounded())) }
}

/// The windows of a scan in one object array.
public struct ScanLayout: Sendable, Hashable {
  /// Where each window lies.
  public var positions: [PixelPosition]
  /// The extent of the object's array, which holds every window with `margin` pixels around.
  public var objectShape: FrameShape

  /// Lays windows out so that the smallest row and column become `margin`.
  ///
  /// - Parameters:
  ///   - positions: in metres, in the object's frame.
  ///   - pixel: the extents of an object pixel, in metres.
  ///   - window: the extent of the patterns.
  ///   - margin: pixels around, room for positions to be corrected into.
  public init(
    _ positions: [ScanPosition], pixel: (height: Double, width: Double), window: FrameShape, margin: Int = 4
  ) {
    let rows = positions.map { $0.y / pixel.height }
    let columns = positions.map { $0.x / pixel.width }
    let top = rows.min() ?? 0
    let left = columns.min() ?? 0
    self.positions = zip(rows, columns).map {
      PixelPosition(row: $0 - top + Double(margin), column: $1 - left + Double(margin))
    }
    let height = ((rows.max() ?? 0) - top).rounded(.up)
    let width = ((columns.max() ?? 0) - left).rounded(.up)
    objectShape = FrameShape(
      rows: Int(height) + window.rows + 2 * margin, columns: Int(width) + window.columns + 2 * margin)
  }
}
