import ArrayMath
import Foundation
import HDF5
import Tomography

/// NXtomo, the definition of NeXus for raw tomography: one stack of frames whose `image_key` tells projections (0), flats
/// (1), darks (2) and invalid frames (3) apart.
///
/// The entry is `/entry`, or one within another as Diamond writes it, `/entry1/tomo_entry`.
enum NXtomoReader {
  /// Members of a group that are looked into, at most.
  private static let largestSearch = 64

  /// What is found about an entry before it is read.
  struct Entry {
    let path: String
    /// The group of the detector.
    let detector: String
  }

  /// The entry of an NXtomo; nil where there is none.
  static func entry(_ statements: ScanStatements) throws -> Entry? {
    for name in try statements.members("/").prefix(largestSearch) {
      let outer = "/" + name
      for path in try [outer] + statements.members(outer).prefix(largestSearch).map({ outer + "/" + $0 }) {
        let members = try statements.members(path)
        guard members.contains("instrument") else { continue }
        let isNamed = members.contains("definition") && (try? statements.text(path + "/definition")) == "NXtomo"
        for detector in try statements.members(path + "/instrument").prefix(largestSearch) {
          let group = path + "/instrument/" + detector
          let inside = try statements.members(group)
          guard inside.contains("data") else { continue }
          let turns = inside.contains("image_key") && statements.has(path + "/sample/rotation_angle")
          if isNamed || turns { return Entry(path: path, detector: group) }
        }
      }
    }
    return nil
  }

  static func read(
    _ statements: ScanStatements, _ entry: Entry, _ options: ProjectionReadOptions
  ) throws -> MeasuredProjections {
    let file = statements.path
    let place = entry.detector + "/data"
    guard let frames = try statements.frames(place) else { throw FormatError(file, "holds no \(place)") }
    guard frames.scanShape.count <= 1 else {
      throw FormatError(
        file, at: place,
        "has the axes \(frames.scanShape + [frames.shape.rows, frames.shape.columns]); NXtomo has three")
    }
    let keys = try imageKeys(statements, entry, count: frames.count)
    func indices(_ key: Int) -> [Int] { keys.indices.filter { keys[$0] == key } }
    let kept = indices(0)
    guard !kept.isEmpty else { throw FormatError(file, at: place, "holds no projections: no image_key is 0") }
    let chosen: any FrameSource = kept.count == frames.count ? frames : SelectedFrames(source: frames, indices: kept)
    var assembly = ProjectionAssembly(file, frames: chosen, options: options)
    assembly.places = (kept, frames.count)
    assembly.projections.flats = try ProjectionAssembly.images(frames, indices: indices(1), file: file, what: "flats")
    assembly.projections.darks = try ProjectionAssembly.images(frames, indices: indices(2), file: file, what: "darks")
    let invalid = keys.count { $0 != 0 && $0 != 1 && $0 != 2 }
    if invalid > 0 { assembly.projections.notes.append("\(invalid) frames are marked invalid and were left out") }
    if let title = try statements.text(entry.path + "/title"), !title.isEmpty { assembly.projections.name = title }
    try readAngles(statements, entry, into: &assembly)
    try readGeometry(statements, entry, into: &assembly)
    let quantity = try statements.attributes(of: place)[NXtomoFile.contentAttribute]?.text
    assembly.projections.content = quantity.flatMap(MeasuredProjections.Content.init(rawValue:))
    return try assembly.finish()
  }

  private static func imageKeys(_ statements: ScanStatements, _ entry: Entry, count: Int) throws -> [Int] {
    let places = [entry.detector + "/image_key", entry.path + "/data/image_key", entry.detector + "/image_key_control"]
    for place in places {
      guard let numbers = try statements.numbers(place) else { continue }
      guard numbers.values.count == count else {
        throw FormatError(
          statements.path, at: place,
          "holds \(numbers.values.count) numbers for \(count) frames; one for each is expected")
      }
      return try numbers.values.enumerated().map { index, value in
        guard let key = Int(exactly: value), (-1...3).contains(key) else {
          throw FormatError(
            statements.path, at: place, "number \(index + 1) is \(value); 0 (projection) to 3 (invalid) are expected")
        }
        return key
      }
    }
    return Array(repeating: 0, count: count)
  }

  private static func readAngles(
    _ statements: ScanStatements, _ entry: Entry, into assembly: inout ProjectionAssembly
  ) throws {
    for place in [entry.path + "/sample/rotation_angle", entry.path + "/data/rotation_angle"] {
      guard let numbers = try statements.numbers(place) else { continue }
      let unit = AngleTable.unit(numbers.units)
      if unit == nil, let text = numbers.units {
        assembly.projections.warnings.append("the angles are in \"\(text)\", which is no known unit of angles")
      }
      assembly.stated = AngleTable(values: numbers.values, unit: unit, place: place)
      return
    }
  }

  private static func readGeometry(
    _ statements: ScanStatements, _ entry: Entry, into assembly: inout ProjectionAssembly
  ) throws {
    for group in [entry.path + "/sample", entry.detector] {
      guard let width = try assembly.stated(statements, group + "/x_pixel_size", usual: "m", NeXusUnits.metres),
        let height = try assembly.stated(statements, group + "/y_pixel_size", usual: "m", NeXusUnits.metres)
      else { continue }
      assembly.projections.pixel = (height, width)
      if group == entry.detector {
        assembly.projections.notes.append("the detector's pixel stands for the one at the sample: no magnification")
      }
      break
    }
    for beam in [entry.path + "/instrument/beam", entry.path + "/beam", entry.path + "/sample/beam"] {
      if let wavelength = try assembly.stated(
        statements, beam + "/incident_wavelength", usual: "angstrom", NeXusUnits.metres)
      {
        assembly.projections.wavelength = wavelength
      } else if let energy = try assembly.stated(statements, beam + "/incident_energy", usual: "keV", NeXusUnits.joules)
      {
        assembly.projections.wavelength = FrameMetadata.wavelength(energy: energy)
      } else {
        continue
      }
      break
    }
    assembly.projections.axisColumn = try statements.number(entry.detector + "/x_rotation_axis_pixel_position")?.value
    for axis in ["x", "y", "z"] {
      guard let moves = try statements.numbers(entry.path + "/sample/\(axis)_translation"),
        let low = moves.values.min(), let high = moves.values.max(), high > low
      else { continue }
      assembly.projections.warnings.append(
        "the sample was moved along \(axis) by \(high - low) \(moves.units ?? "m") during the scan; that is not undone")
    }
    if statements.has(entry.path + "/control/data") {
      assembly.projections.notes.append("the monitor of the beam, control/data, is not applied")
    }
  }
}
