public import ArrayMath
import Foundation

/// A flat detector as NeXus places it: the corner of the first stored pixel and the directions of rows and columns in
/// the McStas frame.
///
/// The frame has z along the beam, y up and x to the left as seen from the source, its origin in the sample. The point
/// (row, column) of the stored image lies at
///
///     origin + column · fastPixelSize · fast + row · slowPixelSize · slow.
///
/// The axes of PONI are `axis 1 = +y`, `axis 2 = −x` and `axis 3 = +z`, which is right-handed as well. Any orientation
/// and any transposition of the image can be held; they are in the directions.
public struct NexusDetectorGeometry: Sendable, Hashable, Codable {
  /// The outer corner of the first stored pixel, in metres.
  public var origin: SIMD3<Double>
  /// The unit vectors along which columns and rows are counted.
  public var fast, slow: SIMD3<Double>
  /// Extent of a pixel along either, in metres.
  public var fastPixelSize, slowPixelSize: Double
  /// Rows and columns as stored.
  public var shape: FrameShape

  public init(
    origin: SIMD3<Double>, fast: SIMD3<Double>, slow: SIMD3<Double>, fastPixelSize: Double, slowPixelSize: Double,
    shape: FrameShape
  ) {
    self.origin = origin
    self.fast = fast
    self.slow = slow
    self.fastPixelSize = fastPixelSize
    self.slowPixelSize = slowPixelSize
    self.shape = shape
  }

  /// The place of a calibrated detector; nothing but the wavelength is lost.
  public init(_ geometry: DetectorGeometry) {
    let grid = geometry.grid
    let rotation = geometry.poni.rotation
    let corner = grid.position(row: 0, column: 0)
    let axis1 = Self.mcstas(SIMD3(rotation.row1.x, rotation.row2.x, rotation.row3.x))
    let axis2 = Self.mcstas(SIMD3(rotation.row1.y, rotation.row2.y, rotation.row3.y))
    let rows = grid.orientation.flipsRows ? -axis1 : axis1
    let columns = grid.orientation.flipsColumns ? -axis2 : axis2
    let isTransposed = geometry.isTransposed
    self.init(
      origin: Self.mcstas(geometry.poni.laboratoryPosition(axis1: corner.axis1, axis2: corner.axis2)),
      fast: isTransposed ? rows : columns, slow: isTransposed ? columns : rows,
      fastPixelSize: isTransposed ? grid.pixelHeight : grid.pixelWidth,
      slowPixelSize: isTransposed ? grid.pixelWidth : grid.pixelHeight,
      shape: isTransposed ? FrameShape(rows: grid.shape.columns, columns: grid.shape.rows) : grid.shape)
  }

  /// The place of a point of the stored image in the McStas frame, in metres; the centre of pixel (i, j) is
  /// (i + 1/2, j + 1/2).
  public func position(row: Double, column: Double) -> SIMD3<Double> {
    origin + column * fastPixelSize * fast + row * slowPixelSize * slow
  }

  /// The same detector in the PONI convention: every pixel keeps its place.
  ///
  /// Of the descriptions that do so the one without transposition and with `rotation3` from −π/2 to π/2 is given.
  ///
  /// - Parameter wavelength: in metres; `nil` where it is not known.
  /// - Throws: ``GeometryError`` when the directions are not unit vectors at right angles, a length is not positive, or
  ///   the sample lies in the plane of the plate.
  public func detectorGeometry(wavelength: Double?) throws(GeometryError) -> DetectorGeometry {
    try check()
    let corner = Self.poni(origin)
    let rows = Self.poni(slow)
    let columns = Self.poni(fast)
    // Rows up, in the frame of PONI: axis 1 is the direction of rows or its opposite; axis 2 follows, as axis 3 has to
    // point away from the sample.
    let flipsRows = rows.x < 0
    let axis1 = flipsRows ? -rows : rows
    let flipsColumns = (corner * Self.cross(axis1, columns)).sum() < 0
    let axis2 = flipsColumns ? -columns : columns
    let axis3 = Self.cross(axis1, axis2)
    let distance = (corner * axis3).sum()
    guard distance > 0 else { throw .value("the sample lies in the plane of the plate") }
    let orientation: DetectorOrientation =
      flipsRows ? (flipsColumns ? .topLeft : .topRight) : (flipsColumns ? .bottomLeft : .bottomRight)
    // The corner from which an unflipped image would count.
    var start = corner
    if flipsRows { start += Double(shape.rows) * slowPixelSize * rows }
    if flipsColumns { start += Double(shape.columns) * fastPixelSize * columns }
    let angles = Self.angles(axis1, axis2, axis3)
    let poni = PoniGeometry(
      distance: distance, poni1: -(start * axis1).sum(), poni2: -(start * axis2).sum(), rotation1: angles.x,
      rotation2: angles.y, rotation3: angles.z)
    let grid = DetectorGrid(
      shape: shape, pixelHeight: slowPixelSize, pixelWidth: fastPixelSize, orientation: orientation)
    return DetectorGeometry(poni: poni, grid: grid, wavelength: wavelength)
  }

  private func check() throws(GeometryError) {
    guard fastPixelSize > 0, slowPixelSize > 0, fastPixelSize.isFinite, slowPixelSize.isFinite else {
      throw .value("pixels of \(slowPixelSize) m x \(fastPixelSize) m; positive lengths are expected")
    }
    guard origin.x.isFinite, origin.y.isFinite, origin.z.isFinite else {
      throw .value("the place of the first pixel is not finite")
    }
    let lengths = [(fast * fast).sum(), (slow * slow).sum()]
    guard lengths.allSatisfy({ abs($0 - 1) < 1e-6 }) else {
      throw .value("the directions of the pixels have lengths \(lengths.map { $0.squareRoot() }) instead of 1")
    }
    let cosine = (fast * slow).sum()
    guard abs(cosine) < 1e-6 else { throw .skewed(cosine) }
  }

  // MARK: - Frames

  private static func mcstas(_ v: SIMD3<Double>) -> SIMD3<Double> { SIMD3(-v.y, v.x, v.z) }
  private static func poni(_ v: SIMD3<Double>) -> SIMD3<Double> { SIMD3(v.y, -v.x, v.z) }

  private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }

  /// The three rotations of the matrix R3 R2 R1 with these columns.
  private static func angles(
    _ column1: SIMD3<Double>, _ column2: SIMD3<Double>, _ column3: SIMD3<Double>
  ) -> SIMD3<Double> {
    let sine2 = min(max(column1.z, -1), 1)
    let cosine2 = (column2.z * column2.z + column3.z * column3.z).squareRoot()
    // At rot2 = ±π/2 rotations 1 and 3 turn about one axis: the third takes all.
    guard cosine2 > 1e-12 else { return SIMD3(0, atan2(sine2, cosine2), atan2(-column2.x, column2.y)) }
    return SIMD3(atan2(-column2.z, column3.z), atan2(sine2, cosine2), atan2(column1.y, column1.x))
  }
}
