import ArrayMath
import Foundation
import Ptychography

/// Reads scans of CXI 1.x and NXcxi_ptycho.
///
/// CXI is a format of names: `entry_1/data_1/data`, `entry_1/instrument_1/detector_1`, `entry_1/sample_1/geometry_1`. All
/// values are in SI units, the photon energy too, unless an attribute says otherwise.
///
/// Reference: F. R. N. C. Maia, "The Coherent X-ray Imaging Data Bank", Nature Methods 9 (2012) 854, and its format
/// description 1.6; NeXus definition NXcxi_ptycho.
enum CXIScanReader {
  /// Where the patterns are looked for below the entry.
  private static let patternPaths = ["data_1/data", "instrument_1/detector_1/data", "data/data"]
  private static let translationPaths = [
    "data_1/translation", "instrument_1/detector_1/translation", "sample_1/geometry_1/translation",
    "sample_1/geometry/translation",
  ]
  private static let axisGroups = ["data", "sample_1/transformations"]

  /// Whether the file has the names of CXI.
  static func recognises(_ statements: ScanStatements) throws -> Bool {
    try patternPaths.contains { try statements.shape("entry_1/" + $0)?.count ?? 0 >= 3 }
  }

  static func read(_ statements: ScanStatements, _ options: PtychographyReadOptions) throws -> PtychographyScan {
    let file = statements.path
    func entry(_ path: String) -> String { "/entry_1/" + path }
    var assembly = ScanAssembly(file: file, options: options)
    guard let patterns = try patternPaths.map(entry).first(where: { try statements.shape($0)?.count ?? 0 >= 3 }),
      let frames = try statements.frames(patterns)
    else { throw FormatError(file, "holds no patterns at \(patternPaths.map(entry).joined(separator: ", "))") }
    if let title = try statements.text(entry("title")), !title.isEmpty { assembly.name = title }
    assembly.notes.append("patterns from \(patterns)")
    try readEnergy(statements, into: &assembly)
    try readDetector(statements, into: &assembly)
    try readMask(statements, into: &assembly)
    if let images = try statements.complexImages(entry("instrument_1/source_1/illumination")) {
      assembly.probe = images
      assembly.notes.append("probe from \(entry("instrument_1/source_1/illumination"))")
    }
    assembly.angle = try statements.quantity(entry("sample_1/rotation_angle"), usual: "deg", NeXusUnits.radians)
    for name in ["count_time", "exposure_time"] where assembly.exposure == nil {
      assembly.exposure = try statements.quantity(
        entry("instrument_1/detector_1/" + name), usual: "s", NeXusUnits.seconds)
    }
    for place in ["instrument_1/detector_1/is_fft_shifted", "data_1/is_fft_shifted"].map(entry) {
      if let flag = try statements.number(place), flag.value != 0 { assembly.isCornerCentred = true }
    }
    // CXI does not know how the wave travels; files of this program say so where anything may stand.
    let geometry = entry("sample_1/geometry_1/")
    assembly.propagation = try statements.text(geometry + "propagation").flatMap(Propagation.init(rawValue:))
    assembly.focusDistance = try statements.quantity(geometry + "focus_distance", usual: "m", NeXusUnits.metres)
    let (positions, place) = try readPositions(statements, frames, options)
    assembly.notes.append("positions from \(place), x then y, as written")
    return try assembly.scan(frames: frames, positions: positions, from: place)
  }

  private static func readEnergy(_ statements: ScanStatements, into assembly: inout ScanAssembly) throws {
    let beam = "/entry_1/instrument_1/beam_1/"
    let source = "/entry_1/instrument_1/source_1/"
    let fields = [
      beam + "energy", beam + "incident_beam_energy", beam + "incident_energy", beam + "incident_wavelength",
      source + "energy", source + "wavelength",
    ]
    for field in fields {
      if field.hasSuffix("wavelength") {
        guard let value = try statements.quantity(field, usual: "m", NeXusUnits.metres) else { continue }
        assembly.energy.add(wavelength: value, field)
      } else if let value = try statements.quantity(field, usual: "J", NeXusUnits.joules) {
        assembly.energy.add(energy: value, field)
      }
    }
  }

  private static func readDetector(_ statements: ScanStatements, into assembly: inout ScanAssembly) throws {
    let detector = "/entry_1/instrument_1/detector_1/"
    assembly.distance = try statements.quantity(detector + "distance", usual: "m", NeXusUnits.metres)
    assembly.pixelWidth = try statements.quantity(detector + "x_pixel_size", usual: "m", NeXusUnits.metres)
    assembly.pixelHeight = try statements.quantity(detector + "y_pixel_size", usual: "m", NeXusUnits.metres)
    if let vectors = try statements.numbers(detector + "basis_vectors"),
      let axes = DetectorAxes(vectors.values, shape: vectors.shape)
    {
      assembly.pixelHeight = assembly.pixelHeight ?? axes.slowLength
      assembly.pixelWidth = assembly.pixelWidth ?? axes.fastLength
      if let convention = axes.convention {
        assembly.notes.append(
          "by \(detector)basis_vectors the beam's way over the sample is \(convention), if the translations are the "
            + "sample's; the test of the axes decides")
      } else {
        assembly.notes.append("by \(detector)basis_vectors the detector is turned against the axes of the translations")
      }
    }
    // A length from the detector's corner, in pixels or metres; here pixel centres are at whole numbers.
    func centre(_ name: String, pixel: Double?) throws -> Double? {
      guard let number = try statements.number(detector + name) else { return nil }
      let isPixels = ["px", "pixel", "pixels"].contains(number.units?.lowercased() ?? "")
      if isPixels { return number.value - 0.5 }
      let scale = try statements.factor(number.units, usual: "m", detector + name, NeXusUnits.metres)
      return pixel.map { number.value * scale / $0 - 0.5 }
    }
    if let row = try centre("beam_center_y", pixel: assembly.pixelHeight),
      let column = try centre("beam_center_x", pixel: assembly.pixelWidth)
    {
      assembly.centre = (row, column)
    }
  }

  private static func readMask(_ statements: ScanStatements, into assembly: inout ScanAssembly) throws {
    for place in ["/entry_1/instrument_1/detector_1/mask", "/entry_1/data_1/mask"] {
      guard let rank = try statements.shape(place)?.count, rank >= 2, let frames = try statements.frames(place) else {
        continue
      }
      assembly.mask = try ScanMask.read(bitCoded: frames, marksGood: assembly.options.maskMarksGood)
      assembly.notes.append(
        "mask from \(place), where \(assembly.options.maskMarksGood ? "other than 0" : "0") is good")
      return
    }
  }

  private static func readPositions(
    _ statements: ScanStatements, _ frames: HDF5Frames, _ options: PtychographyReadOptions
  ) throws -> (positions: [ScanPosition], place: String) {
    for place in translationPaths.map({ "/entry_1/" + $0 }) {
      guard let numbers = try statements.numbers(place) else { continue }
      let unit = try statements.factor(numbers.units, usual: "m", place, NeXusUnits.metres)
      return (try ScanPositions.positions(translations: numbers, unit: unit, statements.path, place), place)
    }
    for group in axisGroups.map({ "/entry_1/" + $0 }) {
      guard let y = try statements.numbers(group + "/y"), let x = try statements.numbers(group + "/x") else { continue }
      let heights = try statements.factor(y.units, usual: "m", group + "/y", NeXusUnits.metres)
      let widths = try statements.factor(x.units, usual: "m", group + "/x", NeXusUnits.metres)
      let positions = ScanPositions.positions(
        y: y.values.map { $0 * heights }, x: x.values.map { $0 * widths }, scanShape: frames.scanShape)
      guard let positions else {
        throw FormatError(
          statements.path, at: group,
          "has y of \(y.shape) and x of \(x.shape) for patterns of \(frames.scanShape); they do not fit")
      }
      return (positions, group + "/{y,x}")
    }
    throw FormatError(
      statements.path,
      "holds no positions at \((translationPaths + axisGroups.map { $0 + "/{y,x}" }).joined(separator: ", "))")
  }
}
