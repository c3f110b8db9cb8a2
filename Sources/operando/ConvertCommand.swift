import ArgumentParser
import Electrochemistry
import FileFormats
import Foundation
import Pipeline
import Stages

/// `operando convert IN OUT`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert records, detector geometries, powder patterns, orientation maps, volumes and frames.",
    discussion: """
      What is converted follows from the endings of the two files:
        records     .mpr, .mpt, .csv                  to .csv, .mpt, .mpr
        geometries  .poni, .fit2d, .nxs               to .poni, .fit2d, .nxs
        patterns    .xye, .xy, .dat, .chi, .nxs       to .xye, .xy, .nxs
        maps        .ctf, .ang, .cpr, .h5oina, .nxs   to .ctf, .ang, .nxs, .csv
        volumes     .nxs, .mrc, .map, .rec            to .nxs, .h5, .tif, .mrc
        frames      .tif, .edf, .cbf, .npy, .h5       to .tif, .h5, .nxs, .mrc
      CSV is the Battery Data Format: SI units, positive current on charge. A
      .fit2d file holds the numbers of FIT2D's forms. A geometry as .nxs is an
      NXdetector with its transformations, as DAWN keeps it; patterns as .nxs
      follow NXazint1d or NXazint2d. Several patterns become one text file each.
      The Euler angles of a map are turned into the frame that its new format is
      read in: .ctf x right and y up, .ang x down and y right (EDAX setting 1).
      Volumes keep quantity and voxel; .tif is a stack of single precision.

      Example:
        operando convert cell.mpr cell.bdf.csv
        operando convert lab6.poni lab6.nxs
        operando convert lab6.poni old.poni --poni-version 1
        operando convert scan.nxs scan.xye --unit q
        operando convert pattern.xye pattern.nxs --energy "19 keV"
        operando convert frames.cbf frames.h5
        operando convert map.ctf map.ang
        operando convert tomogram.nxs tomogram.mrc

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written).
      """)

  @Argument(help: "What to convert; FILE.h5::/path names a dataset of frames.", completion: .file())
  var input: String
  @Argument(help: "What to write.")
  var output: String
  @Option(help: "Of patterns: the axis to write, 2theta (degrees), q (1/angstrom) or d (angstrom).")
  var unit: String?
  @Option(help: "Of patterns as text that do not say it: their axis, 2theta, q or d.")
  var inputUnit: String = "2theta"
  @Option(help: "Of patterns and geometries: the photon energy, such as \"19 keV\", where the file states none.")
  var energy: String?
  @Option(help: "Of geometries that do not state it: rows and columns of the image, such as 3056x3056.")
  var shape: String?
  @Option(help: "Of a .poni file to write: version 1, 2 or 2.1; only 2.1 holds the orientation of the image.")
  var poniVersion = "2.1"

  @Option(help: "Of maps: the frame of the input's Euler angles, oxford, edax1, edax2, edax3 or map.")
  var eulerFrame: String?

  func run() throws {
    switch conversion {
    case .record: try convertRecord()
    case .geometry: try convertGeometry()
    case .patterns: try convertPatterns()
    case .orientations: try convertMap()
    case .volume: try convertVolume()
    case .frames: try convertFrames()
    case nil:
      throw unknown("there is no conversion from \(ending(input)) to \(ending(output)); see operando convert --help")
    }
  }

  private enum Conversion { case record, geometry, patterns, orientations, volume, frames }

  /// Of two NeXus files the content of the first decides.
  private var conversion: Conversion? {
    let (from, to) = (ending(input), ending(output))
    let nexus: Set = ["nxs", "h5", "hdf5"]
    let records: Set = ["mpr", "mpt", "csv"]
    let (geometries, patterns): (Set, Set) = (["poni", "fit2d"], ["xye", "xy"])
    let maps: Set = ["ctf", "ang"]
    if maps.union(["cpr", "crc"]).contains(from) {
      return maps.union(nexus).union(["csv"]).contains(to) ? .orientations : nil
    }
    if nexus.union(["h5oina", "oh5"]).contains(from), maps.union(["csv"]).contains(to) { return .orientations }
    if from == "h5oina" || from == "oh5" { return nexus.contains(to) ? .orientations : nil }
    if records.contains(from) { return records.contains(to) ? .record : nil }
    if geometries.contains(from) { return geometries.union(nexus).contains(to) ? .geometry : nil }
    if patterns.union(["dat", "chi"]).contains(from) { return patterns.union(nexus).contains(to) ? .patterns : nil }
    if isVolume || Self.volumeEndings.contains(to) {
      return nexus.union(Self.volumeEndings).union(["tif", "tiff"]).contains(to) ? .volume : nil
    }
    if nexus.contains(from) {
      if geometries.contains(to) { return .geometry }
      if patterns.contains(to) { return .patterns }
      if nexus.contains(to), let content = DiffractionContent(ofNeXus: input) {
        return content == .geometry ? .geometry : .patterns
      }
    }
    return nexus.union(["tif", "tiff"]).contains(to) ? .frames : nil
  }

  func ending(_ path: String) -> String {
    let file = path.range(of: "::", options: .backwards).map { String(path[..<$0.lowerBound]) } ?? path
    return URL(filePath: file).pathExtension.lowercased()
  }

  func unknown(_ message: String) -> ExitStatus {
    Terminal.error("\(output): \(message)")
    return .wrongInput
  }

  private func convertRecord() throws {
    let bytes = try reading {
      let series = try PotentiostatFile.read(input)
      for warning in series.warnings { Terminal.note("warning: \(warning)") }
      switch ending(output) {
      case "csv": return Array(BatteryDataFormat.write(series).utf8)
      case "mpt": return BioLogicText.write(series)
      default: return BioLogicBinary.write(series)
      }
    }
    try writing { try AtomicFile.write(bytes, to: output) }
    Terminal.write(output)
  }
}

/// Whatever fails in reading is wrong input.
func reading<Value>(_ body: () throws -> Value) throws -> Value {
  do { return try body() } catch let status as ExitStatus {
    throw status
  } catch {
    Terminal.error("\(error)")
    throw ExitStatus.wrongInput
  }
}

/// Whatever fails in writing is a failure while running.
func writing<Value>(_ body: () throws -> Value) throws -> Value {
  do { return try body() } catch {
    Terminal.error("\(error)")
    throw ExitStatus.failed
  }
}
