import ArrayMath
import Foundation

/// Where the points of the stored image lie in the laboratory, seen from a sample that may be displaced along the beam:
/// `t = origin + row · rowStep + column · columnStep`, in metres along axes 1, 2 and 3.
struct PlateMap: Sendable {
  let rows, columns: Int
  let origin, rowStep, columnStep: SIMD3<Double>
  /// From the sample to the plate along its normal, in metres.
  let distance: Double
  /// Of one pixel, in square metres.
  let pixelArea: Double

  /// - Throws: ``ForwardModelError`` when the sample is not in front of the plate.
  init(_ geometry: DetectorGeometry, displacement: Double) throws(ForwardModelError) {
    let shape = geometry.grid.shape
    func laboratory(_ row: Double, _ column: Double) -> SIMD3<Double> {
      let place =
        geometry.isTransposed
        ? geometry.grid.position(row: column, column: row) : geometry.grid.position(row: row, column: column)
      return geometry.poni.laboratoryPosition(axis1: place.axis1, axis2: place.axis2)
    }
    rows = geometry.isTransposed ? shape.columns : shape.rows
    columns = geometry.isTransposed ? shape.rows : shape.columns
    let corner = laboratory(0, 0)
    origin = corner - SIMD3(0, 0, displacement)
    rowStep = laboratory(1, 0) - corner
    columnStep = laboratory(0, 1) - corner
    pixelArea = geometry.grid.pixelHeight * geometry.grid.pixelWidth
    let normal = geometry.poni.rotation(SIMD3(0, 0, 1))
    distance = (normal * origin).sum()
    try ForwardModelError.require(
      distance > 0, "distance from a displaced sample to the plate", distance, "a positive length")
  }

  @inline(__always)
  func position(row: Double, column: Double) -> SIMD3<Double> { origin + row * rowStep + column * columnStep }

  /// tan θ, half the scattering angle, at a place: `r / (|t| + t3)`.
  @inline(__always)
  static func halfTangent(_ t: SIMD3<Double>) -> Double {
    let square = t.x * t.x + t.y * t.y
    return square.squareRoot() / ((square + t.z * t.z).squareRoot() + t.z)
  }

  /// The image point that a direction meets; `nil` when it does not meet the plane of the plate.
  func imagePoint(twoTheta: Double, azimuth: Double) -> (row: Double, column: Double)? {
    let direction = SIMD3(sin(twoTheta) * sin(azimuth), sin(twoTheta) * cos(azimuth), cos(twoTheta))
    let normal = Self.cross(rowStep, columnStep)
    let slope = (normal * direction).sum()
    let reach = (normal * origin).sum() / slope
    guard reach > 0, reach.isFinite else { return nil }
    let offset = direction * reach - origin
    return (
      (offset * rowStep).sum() / (rowStep * rowStep).sum(),
      (offset * columnStep).sum() / (columnStep * columnStep).sum()
    )
  }

  private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }

  /// The smallest and the largest tan θ on the plate.
  var halfTangents: ClosedRange<Double> {
    // 2θ has no extremum inside the plate but the direct beam, so its border decides.
    var least = Double.infinity
    var most = 0.0
    func visit(_ row: Double, _ column: Double) {
      let value = Self.halfTangent(position(row: row, column: column))
      least = min(least, value)
      most = max(most, value)
    }
    for row in 0...rows {
      visit(Double(row), 0)
      visit(Double(row), Double(columns))
    }
    for column in 0...columns {
      visit(0, Double(column))
      visit(Double(rows), Double(column))
    }
    if let beam = imagePoint(twoTheta: 0, azimuth: 0), beam.row >= 0, beam.row <= Double(rows), beam.column >= 0,
      beam.column <= Double(columns)
    {
      least = 0
    }
    return least...most
  }

  /// How wide a pixel is in 2θ at a scattering angle on an untilted plate, in radians.
  func pixelAngle(twoTheta: Double) -> Double {
    let edge = max((rowStep * rowStep).sum(), (columnStep * columnStep).sum()).squareRoot()
    return edge * cos(twoTheta) * cos(twoTheta) / distance
  }
}
