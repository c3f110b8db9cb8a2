public import ImageAnalysis
public import Quantities

/// What is known about one projection after it was prepared.
public struct PreparedView: Sendable, Hashable {
  /// What messages call it.
  public var name: String
  /// Constant and ramp that were taken off the projection, in the sign that the phase had; the one of a view without air is
  /// that of the whole field and holds nothing. Nil where nothing was taken off.
  public var ramp: PhaseRamp?
  /// Whether air was found, or no air was needed.
  public var hasZero: Bool
  /// Part of the measured pixels that are air, 0 where none was looked for.
  public var airPart: Double
  /// Standard deviation of a fully lit pixel in air round the ramp; nil where none was looked for or found.
  public var airDeviation: Double?
  /// Standard deviation of a pixel as differences between neighbours show it. Smaller than ``airDeviation`` where noise is
  /// correlated.
  public var noise: Double
  /// Residues of the wrapped phase: 0 where the phase is well.
  public var residues: Int
  /// Pairs of neighbours whose unwrapped phases differ by more than half a turn: where unwrapping had to choose.
  public var discontinuities: Int
  /// Sum of the projection over all measured pixels, with the uncertainty from noise and ramp; infinite without a zero.
  public var total: UncertainValue
  /// Pixels without light or value.
  public var unmeasured: Int
  /// Pixels that are dead or so dark that their value had to be made up; they count nothing.
  public var replaced: Int
  /// What the user may want to know.
  public var notes: [String]
}

/// Projections ready to be aligned and reconstructed.
public struct PreparedProjections: Sendable {
  /// Positive for matter; what was not measured is NaN with the weight 0.
  public var stack: ProjectionStack
  /// One a projection, in the order of the stack.
  public var views: [PreparedView]
  /// The sign that the phase of matter had, where there was a phase: −1 or 1.
  public var matterSign: Int?
  /// Rows and columns that were kept of the smallest projection, counted from its top left.
  public var kept: (rows: Range<Int>, columns: Range<Int>)
  /// What was decided: sign of the phase, crop, rotation sense.
  public var notes: [String]
  public var warnings: [String]

  /// Sums over the projections, with the uncertainties of ``views``; nil of wrapped phases.
  public var total: TotalPhase?
  /// Matter that leaves the field; nil of wrapped phases.
  public var truncation: Truncation?
}

extension PreparedProjections {
  /// Looks at the sums and at what leaves the field, and adds what is to be told about them to ``warnings``.
  mutating func checkTotals(threads: Int) throws {
    let sums = try TotalPhase(stack, uncertainties: views.map(\.total.uncertainty))
    let edges = try Truncation(stack, noise: views.map { max($0.noise, $0.airDeviation ?? 0) }, threads: threads)
    warnings += sums.warnings(names: views.map(\.name), isPhase: stack.quantity == .phase)
    if let warning = edges.warning { warnings.append(warning) }
    (total, truncation) = (sums, edges)
  }
}
