import FileFormats
import Foundation
import TestSupport

/// Damaged input for every reader of orientation maps and Kikuchi patterns.
func orientationReadersLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-orientation-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let damaged = folder.appending(path: "damaged.h5")
  func line(_ name: String, _ inputs: [[UInt8]], _ read: ([UInt8]) throws -> Void) {
    guard !inputs.isEmpty else { return }
    let result = MutatedReads(of: inputs, count: 500, read: read)
    lines.append(
      AcceptanceLine(
        "readers", "\(name), 500 damaged inputs",
        figure: "\(result.errors) errors (\(result.silentErrors) silent), \(result.reads) reads, slowest "
          + String(format: "%.2f s", result.slowest),
        limit: "no crash, none silent, none above 10 s", passed: result.silentErrors == 0 && result.slowest < 10))
  }
  func made(_ name: String, _ write: (String) throws -> Void) throws -> [UInt8] {
    let file = folder.appending(path: name)
    try write(file.path)
    return try [UInt8](Data(contentsOf: file))
  }
  func measured(_ names: [String]) throws -> [[UInt8]] {
    try names.compactMap { SharedData.path("orientation/" + $0) }.map {
      try [UInt8](Data(contentsOf: URL(filePath: $0)))
    }
  }
  func map(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: damaged)
    _ = try OrientationMapFile.open(path: damaged.path)
  }
  func patterns(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: damaged)
    try ElectronDamage.readPatterns(KikuchiPatternFile.open(path: damaged.path))
  }
  let pair = ElectronSamples.channelProject()
  line(".ctf", [ElectronSamples.channelText(), ElectronSamples.channelText(comma: true)]) {
    _ = try OrientationMapFile.read($0, named: "map.ctf")
  }
  line(".ang", try [ElectronSamples.edaxText()] + measured(["ebsdlib/HexHeader.ang", "ebsdlib/GridMissing.ang"])) {
    _ = try OrientationMapFile.read($0, named: "map.ang")
  }
  line(".cpr", [pair.project]) { _ = try OrientationMapFile.read(project: $0, points: pair.points, named: "map.cpr") }
  line(".crc", [pair.points]) { _ = try OrientationMapFile.read(project: pair.project, points: $0, named: "map.crc") }
  let oxford = try made("oxford.h5oina", ElectronSamples.writeOxford)
  let bruker = try made("bruker.h5", ElectronSamples.writeBruker)
  line("map of h5oina", [oxford], map)
  line("patterns of h5oina", [oxford], patterns)
  line("patterns of Bruker's HDF5", [bruker], patterns)
  line("patterns of kikuchipy's HDF5", try measured(["kikuchipy_ni/kikuchipy_h5ebsd_patterns.h5"]), patterns)
  line("patterns of EDAX's HDF5", try measured(["kikuchipy_ni/edax_h5ebsd_patterns.h5"]), patterns)
  line("patterns of EMsoft", try measured(["kikuchipy_ni/emsoft_ebsd_EBSD_TEST_Ni.h5"]), patterns)
  line(
    ".up1", [ElectronSamples.edaxBinary(bytesPerPixel: 1), ElectronSamples.edaxBinary(version: 1, bytesPerPixel: 1)]
  ) {
    try ElectronDamage.readPatterns(KikuchiPatternFile.read($0, named: "a.up1"))
  }
  line(".up2", [ElectronSamples.edaxBinary(), ElectronSamples.edaxBinary(isHexagonal: true)]) {
    try ElectronDamage.readPatterns(KikuchiPatternFile.read($0, named: "a.up2"))
  }
  line(".ebsp", [0, 1, 2, 4, 6].map { ElectronSamples.oxfordBinary(version: $0) }) {
    try ElectronDamage.readPatterns(KikuchiPatternFile.read($0, named: "a.ebsp"))
  }
  let setting = folder.appending(path: "Setting.txt")
  if let patterns = SharedData.path("orientation/nordif/Pattern.dat") {
    try FileManager.default.copyItem(at: URL(filePath: patterns), to: folder.appending(path: "Pattern.dat"))
    line("NORDIF's Setting.txt", try measured(["nordif/Setting.txt"])) {
      try Data($0).write(to: setting)
      try ElectronDamage.readPatterns(KikuchiPatternFile.open(path: folder.path))
    }
  }
  line(
    "master of EMsoft",
    try measured(["kikuchipy_ni/emsoft_ebsd_master_pattern_ni_mc_mp_20kv_uint8_gzip_opts9.h5"])
  ) {
    try Data($0).write(to: damaged)
    _ = try EMsoftMasterFile.read(damaged.path)
  }
  return lines
}
