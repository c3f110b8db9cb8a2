import ArrayMath
import Foundation
import Ptychography

/// One angle of the full experiment, as patterns on disk: so that each process holds one projection and no simulation, and
/// a peer reads the same counts.
struct ReconstructionScan: Codable {
  var rows: Int
  var columns: Int
  var geometry: ScanGeometry
  var objectRows: Int
  var objectColumns: Int
  /// The windows' first pixels.
  var positions: [PixelPosition]
  /// The counts of the brightest pattern.
  var photons: Double

  private static func counts(in folder: String) -> URL { URL(filePath: folder).appending(path: "counts.u16") }
  private static func description(in folder: String) -> URL { URL(filePath: folder).appending(path: "scan.json") }

  /// Simulates the scan and writes `scan.json` and `counts.u16`: patterns in C order, the zero frequency at the corner.
  static func write(to folder: String) throws {
    let experiment = ParticleExperiment.full()
    let simulated = try experiment.run(angle: 0, simulation: try experiment.simulation(seed: 1), seed: 1)
    let data = simulated.data
    guard case .narrow(let counts) = data.counts else { throw CocoaError(.coderInvalidValue) }
    let scan = ReconstructionScan(
      rows: data.window.rows, columns: data.window.columns, geometry: data.geometry, objectRows: simulated.object.rows,
      objectColumns: simulated.object.columns, positions: simulated.windows,
      photons: (0..<data.count).map { data.total($0) }.max() ?? 0)
    try FileManager.default.createDirectory(at: URL(filePath: folder), withIntermediateDirectories: true)
    try counts.withUnsafeBytes { try Data($0).write(to: Self.counts(in: folder)) }
    try JSONEncoder().encode(scan).write(to: description(in: folder))
  }

  static func read(from folder: String) throws -> (scan: ReconstructionScan, data: DiffractionData) {
    let scan = try JSONDecoder().decode(Self.self, from: Data(contentsOf: description(in: folder)))
    let window = FrameShape(rows: scan.rows, columns: scan.columns)
    let count = scan.positions.count * window.count
    let file = try FileHandle(forReadingFrom: counts(in: folder))
    defer { try? file.close() }
    let counts = [UInt16](unsafeUninitializedCapacity: count) { memory, filled in
      let raw = UnsafeMutableRawBufferPointer(memory)
      while filled < raw.count {
        let got = Foundation.read(file.fileDescriptor, raw.baseAddress.map { $0 + filled }, raw.count - filled)
        guard got > 0 else { break }
        filled += got
      }
      filled /= MemoryLayout<UInt16>.stride
    }
    return (
      scan, DiffractionData(.narrow(counts), window: window, count: scan.positions.count, geometry: scan.geometry)
    )
  }

  /// An empty object and a probe whose defocus is wrong by an eighth.
  func start() throws -> Reconstruction {
    let experiment = ParticleExperiment.full()
    let probe = try experiment.zonePlate.probe(
      for: geometry, window: FrameShape(rows: rows, columns: columns), defocus: 7e-3, photons: photons)
    return Reconstruction(
      object: ComplexImage(
        repeating: ComplexFloat(1), shape: FrameShape(rows: objectRows, columns: objectColumns)), probes: [probe],
      positions: positions)
  }
}

/// CPU seconds of the calling thread.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Reconstructs a scan of ``ReconstructionScan`` by ePIE or rPIE, `projections` times side by side on as many threads:
/// the least CPU seconds of an iteration, E after each, and position updates in a second of the clock.
func reconstruction(
  _ folder: String, algorithm: EngineSettings.Algorithm, projections: Int, iterations: Int = 6
) throws -> (seconds: Double, errors: [Double], updatesPerSecond: Double) {
  let (scan, data) = try ReconstructionScan.read(from: folder)
  let start = try scan.start()
  let propagator = WavePropagator(geometry: data.geometry, window: data.window)
  let begin = ContinuousClock.now
  let results = try parallelMap(count: projections, threads: projections) { item in
    var state = start
    var generator = SeededGenerator(seed: 1, item: item)
    var engine = ExtendedPIE(EngineSettings(algorithm), propagator: propagator)
    var least = Double.infinity
    for pass in 0..<iterations {
      let before = threadSeconds()
      state.errors.append(engine.pass(&state, on: data, pass: pass, generator: &generator))
      least = min(least, threadSeconds() - before)
    }
    return (least, state.errors)
  }
  let elapsed = (ContinuousClock.now - begin) / .seconds(1)
  return (
    results.map(\.0).max() ?? .nan, results[0].1, Double(projections * iterations * data.count) / elapsed
  )
}
