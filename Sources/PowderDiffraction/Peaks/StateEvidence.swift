/// Whether one line shows one state of the crystal, two, or a distribution, and what this pattern could have shown.
///
/// Candidates are compared by `BIC = χ² + k ln n` under one covariance; a richer one is taken when it is better by more
/// than 10 (G. Schwarz, Ann. Stat. 6, 461 (1978); Kass & Raftery, J. Am. Stat. Assoc. 90, 773 (1995): "very strong").
public struct StateEvidence: Sendable, Hashable {
  /// What the pattern shows.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// One state: the line is as sharp as the instrument allows.
    case oneState
    /// One line broadened evenly: a spread of states about one mean, or strain, which one line cannot tell apart.
    case broadened
    /// Two states, each as sharp as the instrument allows.
    case twoStates
    /// A distribution of states that neither a single nor a double line describes.
    case distribution
    /// The width of the instrument is not known: a broadened line cannot be told from a broad instrument.
    case instrumentUnknown
    /// No line is seen.
    case noPeak
  }

  /// A description of the line and how well it does.
  public struct Candidate: Sendable, Hashable {
    public var verdict: Verdict
    public var chiSquare: Double
    /// Free parameters; effective ones for a distribution.
    public var parameters: Double
    public var bic: Double
  }

  public var verdict: Verdict
  /// All that were compared.
  public var candidates: [Candidate]
  /// Bins in the window.
  public var bins: Int
  /// Spacing of the single line, in metres.
  public var dSpacing: PeakValue
  /// Relative standard deviation of the spacings in the broadened line; the square root of a square that may come out
  /// below zero, and is zero then.
  public var spread: PeakValue
  /// The two states: spacings in metres, the smaller first, and the share of intensity of the larger.
  public var two: TwoStates?
  /// The distribution of spacings, where the instrument is known.
  public var distribution: StateDistribution?
  /// What would have been seen.
  public var limits: StateLimits?

  /// Two lines as sharp as the instrument allows.
  public struct TwoStates: Sendable, Hashable {
    public var smaller, larger: PeakValue
    /// Share of the intensity that belongs to the larger spacing.
    public var share: PeakValue
    /// (larger − smaller)/mean.
    public var separation: PeakValue
  }
}

/// What one pattern can show at its noise, from the fit of the wrong candidate to the expectation of the right one.
///
/// With λ the χ² of that fit, the root of the difference of χ² scatters about √λ with standard deviation one, so it
/// exceeds the root of the threshold, 10 + Δk ln n, with a probability of 95 % where √λ is 1.645 above it, and with 5 %
/// where it is as much below.
public struct StateLimits: Sendable, Hashable {
  /// A figure at which 5 % and one at which 95 % of such patterns would show it; NaN where none within reach does.
  public struct Limit: Sendable, Hashable {
    public var missed: Double
    public var seen: Double
  }

  /// Relative separation in d of two states of equal intensity, told from one broadened line.
  public var separation: Limit
  /// Relative standard deviation of spacings, told from a sharp line.
  public var spread: Limit
  /// Share of a second state one full width away, told from one broadened line.
  public var share: Limit
}

/// A distribution of lattice spacings recovered from a line: non-negative, with the smoothness that the evidence asks
/// for.
public struct StateDistribution: Sendable, Hashable {
  /// Spacings of the nodes, falling, in metres.
  public var dSpacings: [Double]
  /// Intensity of each node, in units of intensity times radians.
  public var intensities: [Double]
  /// Mean spacing, in metres.
  public var mean: PeakValue
  /// Standard deviation of the spacings, in metres.
  public var deviation: PeakValue
  /// Spacings of the local maxima that hold more than a tenth of the highest, in metres.
  public var modes: [Double]
  /// Weight of the squared second differences that was chosen.
  public var regularisation: Double
}
