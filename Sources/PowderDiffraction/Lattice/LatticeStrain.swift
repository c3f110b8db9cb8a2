/// The strain of a hexagonal lattice relative to another one, usually that of the first pass at the same position.
///
/// ε_a = a/a0 − 1, ε_c = c/c0 − 1 and ΔV/V = (1 + ε_a)² (1 + ε_c) − 1; expansion is positive.
public struct LatticeStrain: Sendable, Hashable {
  /// Strain in the basal plane and along c.
  public let a, c: Double
  /// Covariance of both strains from counting statistics, of this lattice and of the reference.
  public let measurement: LatticeCovariance
  /// What is left of the errors of the instrument; those of the same name in both cancel.
  public let instrument: LatticeCovariance
  /// From the choice of grains.
  public let grains: LatticeCovariance

  /// Relative change of the volume.
  public var volume: Double { (1 + a) * (1 + a) * (1 + c) - 1 }
  /// Covariance of both strains from all causes.
  public var covariance: LatticeCovariance { measurement + instrument + grains }
  /// Standard uncertainty of ε_a.
  public var sigmaA: Double { covariance.aa.squareRoot() }
  /// Standard uncertainty of ε_c.
  public var sigmaC: Double { covariance.cc.squareRoot() }
  /// Standard uncertainty of the relative change of volume.
  public var sigmaVolume: Double {
    covariance.deviation(a: 2 * (1 + a) * (1 + c), c: (1 + a) * (1 + a))
  }
}

extension HexagonalLattice {
  /// The strain relative to a reference, with the uncertainty of both.
  ///
  /// - Parameters:
  ///   - reference: the lattice without strain.
  ///   - measurementCovariance: covariance of the counting errors of this lattice and the reference, of a with a0, a
  ///     with c0, c with a0 and c with c0, in square metres; zero where they come from different patterns, the default.
  ///   - grainCorrelation: correlation of the grain errors: 0 where other grains reflect, 1 where the same do and keep
  ///     their order of states.
  /// - Throws: ``LatticeError/outOfRange(name:value:expected:)`` for a correlation outside −1...1,
  ///   ``LatticeError/covariance(what:)`` where the covariance of both is not possible.
  public func strain(
    relativeTo reference: HexagonalLattice,
    measurementCovariance: (aa: Double, ac: Double, ca: Double, cc: Double) = (0, 0, 0, 0),
    grainCorrelation: Double = 0
  ) throws(LatticeError) -> LatticeStrain {
    guard abs(grainCorrelation) <= 1 else {
      throw .outOfRange(name: "the correlation of the grains", value: grainCorrelation, expected: "-1 to 1")
    }
    let new = (a: 1 / reference.a, c: 1 / reference.c)
    let old = (a: -a / (reference.a * reference.a), c: -c / (reference.c * reference.c))
    func combined(
      _ first: LatticeCovariance, _ second: LatticeCovariance, _ cross: (aa: Double, ac: Double, ca: Double, cc: Double)
    ) -> LatticeCovariance {
      LatticeCovariance(
        aa: new.a * new.a * first.aa + old.a * old.a * second.aa + 2 * new.a * old.a * cross.aa,
        ac: new.a * new.c * first.ac + old.a * old.c * second.ac + new.a * old.c * cross.ac + old.a * new.c * cross.ca,
        cc: new.c * new.c * first.cc + old.c * old.c * second.cc + 2 * new.c * old.c * cross.cc)
    }
    let counting = combined(measurement, reference.measurement, measurementCovariance)
    guard counting.isPossible else { throw .covariance(what: "the lattice and its reference") }

    var instrument = LatticeCovariance.zero
    for error in commonErrors {
      let same = reference.commonErrors.first { $0.name == error.name }
      instrument =
        instrument
        + LatticeCovariance(
          outer: new.a * error.a + old.a * (same?.a ?? 0), new.c * error.c + old.c * (same?.c ?? 0))
    }
    for error in reference.commonErrors where !commonErrors.contains(where: { $0.name == error.name }) {
      instrument = instrument + LatticeCovariance(outer: old.a * error.a, old.c * error.c)
    }

    let (l, l0) = (grains.cholesky, reference.grains.cholesky)
    let r = grainCorrelation
    let cross = (
      aa: r * l.aa * l0.aa, ac: r * l.aa * l0.ca, ca: r * l.ca * l0.aa, cc: r * (l.ca * l0.ca + l.cc * l0.cc)
    )
    return LatticeStrain(
      a: a / reference.a - 1, c: c / reference.c - 1, measurement: counting, instrument: instrument,
      grains: combined(grains, reference.grains, cross))
  }
}

extension LatticeCovariance {
  /// The lower triangle L of L Lᵀ.
  var cholesky: (aa: Double, ca: Double, cc: Double) {
    guard aa > 0 else { return (0, 0, max(cc, 0).squareRoot()) }
    let first = aa.squareRoot()
    let second = ac / first
    return (first, second, max(cc - second * second, 0).squareRoot())
  }
}
