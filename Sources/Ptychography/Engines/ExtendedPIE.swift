public import ArrayMath

/// The extended ptychographical iterative engine: one pattern after the other, in a new random order each pass.
///
/// With ψ = P O, Ψ its wave at the detector, and ψ' the wave back from √I Ψ/|Ψ| (Ψ itself where nothing was measured),
///
///     O ← O + α P* (ψ' − ψ) / max |P|²,   P ← P + β O* (ψ' − ψ) / max |O|²,
///
/// both with O and P before the update, and max |O|² over the window. A. M. Maiden and J. M. Rodenburg,
/// Ultramicroscopy 109 (2009) 1256. The regularised engine (rPIE) divides by (1 − a) |P|² + a max |P|² and by
/// (1 − b) |O|² + b max |O|² instead: A. Maiden, D. Johnson and P. Li, Optica 4 (2017) 736, whose a = b = 1 is ePIE. mPIE,
/// of the same paper, adds a momentum (``GeneralPIE``).
///
/// Where ``EngineSettings`` and the scan allow (far field, one probe without support, whole pixels, no background, a window
/// of a convenient extent), an update takes two passes over memory; otherwise ``GeneralPIE`` makes it. They agree to
/// rounding.
public struct ExtendedPIE: ReconstructionEngine {
  private let settings: EngineSettings
  /// For what the fused updates do not cover.
  private let general: GeneralPIE
  private var fused: FusedPIE?
  /// Of mPIE beside the fused updates.
  private var momentum: FusedMomentum?

  /// - Parameters:
  ///   - settings: of ePIE, rPIE or mPIE.
  ///   - propagator: for the patterns' window.
  public init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    general = GeneralPIE(settings, propagator: propagator)
  }

  public mutating func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    guard let fused = workspace(for: state, on: data) else {
      return general.pass(&state, on: data, pass: pass, generator: &generator)
    }
    var steps = FusedPIE.Steps(
      object: settings.objectStep, probe: pass < settings.probeStart ? 0 : settings.probeStep)
    if settings.algorithm != .ePIE {
      steps.objectRegularisation = settings.objectRegularisation
      steps.probeRegularisation = settings.probeRegularisation
    }
    let order = (0..<data.count).shuffled(using: &generator)
    let sums =
      settings.algorithm == .mPIE
      ? accelerated(&state, fused, on: data, order: order, steps: steps)
      : fused.update(&state, on: data, order: order, steps: steps)
    return sums.total > 0 ? sums.misfit / sums.total : 0
  }

  /// Updates with a momentum after every T of them.
  private mutating func accelerated(
    _ state: inout Reconstruction, _ fused: FusedPIE, on data: DiffractionData, order: [Int], steps: FusedPIE.Steps
  ) -> (misfit: Double, total: Double) {
    let period = settings.momentumPeriod ?? data.count
    let momentum = self.momentum.flatMap { $0.fits(state) ? $0 : nil } ?? FusedMomentum(settings, of: state)
    self.momentum = momentum
    momentum.follow(state)
    var sums = (misfit: 0.0, total: 0.0)
    var start = 0
    while start < order.count {
      let end = min(start + momentum.remaining(period: period), order.count)
      let part = fused.update(&state, on: data, order: order[start..<end], steps: steps)
      sums = (sums.misfit + part.misfit, sums.total + part.total)
      momentum.count(end - start, period: period, moving: &state)
      start = end
    }
    momentum.leave()
    return sums
  }

  /// One mode alone has nothing to mix, so only the general engine is told.
  public func mixModes(_ mixing: ModeMixing) { general.mixModes(mixing) }

  private mutating func workspace(for state: Reconstruction, on data: DiffractionData) -> FusedPIE? {
    guard FusedPIE.applies(to: state, on: data, settings: settings) else { return nil }
    if fused?.window != data.window || fused?.objectShape != state.object.shape {
      fused = FusedPIE(window: data.window, objectShape: state.object.shape)
    }
    return fused
  }
}
