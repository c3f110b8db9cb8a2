public import ArrayMath

/// The difference map and RAAR: engines that keep the exit waves of all patterns and let them meet two constraints.
///
/// With Π_F the projection onto the measured moduli and a = Π_O ψ the exit waves P O of the object and probe that
/// explain all ψ best,
///
///     ψ ← β (ψ + Π_F(2 a − ψ)) + (1 − 2 β) a,
///
/// which is β/2 (R_F R_O + 1) + (1 − β) Π_O with R = 2 Π − 1: Luke's relaxed averaged alternating reflections
/// (D. R. Luke, Inverse Problems 21 (2005) 37) with the overlap as the set that is met first, so that one set of waves
/// suffices. β = 1 is the difference map ψ ← ψ + Π_F(2 a − ψ) − a (P. Thibault et al., Science 321 (2008) 379;
/// Ultramicroscopy 109 (2009) 338).
///
/// A power bound keeps Π_F from fitting noise: a pattern whose mean w (√M − √I)² is below it stays, any other is moved
/// towards its counts only until it meets the bound (a quarter is what Poisson counts leave).
///
/// Memory: 8 bytes for each pixel of each pattern and each mode, for example 0.54 GB for 256 patterns of 512 × 512.
/// Three transforms a pattern, mode and pass: E is that of P O, as for every engine, and needs one of its own.
public final class AveragedReflections: ReconstructionEngine {
  private let settings: EngineSettings
  private let propagator: WavePropagator
  private let relaxation: Float
  private var memory: Memory?

  /// How often object and probe are found in turn after the waves have changed.
  static let overlapUpdates = 2

  /// - Parameters:
  ///   - settings: of the difference map or RAAR.
  ///   - propagator: for the patterns' window.
  public init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    self.propagator = propagator
    relaxation = settings.algorithm == .raar ? Float(settings.relaxation) : 1
  }

  private final class Memory {
    let object: WorkingObject
    let probe: WorkingProbe
    let waves: DetectorWaves
    let overlap: OverlapUpdate
    let exitWaves: WorkBuffer<ComplexFloat>
    let background: BackgroundFit?
    var hasStarted = false

    init(_ settings: EngineSettings, _ propagator: WavePropagator, _ state: Reconstruction) {
      let window = propagator.window
      let modes = state.probes.count
      object = WorkingObject(shape: state.object.shape)
      probe = WorkingProbe(propagator: propagator, modes: modes, settings: settings)
      waves = DetectorWaves(propagator: propagator, modes: modes)
      overlap = OverlapUpdate(window: window, modes: modes, objectShape: state.object.shape)
      exitWaves = WorkBuffer(repeating: .zero, count: window.count * modes * state.positions.count)
      background = state.background == nil ? nil : BackgroundFit(window: window)
    }
  }

  public func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    let memory = self.memory ?? Memory(settings, propagator, state)
    self.memory = memory
    let object = memory.object
    let probe = memory.probe
    object.load(state.object)
    probe.load(state.probes)
    if let known = state.background { memory.background?.load(known) }

    var misfit = DetectorKernels.Misfit()
    for index in 0..<data.count {
      misfit += reflect(memory, pattern: index, position: state.positions[index], data: data)
    }
    memory.hasStarted = true
    for _ in 0..<Self.overlapUpdates {
      memory.overlap.updateObject(
        object, probe: probe.kept, positions: state.positions, waves: memory.exitWaves)
      if pass >= settings.probeStart {
        memory.overlap.updateProbe(
          probe.kept, object: object, positions: state.positions, waves: memory.exitWaves)
      }
    }
    object.store(into: &state.object)
    probe.store(into: &state.probes)
    return misfit.error
  }

  /// One pattern's step; without waves from an earlier pass it starts from ψ = P O.
  private func reflect(
    _ memory: Memory, pattern: Int, position: PixelPosition, data: DiffractionData
  ) -> DetectorKernels.Misfit {
    let window = data.window
    let waves = memory.waves
    let modes = waves.modes
    let size = window.count * modes
    let stride = memory.object.shape.columns
    let patch = memory.object.window(at: position, window: window)
    let probe = memory.probe.kept.start
    let exit = memory.exitWaves.start + pattern * size
    let fields = waves.fields.start
    let background = memory.background?.values
    SampleKernels.exitWaves(
      probe: probe, object: patch, stride: stride, into: fields, window: window, modes: modes)
    if !memory.hasStarted { exit.update(from: fields, count: size) }
    waves.toDetector(background: background)
    waves.load(data, pattern: pattern)
    let misfit = waves.compare(noise: .amplitude)
    SampleKernels.reflected(
      probe: probe, object: patch, stride: stride, waves: exit, into: fields, window: window, modes: modes)
    waves.toDetector(background: background)
    let distance = waves.compare(noise: .amplitude)
    if let bound = settings.powerBound, distance.measured > 0 {
      let mean = distance.squares / Double(distance.measured)
      waves.softenGain(fraction: mean > bound ? Float(1 - (bound / mean).squareRoot()) : 0)
    }
    waves.applyGain()
    waves.toSample()
    SampleKernels.average(
      probe: probe, object: patch, stride: stride, reflected: fields, waves: exit, relaxation: relaxation,
      window: window, modes: modes)
    return misfit
  }

  public func mixModes(_ mixing: ModeMixing) {
    guard let memory, memory.hasStarted else { return }
    let size = propagator.window.count
    let stride = size * mixing.count
    for pattern in 0..<memory.exitWaves.count / stride {
      mixing.apply(to: memory.exitWaves.start + pattern * stride, size: size)
    }
  }
}
