import ArrayMath
import Crystallography
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Stages

/// A series of 775 frames from HDF5 to lattice parameters, and the joint fit of 003 and 104 alone, in CPU seconds.
///
/// The file holds 31 different frames of a simulated line scan over one particle at the seed's geometry, compressed with
/// bitshuffle and LZ4; it is read 25 times over.
func diffractionThroughputLines() throws -> [AcceptanceLine] {
  let folder = FileManager.default.temporaryDirectory.appending(path: "throughput-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let geometry = SeedInstrument.geometry(tilt: (0.012, -0.008, 0))
  let geometryPath = folder.appending(path: "seed.poni").path
  try PoniFile(geometry).write().write(toFile: geometryPath, atomically: true, encoding: .utf8)
  let framesPath = folder.appending(path: "scan.h5").path
  let (different, times) = (31, 25)
  var grains = SeedInstrument.grains(seed: 1)
  grains.grains = 400
  let simulation = LineScanSimulation(
    schedule: ScanSchedule(firstPosition: -1e-6, step: 0.55e-6, positions: different, passes: 1),
    charge: ChargeRamp(duration: 15500, final: 0.1), grains: grains)
  let scan = try simulation.prepared()
  var metadata = FrameMetadata()
  metadata.exposureTime = 20
  try NeXusFrameWriter.write(
    scan.frames(detector: DetectorModel(geometry: geometry), seed: 1, threads: 2), to: framesPath, metadata: metadata)

  var integration = AzimuthalIntegrationStage.Parameters()
  integration.points = 2000
  let paths = [FilePath](repeating: FilePath(framesPath), count: times)
  let count = different * times
  let context = RunContext(threads: 1)

  let start = cpuSeconds()
  let input = try DiffractionInput.integration(integration, frames: paths, geometry: geometryPath, source: "known")
  let patterns = try AzimuthalIntegrationStage.run(input, integration, context).value
  let integrated = cpuSeconds()
  var peaks = DiffractionPeaksStage.Parameters()
  peaks.neighbours = [.aluminium, .tungsten]
  let table = try DiffractionPeaksStage.run(
    .init(patterns: patterns, phase: SamplePhase(named: "NMC811")), peaks, context
  ).value
  let fitted = cpuSeconds()
  let lattice = try LatticeParametersStage.run(.init(.peaks(table)), .init(), context).value
  let end = cpuSeconds()

  // The same fit without neighbours, and without figures: the technique alone.
  let alone = PeakModel(
    windows: [PeakWindow(7.3 * .pi / 180...8.5 * .pi / 180), PeakWindow(17.9 * .pi / 180...19 * .pi / 180)],
    phases: [
      PeakPhase(
        "NMC811", cell: try SamplePhase(named: "NMC811").cell,
        reflections: [MillerIndices(0, 0, 3), MillerIndices(1, 0, 4)])
    ])
  let before = cpuSeconds()
  _ = try alone.fit(patterns.series)
  let joint = (cpuSeconds() - before) / Double(count) * 1e3

  // Decoding alone, of the 31 frames.
  let frames = try FrameFile.open(path: framesPath).frames
  var buffer = [UInt8](repeating: 0, count: frames.shape.count * 2)
  let decoding = cpuSeconds()
  for index in 0..<different { try buffer.withUnsafeMutableBytes { try frames.read(frame: index, into: $0) } }
  let decoded = (cpuSeconds() - decoding) * Double(times)

  let found = (lattice.columns.numbers("c") ?? []).count { !$0.isNaN }
  return [
    AcceptanceLine(
      "5", "\(count) frames of 3056 x 3056, bitshuffle-LZ4, to lattice parameters", end - start, atMost: 60,
      unit: "CPU s"),
    AcceptanceLine(
      "5", "of which integration", figure: String(format: "%.1f CPU s", integrated - start), limit: "shown",
      passed: true),
    AcceptanceLine(
      "5", "of which peaks with Al and W, and their figures", figure: String(format: "%.1f CPU s", fitted - integrated),
      limit: "shown", passed: true),
    AcceptanceLine(
      "5", "frames with a c", figure: "\(found) of \(count)", limit: "some", passed: found > count / 3),
    AcceptanceLine("5", "a joint fit of 003 and 104", joint, atMost: 1, unit: "ms CPU"),
    AcceptanceLine(
      "3 of the issue on frames", "series end to end",
      figure: String(
        format: "%.1f frames a CPU s, %.0f %% of it decoding", Double(count) / (integrated - start),
        100 * decoded / (integrated - start)), limit: "shown", passed: true),
  ]
}

private func cpuSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + 1e-6 * Double(time.tv_usec) }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
