extension EngineSettings {
  /// The engine that these settings ask for.
  ///
  /// - Parameter propagator: for the patterns' window.
  public func makeEngine(propagator: WavePropagator) -> any ReconstructionEngine {
    switch algorithm {
    case .ePIE, .rPIE, .mPIE: ExtendedPIE(self, propagator: propagator)
    case .differenceMap, .raar: AveragedReflections(self, propagator: propagator)
    case .maximumLikelihood: MaximumLikelihood(self, propagator: propagator)
    }
  }

  /// Patterns of a batch of a scan.
  func patternsOfBatch(count: Int) -> Int { min(max(batchSize ?? (count + 9) / 10, 1), max(count, 1)) }

  func fitsBackground(pass: Int) -> Bool { backgroundStart.map { pass >= $0 } ?? false }
}
