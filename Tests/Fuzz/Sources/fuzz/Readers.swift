import ArrayMath
import Electrochemistry
import FileFormats
import Foundation
import Pipeline
import Stages

/// A reader under attack: damaged bytes must end in an error or a value, never in a crash.
enum Reader: String, CaseIterable {
  case mpr, mpt, csv, nexus, yaml, frames

  /// Reads bytes and forgets the result.
  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .mpr: _ = try BioLogicBinary.read(bytes, named: "fuzz.mpr")
    case .mpt: _ = try BioLogicText.read(bytes, named: "fuzz.mpt")
    case .csv: _ = try BatteryDataFormat.read(bytes, named: "fuzz.csv")
    case .nexus: _ = try NeXusFile.read(bytes: bytes, named: "fuzz.nxs")
    case .frames:
      let file = try FrameFile.read(bytes, named: "fuzz.frames")
      if file.frames.count > 0 { _ = try file.frames.floats(frame: 0) }
    case .yaml: _ = ExperimentDocument(bytes: bytes, file: "fuzz.yaml").decode(ExperimentSettings.self)
    }
  }

  /// Valid inputs to start from.
  func seeds() throws -> [[UInt8]] {
    let times = (0..<20).map(Double.init)
    let series = PotentiostatSeries(
      technique: "GCPL", startDate: "2026-01-01T00:00:00.000", time: times, current: times.map { _ in 3e-11 },
      voltage: times.map { 3 + $0 / 20 }, halfCycle: times.map { $0 < 10 ? 0 : 1 },
      instrumentCounterCharge: times.map { $0 * 3e-11 }, recordedMass: 4.69e-12)
    switch self {
    case .mpr: return [BioLogicBinary.write(series)]
    case .mpt: return [BioLogicText.write(series)]
    case .csv: return [Array(BatteryDataFormat.write(series).utf8)]
    case .nexus:
      let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).nxs")
      defer { try? FileManager.default.removeItem(at: file) }
      let data = NeXusGroup.data(
        signal: "voltage", axes: ["time"],
        datasets: ["time": NeXusDataset(times, units: "s"), "voltage": NeXusDataset(series.voltage, units: "V")])
      try NeXusFile.write(
        .root(entry: .entry(title: "seed", defaultPlot: "data", children: ["data": .group(data)]), creator: "fuzz"),
        to: file.path)
      return [[UInt8](try Data(contentsOf: file))]
    case .frames:
      let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Golden/frames")
        .standardizedFileURL
      return try ["t_u2_zlibp.tif", "t_i4_lzw.tif", "t_f4_tile.tif", "e_i1.edf", "c.cbf"].map {
        [UInt8](try Data(contentsOf: golden.appending(path: $0)))
      }
    case .yaml:
      let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../Examples")
        .standardizedFileURL
      return try FileManager.default.contentsOfDirectory(at: examples, includingPropertiesForKeys: nil).map {
        [UInt8](try Data(contentsOf: $0.appending(path: "experiment.yaml")))
      }
    }
  }
}
