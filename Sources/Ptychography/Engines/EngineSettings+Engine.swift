extension EngineSettings {
  /// The engine that these settings ask for.
  ///
  /// - Parameter propagator: for the patterns' window.
  public func makeEngine(propagator: WavePropagator) -> any ReconstructionEngine {
    ExtendedPIE(self, propagator: propagator)
  }
}
