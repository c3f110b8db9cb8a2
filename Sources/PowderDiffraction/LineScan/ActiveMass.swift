/// A local state of charge beside the coulombic one, for ``ActiveMass``.
public struct ActiveMassSample: Sendable, Hashable {
  /// Coulombic state of charge for the assumed mass, and its independent standard uncertainty (zero where all of it is
  /// shared).
  public var coulombic, coulombicSigma: Double
  /// Local state of charge from the lattice, and its independent standard uncertainty.
  public var local, localSigma: Double
  /// Samples of one group share the local response: the position in a line scan.
  public var group: Int

  public init(coulombic: Double, coulombicSigma: Double = 0, local: Double, localSigma: Double, group: Int = 0) {
    self.coulombic = coulombic
    self.coulombicSigma = coulombicSigma
    self.local = local
    self.localSigma = localSigma
    self.group = group
  }
}

/// An error that all samples share, as what one standard deviation of it does to each.
public struct SharedError: Sendable, Hashable {
  /// What it is called, for example "mass and capacity" or "detector distance".
  public var name: String
  /// Shift of each sample's coulombic state of charge.
  public var coulombic: [Double]
  /// Shift of each sample's local state of charge.
  public var local: [Double]

  public init(_ name: String, coulombic: [Double], local: [Double]) {
    self.name = name
    self.coulombic = coulombic
    self.local = local
  }
}

/// The mass that takes part in the charge, from local states of charge against the coulombic one.
///
/// The charge Q goes into the active mass, so that the mean local state of charge is `S = Q / (m_active c)` while the
/// coulombic one is `x = Q / (m c)` with the assumed mass m:
///
///     S = S₀ + κ x,   m_active = m / κ.
///
/// κ of each position is fitted with errors in both variables (York et al., Am. J. Phys. 72, 367 (2004)); the κ of
/// several positions are averaged as draws of a distribution (``Heterogeneity``), since no position need charge like
/// another. Shared errors do not average: each moves all samples at once, the fit is repeated, and the shifts add in
/// squares.
public struct ActiveMass: Sendable, Hashable {
  /// One contribution to the uncertainty of κ.
  public struct Contribution: Sendable, Hashable {
    public let name: String
    /// Change of κ by one standard deviation, signed for shared errors.
    public let factorShift: Double
  }

  /// κ: mean local over coulombic state of charge.
  public let factor: Double
  /// Standard uncertainty of κ, shared errors included.
  public let factorSigma: Double
  /// Standard uncertainty of κ without the shared errors.
  public let independentSigma: Double
  /// In kilograms.
  public let activeMass: Double
  /// Standard uncertainty in kilograms, to first order.
  public let sigma: Double
  /// 95 % interval of the mass in kilograms: that of κ, inverted, so that it is honest for a coarse κ too. Its upper end
  /// is infinite when κ is not told from zero.
  public let interval: ClosedRange<Double>
  /// What the uncertainty is made of, the independent part first.
  public let contributions: [Contribution]
  /// κ and its uncertainty for each group that had enough samples, and how they scatter; `nil` for a single group.
  public let heterogeneity: Heterogeneity?
  /// χ² of the fits and its degrees of freedom.
  public let chiSquared: Double
  public let degreesOfFreedom: Int
  /// The active over the assumed mass.
  public var fraction: Double { 1 / factor }

  /// - Parameters:
  ///   - samples: at least two (one without an intercept) in some group; groups with fewer are left out.
  ///   - assumedMass: the mass with which the coulombic state of charge was computed, in kilograms.
  ///   - throughOrigin: whether S₀ is zero, as it is for strains relative to the pristine state at rest.
  ///   - shared: errors common to the samples. Mass and capacity enter here; an error of the assumed mass cancels in
  ///     the active one, which the caller expresses by leaving it out and keeping capacity and charge.
  ///   - groupWeights: share of the material of each group number; `nil` takes the most precise mean.
  /// - Throws: ``LineScanError``.
  public init(
    _ samples: [ActiveMassSample], assumedMass: Double, throughOrigin: Bool, shared: [SharedError] = [],
    groupWeights: [Int: Double]? = nil
  ) throws(LineScanError) {
    try LineScanError.requirePositive(assumedMass, "assumed mass")
    for sample in samples {
      try LineScanError.requireFinite([sample.coulombic, sample.local], "state of charge")
      try LineScanError.requirePositive(sample.localSigma, "uncertainty of a local state of charge")
      try LineScanError.requireUncertainties(
        [sample.coulombicSigma], "uncertainty of a coulombic state of charge", count: 1)
    }
    for error in shared {
      for (what, shifts) in [("coulombic", error.coulombic), ("local", error.local)] {
        guard shifts.count == samples.count else {
          throw .lengths(what: "\(what) shifts by \(error.name)", found: shifts.count, expected: samples.count)
        }
        try LineScanError.requireFinite(shifts, "\(what) shift by \(error.name)")
      }
    }
    let central = try GroupedFit(samples, throughOrigin: throughOrigin, weights: groupWeights)
    var contributions = [Contribution(name: "independent", factorShift: central.sigma)]
    for error in shared {
      // Half of the difference of both signs: the first order, without the curvature.
      let shifted = try [1.0, -1].map { sign throws(LineScanError) in
        var moved = samples
        for index in moved.indices {
          moved[index].coulombic += sign * error.coulombic[index]
          moved[index].local += sign * error.local[index]
        }
        return try GroupedFit(moved, throughOrigin: throughOrigin, weights: groupWeights).factor
      }
      contributions.append(Contribution(name: error.name, factorShift: (shifted[0] - shifted[1]) / 2))
    }
    factor = central.factor
    independentSigma = central.sigma
    let total = contributions.reduce(0) { $0 + $1.factorShift * $1.factorShift }.squareRoot()
    factorSigma = total
    activeMass = assumedMass / central.factor
    sigma = abs(activeMass) * total / abs(central.factor)
    // The independent part of few groups has Student's tails, the shared errors normal ones.
    let sharedSquare = total * total - central.sigma * central.sigma
    let half = (central.halfWidth * central.halfWidth + 1.959_964 * 1.959_964 * max(sharedSquare, 0)).squareRoot()
    let (low, high) = (central.factor - half, central.factor + half)
    interval =
      high > 0 ? assumedMass / high...(low > 0 ? assumedMass / low : .infinity) : 0...(.infinity)
    self.contributions = contributions
    heterogeneity = central.heterogeneity
    chiSquared = central.chiSquared
    degreesOfFreedom = central.degreesOfFreedom
  }
}
