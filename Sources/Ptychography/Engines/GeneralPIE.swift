public import ArrayMath

/// The sequential engines ePIE, rPIE and mPIE for any number of probe modes, near and far field, with background,
/// probe support and positions between pixels.
///
/// One pattern after the other in a new random order each pass, with Ψ_k the modes at the detector,
/// Ψ'_k = Ψ_k √(I / (Σ |Ψ_l|² + b)) where something was measured, and χ_k = ψ'_k − P_k O:
///
///     O   ← O   + α Σ P_k* χ_k / ((1 − a) Σ |P_k|² + a max Σ |P_k|²)
///     P_k ← P_k + β O* χ_k / ((1 − b) |O|² + b max |O|²)
///
/// both with O and P before the update and the maxima over the window. a = b = 1 is ePIE (A. M. Maiden and J. M.
/// Rodenburg, Ultramicroscopy 109 (2009) 1256), other values are rPIE (A. Maiden, D. Johnson and P. Li, Optica 4 (2017)
/// 736). mPIE, of the same paper, adds a momentum to object and probe after every T updates:
///
///     v ← η v + (O − O_T),  O ← O + f v,  O_T ← O
///
/// with friction η and feedback f; the paper has one number for both. Modes: P. Thibault and A. Menzel, Nature 494
/// (2013) 68.
public final class GeneralPIE: ReconstructionEngine {
  private let settings: EngineSettings
  private let propagator: WavePropagator
  private var memory: Memory?

  /// - Parameters:
  ///   - settings: of ePIE, rPIE or mPIE.
  ///   - propagator: for the patterns' window.
  public init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    self.propagator = propagator
  }

  /// What is kept from pass to pass.
  private final class Memory {
    let object: WorkingObject
    let probe: WorkingProbe
    let waves: DetectorWaves
    let background: BackgroundFit?
    let objectMomentum: Momentum?
    let probeMomentum: Momentum?
    let scratch: WorkBuffer<Float>
    let rowChange: WorkBuffer<ComplexFloat>

    init(_ settings: EngineSettings, _ propagator: WavePropagator, _ state: Reconstruction) {
      let window = propagator.window
      let modes = state.probes.count
      object = WorkingObject(shape: state.object.shape)
      probe = WorkingProbe(propagator: propagator, modes: modes, settings: settings)
      waves = DetectorWaves(propagator: propagator, modes: modes)
      background =
        settings.backgroundStart != nil || state.background != nil ? BackgroundFit(window: window) : nil
      let hasMomentum = settings.algorithm == .mPIE
      objectMomentum = hasMomentum ? Momentum(settings, of: object.values) : nil
      probeMomentum = hasMomentum ? Momentum(settings, of: probe.kept) : nil
      scratch = WorkBuffer(repeating: 0, count: 4 * window.columns)
      rowChange = WorkBuffer(repeating: .zero, count: window.columns)
    }
  }

  public func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    let memory = self.memory ?? Memory(settings, propagator, state)
    self.memory = memory
    memory.object.load(state.object)
    memory.probe.load(state.probes)
    memory.objectMomentum?.follow()
    memory.probeMomentum?.follow()
    let fitsBackground = settings.fitsBackground(pass: pass)
    if let background = memory.background {
      if let known = state.background {
        background.load(known)
      } else if fitsBackground {
        background.start(from: data)
      }
      background.beginPass()
    }
    let usesBackground = fitsBackground || state.background != nil

    let misfit = sweep(
      memory, positions: state.positions, data: data, changesProbe: pass >= settings.probeStart,
      usesBackground: usesBackground, fitsBackground: fitsBackground, generator: &generator)

    if fitsBackground, let background = memory.background {
      background.endPass()
      background.store(into: &state, window: data.window)
    }
    memory.object.store(into: &state.object)
    memory.probe.store(into: &state.probes)
    memory.objectMomentum?.leave()
    memory.probeMomentum?.leave()
    return misfit.error
  }

  private func sweep(
    _ memory: Memory, positions: [PixelPosition], data: DiffractionData, changesProbe: Bool, usesBackground: Bool,
    fitsBackground: Bool, generator: inout SeededGenerator
  ) -> DetectorKernels.Misfit {
    let window = data.window
    let waves = memory.waves
    let probe = memory.probe
    let object = memory.object
    let modes = probe.modes
    let stride = object.shape.columns
    let scratch = memory.scratch.start
    let isRegularised = settings.algorithm != .ePIE
    let background = usesBackground ? memory.background?.values : nil
    let period = settings.momentumPeriod ?? data.count
    var weights = SampleKernels.Weights(
      objectStep: Float(settings.objectStep), objectShare: isRegularised ? Float(settings.objectRegularisation) : 1,
      probeStep: changesProbe ? Float(settings.probeStep) : 0,
      probeShare: isRegularised ? Float(settings.probeRegularisation) : 1, objectPeak: 1, probePeak: 1)
    var knownPeak: Float?
    var misfit = DetectorKernels.Misfit()
    for index in (0..<data.count).shuffled(using: &generator) {
      let position = positions[index]
      let patch = object.window(at: position, window: window)
      let seen = probe.look(from: position)
      weights.objectPeak = SampleKernels.objectPeak(patch, stride: stride, window: window, scratch: scratch)
      weights.probePeak =
        knownPeak ?? SampleKernels.probePeak(seen, window: window, modes: modes, scratch: scratch)
      SampleKernels.exitWaves(
        probe: seen, object: patch, stride: stride, into: waves.fields.start, window: window, modes: modes)
      probe.alignToDetector(waves.fields)
      waves.toDetector(background: background)
      waves.load(data, pattern: index)
      misfit += waves.compare(noise: .amplitude)
      if fitsBackground { memory.background?.add(waves) }
      waves.applyGain()
      waves.toSample()
      probe.alignToObject(waves.fields)
      let target = probe.beginChange(of: probe.kept)
      let peak = SampleKernels.update(
        object: patch, stride: stride, probe: seen, target: target, waves: waves.fields.start, window: window,
        modes: modes, weights: weights, change: memory.rowChange.start, scratch: scratch)
      if changesProbe { probe.commit(to: probe.kept) }
      // Between pixels the peak depends on the fraction and is looked for each time.
      knownPeak = probe.interpolates ? nil : peak
      memory.objectMomentum?.count(period: period)
      if let momentum = memory.probeMomentum, momentum.count(period: period) { knownPeak = nil }
    }
    return misfit
  }

  public func mixModes(_ mixing: ModeMixing) {
    guard let memory, let momentum = memory.probeMomentum else { return }
    // Spectra mix as the modes do.
    momentum.mix(mixing, size: memory.probe.window.count)
  }
}
