import ArrayMath
import Electrochemistry
import FileFormats
import Foundation
import ParticleMechanics
import Pipeline
import Ptychography
import Stages

/// A reader under attack: damaged bytes must end in an error or a value, never in a crash.
enum Reader: String, CaseIterable {
  case mpr, mpt, csv, nexus, yaml, poni, xye, frames, scan, positions, mesh

  /// Reads bytes and forgets the result.
  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .mpr: _ = try BioLogicBinary.read(bytes, named: "fuzz.mpr")
    case .mpt: _ = try BioLogicText.read(bytes, named: "fuzz.mpt")
    case .csv: _ = try BatteryDataFormat.read(bytes, named: "fuzz.csv")
    case .nexus: _ = try NeXusFile.read(bytes: bytes, named: "fuzz.nxs")
    case .poni: _ = try PoniFile.read(bytes, named: "fuzz.poni")
    case .xye: _ = try PatternTextFile.read(bytes, named: "fuzz.xye")
    case .frames:
      let file = try FrameFile.read(bytes, named: "fuzz.frames")
      if file.frames.count > 0 { _ = try file.frames.floats(frame: 0) }
    case .scan:
      let file = FileManager.default.temporaryDirectory.appending(
        path: "fuzz-\(ProcessInfo.processInfo.processIdentifier).cxi")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data(bytes).write(to: file)
      let scan = try PtychographyFile.read(file.path)
      if scan.frames.count > 0 { _ = try scan.frames.floats(frame: 0) }
    case .positions:
      _ = try PtychographyStackDescription.positions(
        ofTable: bytes, named: "fuzz.csv", y: .name("y"), x: .name("x"))
    case .mesh: _ = try GmshMeshFile.read(bytes, named: "fuzz.msh")
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
    case .scan:
      let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).cxi")
      defer { try? FileManager.default.removeItem(at: file) }
      let shape = FrameShape(rows: 8, columns: 8)
      let scan = PtychographyScan(
        name: "seed", geometry: ScanGeometry(wavelength: 1.3e-10, distance: 9, pixelHeight: 55e-6, pixelWidth: 55e-6),
        frames: MemoryFrames([UInt16](repeating: 3, count: 2 * shape.count), shape: shape),
        positions: [ScanPosition(y: 0, x: 0), ScanPosition(y: 1e-6, x: 1e-6)])
      try CXIScanWriter.write(scan, to: file.path, compression: .gzip)
      return [[UInt8](try Data(contentsOf: file))]
    case .mesh:
      let mesh = ElementMesh(
        points: [0, 0, 1, 0, 1, 1, 0, 1], shape: .triangle3, elements: [0, 1, 2, 0, 2, 3], regions: [0, 1],
        regionNames: [0: "a"], boundaries: ["surface": [0, 1, 1, 2], "wetted": [0, 1]])
      return try GmshMeshFile.Version.allCases.flatMap { version in
        try GmshMeshFile.Encoding.allCases.map { try GmshMeshFile.write(mesh, version: version, encoding: $0) }
      }
    case .positions: return [Array("y / um,x / um\n1,2\n3,4.5\n".utf8), Array("# made by hand\ny x\n1 2\n".utf8)]
    case .poni:
      return [
        Array(
          "PixelSize1: 1e-4\nPixelSize2: 1e-4\nDistance: 0.2\nPoni1: 0.1\nPoni2: 0.1\nRot1: 0\nRot2: 0\nRot3: 0".utf8),
        Array(
          """
          # comment
          poni_version: 2.1
          Detector: Pilatus1M
          Detector_config: {"pixel1": 0.000172, "pixel2": 0.000172, "orientation": 2}
          Distance: 0.2
          Poni1: 0.1
          Poni2: 0.1
          Rot1: 0.01
          Rot2: -0.02
          Rot3: 0
          Wavelength: 1e-10
          """.utf8),
      ]
    case .xye:
      return [
        Array("# 2th_deg I sigma\n# Wavelength: 8.856e-11 m\n1.0 100 10\n1.1 120 11\n1.2 nan nan\n".utf8),
        Array("/* title\n*/\n# q_nm^-1 I\n3,5\n2;6\n1\t7\n".utf8),
      ]
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
