import ArrayMath
public import Crystallography
public import ElectronDiffraction
import FileFormats

/// One pattern of a map with the orientation that was found, to be shown.
public struct IndexedExample: Sendable, Hashable {
  /// The point of the map.
  public var row, column: Int
  /// Intensities in C order, the background taken off.
  public var pixels: [Float]
  public var geometry: KikuchiGeometry
  /// From the sample's frame to the crystal's.
  public var orientation: Rotation
  /// Bands of the phase, the strongest first.
  public var reflectors: [Reflector]
  /// In metres.
  public var wavelength: Double

  // MARK: - NeXus

  var group: NeXusGroup {
    let shape = geometry.shape
    let centre = geometry.patternCentre
    return .data(
      signal: "pattern", axes: [".", "."], title: "Pattern at row \(row), column \(column)", interpretation: "image",
      datasets: [
        "pattern": NeXusDataset(pixels, shape: [shape.rows, shape.columns], units: "", longName: "intensity"),
        "point": NeXusDataset([row, column]),
        "pattern_centre": NeXusDataset([centre.x, centre.y, centre.z], units: ""),
        "tilts": NeXusDataset(
          [geometry.sampleTilt, geometry.screenTilt, geometry.azimuth, geometry.twist], units: "rad"),
        "emission": NeXusDataset(text: geometry.emission.rawValue),
        "orientation": NeXusDataset(orientation.components, units: ""),
        "wavelength": NeXusDataset(wavelength, units: "m"),
      ])
  }

  /// - Throws: `StageDocumentError` when something is missing or has another shape.
  init(_ group: NeXusGroup, reflectors: [Reflector], place: String) throws {
    func wrong(_ name: String) -> StageDocumentError {
      StageDocumentError(path: "\(place)/\(name)", problem: "it is missing or has another shape")
    }
    func numbers(_ name: String, _ count: Int) throws -> [Double] {
      guard let values = group[dataset: name]?.numbers, values.count == count, values.allSatisfy(\.isFinite) else {
        throw wrong(name)
      }
      return values
    }
    guard let pattern = group[dataset: "pattern"], pattern.shape.count == 2, let values = pattern.numbers,
      values.count == pattern.shape[0] * pattern.shape[1]
    else { throw wrong("pattern") }
    guard let point = group[dataset: "point"]?.integers, point.count == 2 else { throw wrong("point") }
    guard let emission = group[dataset: "emission"]?.text.flatMap(EmissionSide.init(rawValue:)) else {
      throw wrong("emission")
    }
    let centre = try numbers("pattern_centre", 3), tilts = try numbers("tilts", 4)
    let turn = try numbers("orientation", 4)
    guard turn.contains(where: { abs($0) > 1e-9 }) else { throw wrong("orientation") }
    (row, column, pixels) = (point[0], point[1], values.map(Float.init))
    geometry = KikuchiGeometry(
      shape: FrameShape(rows: pattern.shape[0], columns: pattern.shape[1]),
      patternCentre: PatternCentre(x: centre[0], y: centre[1], z: centre[2]), sampleTilt: tilts[0],
      screenTilt: tilts[1], azimuth: tilts[2], twist: tilts[3], emission: emission)
    orientation = Rotation(w: turn[0], x: turn[1], y: turn[2], z: turn[3])
    wavelength = try numbers("wavelength", 1)[0]
    self.reflectors = reflectors
  }

  init(
    row: Int, column: Int, pixels: [Float], geometry: KikuchiGeometry, orientation: Rotation, reflectors: [Reflector],
    wavelength: Double
  ) {
    (self.row, self.column, self.pixels, self.geometry) = (row, column, pixels, geometry)
    (self.orientation, self.reflectors, self.wavelength) = (orientation, reflectors, wavelength)
  }
}
