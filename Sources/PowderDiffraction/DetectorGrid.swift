public import ArrayMath

/// The pixel grid of a flat detector and the corner from which it is counted.
public struct DetectorGrid: Sendable, Hashable, Codable {
  /// Rows and columns.
  public let shape: FrameShape
  /// Extent of a pixel along axis 1 (between rows), in metres.
  public let pixelHeight: Double
  /// Extent of a pixel along axis 2 (between columns), in metres.
  public let pixelWidth: Double
  /// Where the first stored pixel lies, looking towards the sample.
  public let orientation: DetectorOrientation

  /// - Precondition: the pixel has a positive, finite extent.
  public init(
    shape: FrameShape, pixelHeight: Double, pixelWidth: Double, orientation: DetectorOrientation = .bottomRight
  ) {
    precondition(pixelHeight > 0 && pixelHeight.isFinite, "a pixel has a positive height")
    precondition(pixelWidth > 0 && pixelWidth.isFinite, "a pixel has a positive width")
    self.shape = shape
    self.pixelHeight = pixelHeight
    self.pixelWidth = pixelWidth
    self.orientation = orientation
  }

  /// The place of a point of the image on the plate along axes 1 and 2, in metres.
  ///
  /// - Parameters:
  ///   - row: in pixels; the centre of row i is i + 1/2, its edges are i and i + 1.
  ///   - column: in pixels, counted like the row.
  public func position(row: Double, column: Double) -> (axis1: Double, axis2: Double) {
    let row = orientation.flipsRows ? Double(shape.rows) - row : row
    let column = orientation.flipsColumns ? Double(shape.columns) - column : column
    return (row * pixelHeight, column * pixelWidth)
  }

  /// The point of the image at a place on the plate, in pixels; the inverse of ``position(row:column:)``.
  public func pixel(axis1: Double, axis2: Double) -> (row: Double, column: Double) {
    let row = axis1 / pixelHeight
    let column = axis2 / pixelWidth
    return (
      orientation.flipsRows ? Double(shape.rows) - row : row,
      orientation.flipsColumns ? Double(shape.columns) - column : column
    )
  }
}

/// The corner at which the first stored pixel lies, looking from behind the detector towards the sample, with axis 1 up
/// and axis 2 to the left (to the right, looking along the beam); numbers as in PONI version 2.1.
public enum DetectorOrientation: Int, Sendable, Hashable, Codable, CaseIterable {
  case topLeft = 1
  case topRight = 2
  /// What files without an orientation mean: rows count up along axis 1 and columns along axis 2.
  case bottomRight = 3
  case bottomLeft = 4

  /// Whether rows count against axis 1.
  public var flipsRows: Bool { self == .topLeft || self == .topRight }
  /// Whether columns count against axis 2.
  public var flipsColumns: Bool { self == .topLeft || self == .bottomLeft }
}
