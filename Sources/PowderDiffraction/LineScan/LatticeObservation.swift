/// Lattice parameters a and c as they were measured, with their covariance.
public struct LatticeObservation: Sendable, Hashable {
  /// In metres; `nil` where only the other is known.
  public let a, c: Double?
  /// Variances of a and c, in square metres; unused where the value is `nil`.
  public let varianceA, varianceC: Double
  /// Covariance of a and c, in square metres.
  public let covarianceAC: Double

  /// - Throws: ``LineScanError`` when neither is known, a value is not finite and positive, or the covariance is not
  ///   positive.
  public init(
    a: Double?, c: Double?, varianceA: Double = 0, varianceC: Double = 0, covarianceAC: Double = 0
  ) throws(LineScanError) {
    guard a != nil || c != nil else { throw .tooFew(what: "lattice parameters", found: 0, needed: 1) }
    if let a {
      try LineScanError.requirePositive(a, "a")
      try LineScanError.requirePositive(varianceA, "variance of a")
    }
    if let c {
      try LineScanError.requirePositive(c, "c")
      try LineScanError.requirePositive(varianceC, "variance of c")
    }
    if a != nil, c != nil {
      guard covarianceAC * covarianceAC < varianceA * varianceC else { throw .notACovariance(what: "a and c") }
    }
    self.a = a
    self.c = c
    self.varianceA = varianceA
    self.varianceC = varianceC
    self.covarianceAC = covarianceAC
  }

  /// The lattice that has strains relative to a known one: `a = a₀ (1 + ε_a)`, `c = c₀ (1 + ε_c)`.
  ///
  /// Strains against the first pass at the same position are free of the distance and the displacement of the sample,
  /// which move absolute lattice parameters by half of what the seed's charge does.
  ///
  /// - Parameters:
  ///   - strainA: ε_a; `nil` where not known.
  ///   - strainC: ε_c; `nil` where not known.
  ///   - varianceA: of ε_a.
  ///   - varianceC: of ε_c.
  ///   - covarianceAC: of ε_a with ε_c.
  ///   - reference: a₀ and c₀ in metres, for example the curve's at the state of charge of the first pass.
  public init(
    strainA: Double?, strainC: Double?, varianceA: Double = 0, varianceC: Double = 0, covarianceAC: Double = 0,
    reference: (a: Double, c: Double)
  ) throws(LineScanError) {
    try self.init(
      a: strainA.map { reference.a * (1 + $0) }, c: strainC.map { reference.c * (1 + $0) },
      varianceA: varianceA * reference.a * reference.a, varianceC: varianceC * reference.c * reference.c,
      covarianceAC: covarianceAC * reference.a * reference.c)
  }
}
