public import Crystallography
import Foundation

/// The lattice of a hexagonal crystal, or of a rhombohedral one on hexagonal axes, with its uncertainty by cause.
public struct HexagonalLattice: Sendable, Hashable {
  /// Edge of the basal plane, in metres.
  public let a: Double
  /// Height of the cell, in metres.
  public let c: Double
  /// What the fit of the lines leaves uncertain: counting statistics.
  public let measurement: LatticeCovariance
  /// What the instrument leaves uncertain, the same for all patterns taken with it.
  public let commonErrors: [LatticeCommonError]
  /// What the choice of a few grains leaves uncertain; zero for a powder. See ``GrainSampling``.
  public let grains: LatticeCovariance

  /// - Throws: ``LatticeError`` unless a and c are positive and the variances are those of a covariance matrix.
  public init(
    a: Double, c: Double, measurement: LatticeCovariance, commonErrors: [LatticeCommonError] = [],
    grains: LatticeCovariance = .zero
  ) throws(LatticeError) {
    try LatticeError.requirePositive(a, "a", "metres")
    try LatticeError.requirePositive(c, "c", "metres")
    guard measurement.isPossible, grains.isPossible else { throw .covariance(what: "a and c") }
    (self.a, self.c) = (a, c)
    self.measurement = measurement
    self.commonErrors = commonErrors
    self.grains = grains
  }

  /// The lattice of the spacings of 003 and 104:
  ///
  ///     c = 3 d003,  a² = (4/3) / (1/d104² − 16/(9 d003²)),
  ///
  /// from 1/d² = (4/3)(h² + hk + k²)/a² + l²/c². All covariances are propagated with the derivatives of these.
  ///
  /// - Parameters:
  ///   - d003: in metres.
  ///   - d104: in metres.
  ///   - covariance: of d003 and d104 from the fit of the lines; in square metres.
  ///   - commonErrors: what one standard deviation of each error of the instrument does to both spacings.
  ///   - sampling: the grains behind the rings of 003 and 104, in this order; nil for a powder.
  /// - Throws: ``LatticeError``.
  public init(
    d003: Double, d104: Double, covariance: SpacingCovariance, commonErrors: [SpacingCommonError] = [],
    sampling: GrainSampling? = nil
  ) throws(LatticeError) {
    try LatticeError.requirePositive(d003, "d(003)", "metres")
    try LatticeError.requirePositive(d104, "d(104)", "metres")
    let share = 1 / (d104 * d104) - 16 / (9 * d003 * d003)
    guard share > 0 else { throw .noHexagonalLattice(d003: d003, d104: d104) }
    let a = (4 / (3 * share)).squareRoot()
    let jacobian = Self.derivatives(a: a, d003: d003, d104: d104)
    var grains = LatticeCovariance.zero
    if let sampling {
      let relative = try sampling.covariance(reflections: 2)
      grains = LatticeCovariance(
        SpacingCovariance(
          d003: relative[0] * d003 * d003, both: relative[1] * d003 * d104, d104: relative[3] * d104 * d104), jacobian)
    }
    try self.init(
      a: a, c: 3 * d003, measurement: LatticeCovariance(covariance, jacobian),
      commonErrors: commonErrors.map {
        LatticeCommonError($0.name, a: jacobian.perD003 * $0.d003 + jacobian.perD104 * $0.d104, c: 3 * $0.d003)
      }, grains: grains)
  }

  /// The lattice of a fit of any number of lines in the hexagonal system.
  ///
  /// - Throws: ``LatticeError/size(what:found:expected:)`` for a fit in another system.
  public init(_ fit: LatticeFit, commonErrors: [LatticeCommonError] = []) throws(LatticeError) {
    guard fit.system == .hexagonal else {
      throw .size(what: "free parameters of the cell", found: fit.system.count, expected: 2)
    }
    let order = 2 + fit.shifts.count
    try self.init(
      a: fit.cell.a, c: fit.cell.c,
      measurement: LatticeCovariance(aa: fit.covariance[0], ac: fit.covariance[1], cc: fit.covariance[order + 1]),
      commonErrors: commonErrors)
  }

  /// ∂a/∂d003 and ∂a/∂d104: da = (3/4)(a/d104)³ d(d104) − (4/3)(a/d003)³ d(d003).
  static func derivatives(a: Double, d003: Double, d104: Double) -> (perD003: Double, perD104: Double) {
    let (toD104, toD003) = (a / d104, a / d003)
    return (-4 / 3 * toD003 * toD003 * toD003, 0.75 * toD104 * toD104 * toD104)
  }

  /// The covariance from all causes.
  public var covariance: LatticeCovariance {
    commonErrors.reduce(measurement + grains) { $0 + LatticeCovariance(outer: $1.a, $1.c) }
  }
  /// Standard uncertainty of a from all causes, in metres.
  public var sigmaA: Double { covariance.aa.squareRoot() }
  /// Standard uncertainty of c from all causes, in metres.
  public var sigmaC: Double { covariance.cc.squareRoot() }
  /// c/a.
  public var axialRatio: Double { c / a }
  /// Standard uncertainty of c/a. Errors of the instrument nearly cancel in it.
  public var sigmaAxialRatio: Double { axialRatio * covariance.deviation(a: -1 / a, c: 1 / c) }
  /// The volume of the cell, (√3/2) a² c, in cubic metres.
  public var volume: Double { 3.0.squareRoot() / 2 * a * a * c }
  /// Standard uncertainty of the volume.
  public var sigmaVolume: Double { volume * covariance.deviation(a: 2 / a, c: 1 / c) }
  /// The unit cell.
  public var cell: UnitCell { UnitCell(hexagonal: a, c: c) }
}

/// The covariance of a and c, in square metres.
public struct LatticeCovariance: Sendable, Hashable {
  /// Variance of a, covariance of a and c, variance of c.
  public var aa, ac, cc: Double

  public init(aa: Double, ac: Double, cc: Double) { (self.aa, self.ac, self.cc) = (aa, ac, cc) }

  /// No uncertainty.
  public static let zero = LatticeCovariance(aa: 0, ac: 0, cc: 0)

  /// What one error does that moves a and c by these together.
  init(outer a: Double, _ c: Double) { self.init(aa: a * a, ac: a * c, cc: c * c) }

  /// The covariance of spacings carried over to a and c.
  init(_ spacing: SpacingCovariance, _ jacobian: (perD003: Double, perD104: Double)) {
    let (j0, j1) = jacobian
    self.init(
      aa: j0 * j0 * spacing.d003 + 2 * j0 * j1 * spacing.both + j1 * j1 * spacing.d104,
      ac: 3 * (j0 * spacing.d003 + j1 * spacing.both), cc: 9 * spacing.d003)
  }

  /// Correlation of a and c; zero where one of them is certain.
  public var correlation: Double { aa > 0 && cc > 0 ? ac / (aa * cc).squareRoot() : 0 }

  /// Standard deviation of a sum of both with these factors.
  func deviation(a: Double, c: Double) -> Double {
    max(a * a * aa + 2 * a * c * ac + c * c * cc, 0).squareRoot()
  }

  var isPossible: Bool {
    aa >= 0 && cc >= 0 && aa.isFinite && cc.isFinite && ac.isFinite && ac * ac <= aa * cc * (1 + 1e-9)
  }

  public static func + (left: Self, right: Self) -> Self {
    LatticeCovariance(aa: left.aa + right.aa, ac: left.ac + right.ac, cc: left.cc + right.cc)
  }
}

/// The covariance of the spacings of 003 and 104, in square metres.
public struct SpacingCovariance: Sendable, Hashable {
  /// Variance of d003, covariance of both, variance of d104.
  public var d003, both, d104: Double

  public init(d003: Double, both: Double, d104: Double) { (self.d003, self.both, self.d104) = (d003, both, d104) }
}
