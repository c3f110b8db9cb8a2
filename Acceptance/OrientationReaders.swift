import FileFormats
import Foundation
import TestSupport

/// Damaged input for every reader of orientation maps and Kikuchi patterns.
func orientationReadersLines() throws -> [AcceptanceLine] {
  let damage = try DamagedInput("readers")
  func measured(_ names: [String]) throws -> [[UInt8]] {
    try DamagedInput.measured(names.map { "orientation/" + $0 })
  }
  func map(_ path: String) throws { _ = try OrientationMapFile.open(path: path) }
  func patterns(_ path: String) throws { try ElectronDamage.readPatterns(KikuchiPatternFile.open(path: path)) }
  let pair = ElectronSamples.channelProject()
  damage.check(".ctf", [ElectronSamples.channelText(), ElectronSamples.channelText(comma: true)]) { bytes in
    _ = try OrientationMapFile.read(bytes, named: "map.ctf")
  }
  let texts = try [ElectronSamples.edaxText()] + measured(["ebsdlib/HexHeader.ang", "ebsdlib/GridMissing.ang"])
  damage.check(".ang", texts) { bytes in _ = try OrientationMapFile.read(bytes, named: "map.ang") }
  damage.check(".cpr", [pair.project]) { bytes in
    _ = try OrientationMapFile.read(project: bytes, points: pair.points, named: "map.cpr")
  }
  damage.check(".crc", [pair.points]) { bytes in
    _ = try OrientationMapFile.read(project: pair.project, points: bytes, named: "map.crc")
  }
  let oxford = try damage.made("oxford.h5oina", ElectronSamples.writeOxford)
  let bruker = try damage.made("bruker.h5", ElectronSamples.writeBruker)
  damage.checkFiles("map of h5oina", [oxford], map)
  damage.checkFiles("patterns of h5oina", [oxford], patterns)
  damage.checkFiles("patterns of Bruker's HDF5", [bruker], patterns)
  damage.checkFiles(
    "patterns of kikuchipy's HDF5", try measured(["kikuchipy_ni/kikuchipy_h5ebsd_patterns.h5"]), patterns)
  damage.checkFiles("patterns of EDAX's HDF5", try measured(["kikuchipy_ni/edax_h5ebsd_patterns.h5"]), patterns)
  damage.checkFiles("patterns of EMsoft", try measured(["kikuchipy_ni/emsoft_ebsd_EBSD_TEST_Ni.h5"]), patterns)
  damage.check(
    ".up1", [ElectronSamples.edaxBinary(bytesPerPixel: 1), ElectronSamples.edaxBinary(version: 1, bytesPerPixel: 1)]
  ) { bytes in try ElectronDamage.readPatterns(KikuchiPatternFile.read(bytes, named: "a.up1")) }
  damage.check(".up2", [ElectronSamples.edaxBinary(), ElectronSamples.edaxBinary(isHexagonal: true)]) { bytes in
    try ElectronDamage.readPatterns(KikuchiPatternFile.read(bytes, named: "a.up2"))
  }
  damage.check(".ebsp", [0, 1, 2, 4, 6].map { ElectronSamples.oxfordBinary(version: $0) }) { bytes in
    try ElectronDamage.readPatterns(KikuchiPatternFile.read(bytes, named: "a.ebsp"))
  }
  if let nordif = try measured(["nordif/Pattern.dat"]).first {
    try damage.place(nordif, "Pattern.dat")
    damage.checkFiles("NORDIF's Setting.txt", try measured(["nordif/Setting.txt"]), file: "Setting.txt") { path in
      try ElectronDamage.readPatterns(
        KikuchiPatternFile.open(path: URL(filePath: path).deletingLastPathComponent().path))
    }
  }
  damage.checkFiles(
    "master of EMsoft",
    try measured(["kikuchipy_ni/emsoft_ebsd_master_pattern_ni_mc_mp_20kv_uint8_gzip_opts9.h5"])
  ) { path in _ = try EMsoftMasterFile.read(path) }
  return damage.lines
}
