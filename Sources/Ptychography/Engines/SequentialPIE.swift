internal import ArrayMath

/// ePIE and rPIE by whichever engine is made for the case: ``ExtendedPIE`` for one mode in the far field on whole pixels
/// without background and support, ``GeneralPIE`` for all else. They agree to rounding.
struct SequentialPIE: ReconstructionEngine {
  private let settings: EngineSettings
  private let propagator: WavePropagator
  private var engine: (any ReconstructionEngine)?

  init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    self.propagator = propagator
  }

  private func suits(_ state: Reconstruction) -> Bool {
    propagator.propagation == .farField && settings.interpolation == .nearest
      && settings.probeSupport == nil && settings.backgroundStart == nil && state.probes.count == 1
      && state.background == nil
  }

  mutating func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    var engine =
      self.engine
      ?? (suits(state)
        ? ExtendedPIE(settings, propagator: propagator) : GeneralPIE(settings, propagator: propagator))
    // One owner at a time, or an engine of arrays would copy them.
    self.engine = nil
    let error = engine.pass(&state, on: data, pass: pass, generator: &generator)
    self.engine = engine
    return error
  }

  mutating func mixModes(_ mixing: ModeMixing) { engine?.mixModes(mixing) }
}
