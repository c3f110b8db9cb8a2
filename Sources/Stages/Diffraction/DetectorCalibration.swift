import ArrayMath
public import FileFormats
import Foundation
public import PowderDiffraction

/// A calibrated detector as it is handed on: the geometry, its covariance, and the points it rests on.
public struct DetectorCalibration: NeXusRepresentable, Hashable {
  public var geometry: DetectorGeometry
  /// Covariance of ``parameterNames``, 8 x 8, row by row, in metres and radians.
  public var covariance: [Double]
  /// Azimuth of each point on a ring, in radians.
  public var pointAzimuths: [Double]
  /// 2θ of the geometry less that of the ring at each point, in radians.
  public var pointResiduals: [Double]
  /// Standard deviation of each point, in radians.
  public var pointSigmas: [Double]
  /// Weight of each point in the fit, 0...1.
  public var pointWeights: [Double]
  /// The ring of each point, counted in the calibrant's list from 0.
  public var pointRings: [Int]
  /// Lattice spacing of each ring of the calibrant, in metres.
  public var ringSpacings: [Double]
  /// Label of each ring of the calibrant.
  public var ringLabels: [String]

  /// The names of the rows of ``covariance``.
  public static let parameterNames = CalibrationParameter.allCases.map(\.description)

  init(_ result: CalibrationResult, rings: [CalibrationRing]) {
    geometry = result.geometry
    covariance = result.covariance
    pointAzimuths = result.points.map(\.azimuth)
    pointResiduals = result.points.map(\.residual)
    pointSigmas = result.points.map(\.sigma)
    pointWeights = result.points.map(\.weight)
    pointRings = result.points.map(\.ring)
    ringSpacings = rings.map(\.dSpacing)
    ringLabels = rings.map(\.label)
  }

  // MARK: - NeXus

  public var defaultPlot: String { "residuals" }

  public var nexusChildren: [String: NeXusNode] {
    let poni = geometry.poni
    let grid = geometry.grid
    var detector: [String: NeXusNode] = [
      "distance": .dataset(NeXusDataset(poni.distance, units: "m")),
      "poni1": .dataset(NeXusDataset(poni.poni1, units: "m")),
      "poni2": .dataset(NeXusDataset(poni.poni2, units: "m")),
      "rotation1": .dataset(NeXusDataset(poni.rotation1, units: "rad")),
      "rotation2": .dataset(NeXusDataset(poni.rotation2, units: "rad")),
      "rotation3": .dataset(NeXusDataset(poni.rotation3, units: "rad")),
      "pixel_height": .dataset(NeXusDataset(grid.pixelHeight, units: "m")),
      "pixel_width": .dataset(NeXusDataset(grid.pixelWidth, units: "m")),
      "shape": .dataset(NeXusDataset([grid.shape.rows, grid.shape.columns])),
      "orientation": .dataset(NeXusDataset([grid.orientation.rawValue])),
      "is_transposed": .dataset(NeXusDataset([geometry.isTransposed ? 1 : 0])),
      "covariance": .dataset(NeXusDataset(covariance, shape: [8, 8], units: "")),
      "covariance_names": .dataset(NeXusDataset(.texts(Self.parameterNames))),
    ]
    if let wavelength = geometry.wavelength {
      detector["wavelength"] = .dataset(NeXusDataset(wavelength, units: "m"))
    }
    let degrees = { (values: [Double]) in values.map { $0 * 180 / .pi } }
    return [
      "geometry": .group(.collection(detector)),
      "rings": .group(
        .collection([
          "d_spacing": .dataset(NeXusDataset(ringSpacings, units: "m")),
          "label": .dataset(NeXusDataset(.texts(ringLabels))),
        ])),
      defaultPlot: .group(
        .data(
          signal: "residual", axes: ["azimuth"], title: "2theta of the geometry less that of the ring",
          datasets: [
            "azimuth": NeXusDataset(degrees(pointAzimuths), units: "deg", longName: "azimuth / deg"),
            "residual": NeXusDataset(degrees(pointResiduals), units: "deg", longName: "residual / deg"),
            "residual_errors": NeXusDataset(degrees(pointSigmas), units: "deg"),
            "weight": NeXusDataset(pointWeights, units: ""),
            "ring": NeXusDataset(pointRings),
          ])),
    ]
  }

  public init(entry: NeXusGroup) throws {
    func missing(_ path: String) -> StageDocumentError {
      StageDocumentError(path: "/entry/\(path)", problem: "is missing or of another kind")
    }
    func numbers(_ path: String) throws -> [Double] {
      guard let values = entry.dataset(at: path)?.numbers else { throw missing(path) }
      return values
    }
    func number(_ name: String) throws -> Double {
      guard let value = try numbers("geometry/\(name)").first, value.isFinite else { throw missing("geometry/\(name)") }
      return value
    }
    func integers(_ path: String) throws -> [Int] {
      guard let values = entry.dataset(at: path)?.integers else { throw missing(path) }
      return values
    }
    let shape = try integers("geometry/shape")
    guard shape.count == 2, shape.allSatisfy({ (0...1_000_000).contains($0) }) else { throw missing("geometry/shape") }
    let pixel = (height: try number("pixel_height"), width: try number("pixel_width"))
    guard pixel.height > 0, pixel.width > 0 else { throw missing("geometry/pixel_height") }
    guard let corner = try integers("geometry/orientation").first,
      let orientation = DetectorOrientation(rawValue: corner)
    else { throw missing("geometry/orientation") }
    geometry = DetectorGeometry(
      poni: PoniGeometry(
        distance: try number("distance"), poni1: try number("poni1"), poni2: try number("poni2"),
        rotation1: try number("rotation1"), rotation2: try number("rotation2"), rotation3: try number("rotation3")),
      grid: DetectorGrid(
        shape: FrameShape(rows: shape[0], columns: shape[1]), pixelHeight: pixel.height, pixelWidth: pixel.width,
        orientation: orientation),
      wavelength: entry.dataset(at: "geometry/wavelength")?.numbers?.first,
      isTransposed: try integers("geometry/is_transposed").first == 1)
    covariance = try numbers("geometry/covariance")
    guard covariance.count == 64 else { throw missing("geometry/covariance") }
    let radians = { (values: [Double]) in values.map { $0 * .pi / 180 } }
    pointAzimuths = radians(try numbers("residuals/azimuth"))
    pointResiduals = radians(try numbers("residuals/residual"))
    pointSigmas = radians(try numbers("residuals/residual_errors"))
    pointWeights = try numbers("residuals/weight")
    pointRings = try integers("residuals/ring")
    ringSpacings = try numbers("rings/d_spacing")
    guard let labels = entry.dataset(at: "rings/label")?.texts else { throw missing("rings/label") }
    ringLabels = labels
  }
}
