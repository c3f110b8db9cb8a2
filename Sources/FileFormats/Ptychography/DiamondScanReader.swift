import ArrayMath
import Foundation
import HDF5
import Ptychography

/// Reads scans as the beamlines of Diamond write them in NeXus: `entry1/instrument/<detector>/data`, the motors beside it.
///
/// The patterns are the data of a detector with three axes or more, for a raster four. The motors have other names at
/// every branch; the usual pairs are looked for, and others can be named. Energies without a unit are read as keV below
/// 50 and as eV above 150.
enum DiamondScanReader {
  /// Pairs of motors, along the vertical and along the horizontal.
  private static let motors: [(y: String, x: String)] = [
    ("t1_sy", "t1_sx"), ("lab_sy", "lab_sx"), ("sample_y", "sample_x"), ("SampleY", "SampleX"),
    ("SampleY_value_set", "SampleX_value_set"), ("SampleY_value", "SampleX_value"), ("samy", "samx"), ("sy", "sx"),
    ("stage_y", "stage_x"), ("y", "x"),
  ]
  private static let energies: Set<String> = [
    "energy", "incident_energy", "incident_beam_energy", "photon_energy", "dcm_energy", "dcm1_energy", "beam_energy",
  ]
  private static let wavelengths: Set<String> = ["wavelength", "incident_wavelength"]

  /// The entry whose instrument has a detector with a stack of patterns.
  static func entry(_ statements: ScanStatements) throws -> String? {
    for name in try statements.members("/").filter({ $0.hasPrefix("entry") }) {
      for detector in try statements.members("/\(name)/instrument") {
        if try statements.shape("/\(name)/instrument/\(detector)/data")?.count ?? 0 >= 3 { return "/" + name }
      }
    }
    return nil
  }

  static func read(
    _ statements: ScanStatements, entry: String, _ options: PtychographyReadOptions
  ) throws -> PtychographyScan {
    let file = statements.path
    let survey = try ScanSurvey(statements, below: entry)
    var assembly = ScanAssembly(file: file, options: options)
    let detector = try detector(survey, file, options)
    let frames = try HDF5Frames(detector.place.file.dataset(detector.place.path), of: detector.place.file)
    assembly.notes.append("patterns from \(detector.path)")
    if let title = try statements.text(entry + "/entry_identifier"), !title.isEmpty { assembly.name = title }
    func quantity(_ names: [String], _ usual: String, _ scale: (String) -> Double?) throws -> Double? {
      // What the detector's own group says comes first.
      let all = survey.entries.filter { names.contains(String($0.name)) && $0.count >= 1 }
      let ordered = all.filter { $0.parent == detector.parent } + all.filter { $0.parent != detector.parent }
      return try ordered.first.flatMap { try statements.quantity($0.path, usual: usual, scale) }
    }
    assembly.pixelHeight = try quantity(["y_pixel_size"], "m", NeXusUnits.metres)
    assembly.pixelWidth = try quantity(["x_pixel_size"], "m", NeXusUnits.metres)
    assembly.distance = try quantity(["distance", "detector_distance"], "m", NeXusUnits.metres)
    assembly.exposure = try quantity(["count_time", "exposure_time"], "s", NeXusUnits.seconds)
    assembly.angle = try quantity(["rotation_angle"], "deg", NeXusUnits.radians)
    try readEnergies(survey, statements, into: &assembly)
    if let mask = survey.entries.first(where: {
      $0.parent == detector.parent && ["pixel_mask", "mask"].contains(String($0.name)) && $0.shape.count >= 2
    }) {
      let stack = try HDF5Frames(mask.place.file.dataset(mask.place.path), of: mask.place.file)
      assembly.mask = try ScanMask.read(bitCoded: stack, marksGood: options.maskMarksGood)
      assembly.notes.append("mask from \(mask.path)")
    }
    let (positions, place) = try positions(survey, statements, frames, options)
    assembly.notes.append("positions from \(place), as written")
    return try assembly.scan(frames: frames, positions: positions, from: place)
  }

  private static func detector(
    _ survey: ScanSurvey, _ file: String, _ options: PtychographyReadOptions
  ) throws -> ScanSurvey.Entry {
    let all = survey.entries.filter { entry in
      entry.name == "data" && entry.parent.contains("/instrument/") && entry.shape.count >= 3
        && entry.shape.suffix(2).allSatisfy { $0 >= 8 }
    }
    let chosen = options.detector.map { name in all.filter { $0.parent.hasSuffix("/" + name) } } ?? all
    guard let first = chosen.first else {
      let names = all.map(\.parent).joined(separator: ", ")
      throw FormatError(
        file, "holds no patterns of a detector \(options.detector ?? "")" + (names.isEmpty ? "" : "; it has \(names)"))
    }
    guard chosen.count == 1 else {
      let names = chosen.map { "\($0.parent) \($0.shape)" }.joined(separator: ", ")
      throw FormatError(file, "holds patterns of \(chosen.count) detectors: \(names); name one")
    }
    return first
  }

  private static func readEnergies(
    _ survey: ScanSurvey, _ statements: ScanStatements, into assembly: inout ScanAssembly
  ) throws {
    // The beam before the monochromator before the source.
    func rank(_ entry: ScanSurvey.Entry) -> Int {
      entry.parent.contains("source") ? 2 : entry.parent.contains("beam") ? 0 : 1
    }
    for entry in survey.entries.sorted(by: { rank($0) < rank($1) }) where entry.count >= 1 && entry.count <= 1 << 20 {
      let name = String(entry.name)
      if wavelengths.contains(name) {
        if let value = try statements.quantity(entry.path, usual: "angstrom", NeXusUnits.metres) {
          assembly.energy.add(wavelength: value, entry.path)
        }
      } else if energies.contains(name), let number = try statements.number(entry.path) {
        if let units = number.units {
          guard let scale = NeXusUnits.joules(units) else { continue }
          assembly.energy.add(energy: number.value * scale, entry.path)
        } else if number.value < 50 || number.value > 150 {
          let unit = number.value < 50 ? "keV" : "eV"
          assembly.energy.add(
            energy: number.value * (NeXusUnits.joules(unit) ?? .nan), "\(entry.path) (without unit, taken as \(unit))")
        }
      }
    }
  }

  private static func positions(
    _ survey: ScanSurvey, _ statements: ScanStatements, _ frames: HDF5Frames, _ options: PtychographyReadOptions
  ) throws -> ([ScanPosition], String) {
    let lengths = Set(frames.scanShape + [frames.count])
    let possible = survey.entries.filter { lengths.contains($0.count) && $0.count > 1 || $0.count == frames.count }
    func entry(_ name: String) -> ScanSurvey.Entry? {
      // A motor is a dataset, or a group with its value; the instrument's own rather than a copy elsewhere.
      let named = possible.filter { entry in
        String(entry.name) == name || entry.path.hasSuffix("/" + name)
          || (entry.name == "value" && entry.parent.hasSuffix("/" + name))
      }
      return named.first { $0.path.contains("/instrument/") } ?? named.first
    }
    let pairs = options.positionNames.map { [$0] } ?? motors
    for pair in pairs {
      guard let y = entry(pair.y), let x = entry(pair.x) else { continue }
      func coordinates(_ entry: ScanSurvey.Entry) throws -> [Double] {
        guard let numbers = try statements.numbers(entry.path) else { return [] }
        if let unit = numbers.units {
          let factor = try statements.factor(unit, usual: "mm", entry.path, NeXusUnits.metres)
          return numbers.values.map { $0 * factor }
        }
        guard let unit = options.positionUnit else {
          throw FormatError(statements.path, at: entry.path, "has no unit; give the unit of the positions")
        }
        return numbers.values.map { $0 * unit }
      }
      if let found = ScanPositions.positions(y: try coordinates(y), x: try coordinates(x), scanShape: frames.scanShape)
      {
        return (found, "\(y.path) and \(x.path)")
      }
    }
    let list = possible.filter { $0.shape.count <= 2 }.prefix(12).map { "\($0.path) \($0.shape)" }
    throw FormatError(
      statements.path,
      "holds no pair \(pairs.map { "\($0.y), \($0.x)" }.joined(separator: "; ")) for patterns of \(frames.scanShape); name "
        + "the two datasets of the positions" + (list.isEmpty ? "" : ", such as \(list.joined(separator: ", "))"))
  }
}
