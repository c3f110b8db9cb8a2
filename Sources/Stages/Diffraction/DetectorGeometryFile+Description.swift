import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction

extension DetectorGeometryFile {
  /// What a geometry is in each convention, in words.
  ///
  /// - Throws: the readers' errors.
  public static func description(ofFile path: String) throws -> String {
    do { return description(of: try read(path)) } catch let error as StageDocumentError
      where error == missingShape(path)
    {
      return description(of: try read(path, frame: FrameShape(rows: 1, columns: 1)), hasShape: false)
    }
  }

  /// What a geometry is in each convention, in words.
  static func description(of geometry: DetectorGeometry, hasShape: Bool = true) -> String {
    let (poni, grid) = (geometry.poni, geometry.grid)
    let degrees = 180 / Double.pi
    func line(_ name: String, _ format: String, _ values: any CVarArg...) -> String {
      "\(name): " + String(format: format, arguments: values)
    }
    var lines = [
      hasShape
        ? line(
          "image", "%d rows x %d columns of %.6g um x %.6g um", grid.shape.rows, grid.shape.columns,
          grid.pixelHeight * 1e6, grid.pixelWidth * 1e6)
        : line(
          "image", "extent not stated; pixels of %.6g um x %.6g um", grid.pixelHeight * 1e6, grid.pixelWidth * 1e6),
      "first pixel: \(DetectorCalibrationSummary.words(grid.orientation)), looking towards the sample"
        + (geometry.isTransposed ? "; the stored image is transposed" : ""),
      geometry.wavelength.map { line("wavelength", "%.8g angstrom", $0 * 1e10) } ?? "wavelength: not stated",
      line(
        "PONI", "distance %.7g mm, poni1 %.7g mm, poni2 %.7g mm", poni.distance * 1e3, poni.poni1 * 1e3,
        poni.poni2 * 1e3),
      line(
        "PONI rotations", "%.7g deg, %.7g deg, %.7g deg", poni.rotation1 * degrees, poni.rotation2 * degrees,
        poni.rotation3 * degrees),
    ]
    if let fit = try? Fit2DGeometry(poni, pixelWidth: grid.pixelWidth, pixelHeight: grid.pixelHeight) {
      lines.append(
        line(
          "FIT2D", "distance %.7g mm, centre x %.7g, y %.7g pixels, tilt %.6g deg in the direction of %.6g deg",
          fit.directDistance * 1e3, fit.centreX, fit.centreY, fit.tilt * degrees, fit.tiltPlaneRotation * degrees))
    }
    // These count from the first pixel, whose corner depends on the extent of a flipped image.
    guard hasShape || grid.orientation == .bottomRight else { return lines.joined(separator: "\n") }
    let nexus = NexusDetectorGeometry(geometry)
    lines.append(
      line(
        "NeXus", "first pixel at (%.7g, %.7g, %.7g) mm", nexus.origin.x * 1e3, nexus.origin.y * 1e3,
        nexus.origin.z * 1e3))
    lines.append(
      (try? DawnGeometry(nexus)).map {
        line(
          "DAWN", "yaw %.6g deg, pitch %.6g deg, roll %.6g deg", $0.yaw * degrees, $0.pitch * degrees,
          $0.roll * degrees)
      } ?? "DAWN: has no angles for an image that is mirrored as seen from the source")
    return lines.joined(separator: "\n")
  }
}
