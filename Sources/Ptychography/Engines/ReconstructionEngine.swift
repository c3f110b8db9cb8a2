public import ArrayMath

/// A way to improve object and probe by one pass over all patterns.
///
/// An engine keeps what it needs from pass to pass (exit waves, momenta, work space) and is made for one projection. It
/// never changes ``Reconstruction/positions`` and appends nothing to ``Reconstruction/errors``: the ``Reconstructor``
/// does both.
public protocol ReconstructionEngine {
  /// One pass over all patterns.
  ///
  /// - Parameters:
  ///   - state: object, probes and background, replaced by better ones.
  ///   - data: the patterns.
  ///   - pass: the number of the pass since this engine began, from 0.
  ///   - generator: gives the order of the patterns.
  /// - Returns: E, Σ w (√I − |Ψ|)² / Σ w I, each term taken before its update.
  mutating func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double

  /// Follows a change of the modes' basis between two passes, such as ``ProbeModes/orthogonalise(_:)`` makes.
  ///
  /// To be called by whoever mixes the modes; an engine that keeps exit waves or momenta would go on with the old basis
  /// otherwise. The default does nothing.
  mutating func mixModes(_ mixing: ModeMixing)
}

extension ReconstructionEngine {
  public mutating func mixModes(_ mixing: ModeMixing) {}
}
