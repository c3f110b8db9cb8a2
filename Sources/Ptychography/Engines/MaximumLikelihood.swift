public import ArrayMath

/// Least squares maximum likelihood: batches of patterns, and for each pattern the steps that explain its change best.
///
/// For the patterns of a batch the noise model gives χ_jk = F⁻¹[(g − 1) Ψ_jk]: with g = √(I/M) for Gaussian amplitudes
/// and g = 1 + ½ (I − M)/(M + ½) for Poisson counts, each the likelihood's gradient in units of its curvature. Then
///
///     ΔO = Σ_j Σ_k P_k* χ_jk / (L + δ_O max L),      L = Σ_j Σ_k |P_k|²
///     ΔP_k = Σ_j O_j* χ_jk / (Q + δ_P max Q),        Q = Σ_j |O_j|²
///
/// and for each pattern the real a_O and a_P that minimise Σ_k |χ_jk − a_O ΔO P_k − a_P O ΔP_k|². O moves by ΔO times the
/// mean of a_O weighted by Σ |P_k|², P_k by ΔP_k times the mean of a_P; `objectStep` and `probeStep` are factors in front,
/// δ_O and δ_P the two regularisations.
///
/// M. Odstrčil, A. Menzel and M. Guizar-Sicairos, Opt. Express 26 (2018) 3108. The batches are that paper's sparse ones:
/// patterns far apart, drawn anew each pass. The likelihoods: P. Thibault and M. Guizar-Sicairos, New J. Phys. 14 (2012)
/// 063004.
public final class MaximumLikelihood: ReconstructionEngine {
  private let settings: EngineSettings
  private let propagator: WavePropagator
  private var memory: Memory?

  /// - Parameters:
  ///   - settings: of the maximum likelihood engine.
  ///   - propagator: for the patterns' window.
  public init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    self.propagator = propagator
  }

  private final class Memory {
    let object: WorkingObject
    let probe: WorkingProbe
    let waves: DetectorWaves
    let background: BackgroundFit?
    /// χ of the batch, pattern after pattern, mode after mode.
    let changes: WorkBuffer<ComplexFloat>
    let objectChange: WorkBuffer<ComplexFloat>
    let illumination: WorkBuffer<Float>
    let steps: WorkBuffer<Float>
    let probeChange: WorkBuffer<ComplexFloat>
    let movedChange: WorkBuffer<ComplexFloat>
    let objectPower: WorkBuffer<Float>
    let scratch: WorkBuffer<Float>

    init(_ settings: EngineSettings, _ propagator: WavePropagator, _ state: Reconstruction) {
      let window = propagator.window
      let modes = state.probes.count
      object = WorkingObject(shape: state.object.shape)
      probe = WorkingProbe(propagator: propagator, modes: modes, settings: settings)
      waves = DetectorWaves(propagator: propagator, modes: modes)
      background =
        settings.backgroundStart != nil || state.background != nil ? BackgroundFit(window: window) : nil
      let batch = settings.patternsOfBatch(count: state.positions.count)
      changes = WorkBuffer(repeating: .zero, count: batch * modes * window.count)
      objectChange = WorkBuffer(repeating: .zero, count: state.object.shape.count)
      illumination = WorkBuffer(repeating: 0, count: state.object.shape.count)
      steps = WorkBuffer(repeating: 0, count: state.object.shape.count)
      probeChange = WorkBuffer(repeating: .zero, count: modes * window.count)
      movedChange = WorkBuffer(
        repeating: .zero, count: settings.interpolation == .fourier ? modes * window.count : 0)
      objectPower = WorkBuffer(repeating: 0, count: window.count)
      scratch = WorkBuffer(repeating: 0, count: 6 * window.columns)
    }
  }

  public func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    let memory = self.memory ?? Memory(settings, propagator, state)
    self.memory = memory
    memory.object.load(state.object)
    memory.probe.load(state.probes)
    let fitsBackground = settings.fitsBackground(pass: pass)
    if let background = memory.background {
      if let known = state.background {
        background.load(known)
      } else if fitsBackground {
        background.start(from: data)
      }
      background.beginPass()
    }
    let background = fitsBackground || state.background != nil ? memory.background?.values : nil
    let groups = SparseGroups.make(
      state.positions, size: settings.patternsOfBatch(count: data.count), generator: &generator)
    var misfit = DetectorKernels.Misfit()
    for group in groups {
      let positions = group.map { state.positions[$0] }
      misfit += gradient(
        memory, group: group, positions: positions, data: data, background: background,
        fitsBackground: fitsBackground)
      step(memory, positions: positions, changesProbe: pass >= settings.probeStart)
    }
    if fitsBackground, let background = memory.background {
      background.endPass()
      background.store(into: &state, window: data.window)
    }
    memory.object.store(into: &state.object)
    memory.probe.store(into: &state.probes)
    return misfit.error
  }

  /// χ of every pattern of a batch, and from them ΔO and ΔP.
  private func gradient(
    _ memory: Memory, group: [Int], positions: [PixelPosition], data: DiffractionData,
    background: WorkBuffer<Float>?, fitsBackground: Bool
  ) -> DetectorKernels.Misfit {
    let window = data.window
    let waves = memory.waves
    let probe = memory.probe
    let modes = probe.modes
    let stride = memory.object.shape.columns
    memory.objectChange.fill(.zero)
    memory.illumination.fill(0)
    memory.probeChange.fill(.zero)
    memory.objectPower.fill(0)
    var misfit = DetectorKernels.Misfit()
    for (slot, index) in group.enumerated() {
      let offset = memory.object.offset(of: positions[slot], window: window)
      let patch = memory.object.values.start + offset
      let seen = probe.look(from: positions[slot])
      SampleKernels.exitWaves(
        probe: seen, object: patch, stride: stride, into: waves.fields.start, window: window, modes: modes)
      probe.alignToDetector(waves.fields)
      waves.toDetector(background: background)
      waves.load(data, pattern: index)
      misfit += waves.compare(noise: settings.noise)
      if fitsBackground { memory.background?.add(waves) }
      waves.applyGainChange()
      waves.toSample()
      probe.alignToObject(waves.fields)
      let change = memory.changes.start + slot * waves.fields.count
      change.update(from: waves.fields.start, count: waves.fields.count)
      OverlapUpdate.addToObject(
        sum: memory.objectChange.start + offset, weight: memory.illumination.start + offset, stride: stride,
        probe: seen, waves: change, window: window, modes: modes, power: memory.scratch.start)
      OverlapUpdate.addToProbe(
        sum: probe.beginChange(of: memory.probeChange), object: patch, stride: stride, waves: change,
        window: window, modes: modes)
      probe.commit(to: memory.probeChange)
      OverlapUpdate.addObjectPower(patch, stride: stride, to: memory.objectPower.start, window: window)
    }
    let floor: Float = 1e-20
    let objectDamping =
      Float(settings.objectRegularisation)
      * DetectorKernels.largest(memory.illumination.start, size: memory.illumination.count)
    for i in 0..<memory.objectChange.count {
      let weight = 1 / max(memory.illumination.start[i] + objectDamping, floor)
      memory.objectChange.start[i] = weight * memory.objectChange.start[i]
    }
    let probeDamping =
      Float(settings.probeRegularisation)
      * DetectorKernels.largest(memory.objectPower.start, size: window.count)
    for i in 0..<window.count {
      memory.objectPower.start[i] = 1 / max(memory.objectPower.start[i] + probeDamping, floor)
    }
    probe.weigh(memory.probeChange, by: memory.objectPower.start)
    return misfit
  }

  /// The steps of every pattern of a batch, and the move of O and P.
  private func step(_ memory: Memory, positions: [PixelPosition], changesProbe: Bool) {
    let probe = memory.probe
    let window = probe.window
    let modes = probe.modes
    let stride = memory.object.shape.columns
    memory.steps.fill(0)
    var probeSteps = 0.0
    for (slot, position) in positions.enumerated() {
      let offset = memory.object.offset(of: position, window: window)
      let seen = probe.look(from: position)
      let seenChange = probe.look(at: memory.probeChange, room: memory.movedChange)
      let normal = SampleKernels.normalEquations(
        object: memory.object.values.start + offset, objectChange: memory.objectChange.start + offset,
        stride: stride, probe: seen, probeChange: seenChange,
        waves: memory.changes.start + slot * modes * window.count, window: window, modes: modes,
        scratch: memory.scratch.start)
      let (objectStep, probeStep) = normal.solution(withProbe: changesProbe)
      probeSteps += probeStep
      SampleKernels.addPower(
        probe: seen, factor: Float(objectStep), to: memory.steps.start + offset, stride: stride, window: window,
        modes: modes, scratch: memory.scratch.start)
    }
    let factor = Float(settings.objectStep)
    let object = memory.object.values.start
    for i in 0..<memory.objectChange.count {
      let mean = memory.steps.start[i] / max(memory.illumination.start[i], 1e-20)
      object[i] += factor * mean * memory.objectChange.start[i]
    }
    guard changesProbe else { return }
    let mean = Float(settings.probeStep * probeSteps / Double(positions.count))
    for i in 0..<memory.probeChange.count { probe.kept.start[i] += mean * memory.probeChange.start[i] }
  }
}
