/// The state of charge that a measured lattice stands for.
public struct LocalStateOfCharge: Sendable, Hashable {
  /// How much the lattice says.
  public enum Status: String, Sendable, Hashable {
    /// One state of charge.
    case single
    /// Several states of charge fit about as well: ``LocalStateOfCharge/intervals`` has more than one entry.
    case severalBranches
    /// The curve is too flat: the interval spans more than half of it.
    case undetermined
    /// The most likely state lies before the start of the curve, on its straight continuation.
    case beforeCurve
    /// The most likely state lies beyond the end of the curve, on its straight continuation.
    case beyondCurve
    /// No state of charge has this lattice: it is farther from the curve than one in a thousand.
    case notOnCurve
  }

  /// The most likely state of charge.
  public let value: Double
  /// Standard deviation of the branch that holds the most likely state, from the measurement alone.
  public let sigma: Double
  /// Standard deviation that comes from the curve, common to all places of similar state.
  public let curveSigma: Double
  /// Where the likelihood is within exp(−1/2) of its maximum, rising: 68 % intervals, one for each branch.
  public let intervals: [ClosedRange<Double>]
  /// Where the likelihood is within exp(−2) of its maximum: 95 % intervals.
  public let wideIntervals: [ClosedRange<Double>]
  /// Squared distance of the lattice from the curve in standard deviations.
  public let chiSquared: Double
  /// dSoC/da and dSoC/dc in 1/m: how a common error of the lattice parameters moves the estimate.
  public let response: (a: Double, c: Double)
  public let status: Status

  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.value == rhs.value && lhs.sigma == rhs.sigma && lhs.curveSigma == rhs.curveSigma
      && lhs.intervals == rhs.intervals && lhs.wideIntervals == rhs.wideIntervals && lhs.status == rhs.status
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(value)
    hasher.combine(sigma)
    hasher.combine(status)
  }

  /// Whether the estimate may enter means and fits.
  public var isUsable: Bool { [.single, .beforeCurve, .beyondCurve].contains(status) }
}

extension LatticeCurve {
  /// The state of charge at which the curve comes closest to a measured lattice: maximum likelihood,
  ///
  ///     −2 ln L(s) = r(s)ᵀ C(s)⁻¹ r(s) + ln |C(s)|,  r = (a − a(s), c − c(s)),
  ///
  /// with C the covariance of the measurement plus that of the curve. c alone turns near 64 % (of 275.5 mAh/g) and
  /// has two answers; a, which falls all the way, tells them apart.
  ///
  /// - Parameter continuation: how far before and beyond the table the straight continuation of the curve is searched,
  ///   as a fraction of the table's range.
  public func stateOfCharge(of observation: LatticeObservation, continuation: Double = 0.25) -> LocalStateOfCharge {
    CurveInversion(curve: self, observation: observation, continuation: max(continuation, 0)).result
  }
}
