public import Crystallography

/// A phase to look for in patterns.
public struct IndexingPhase: Sendable {
  public var name: String
  public var cell: UnitCell
  public var laueClass: LaueClass
  /// The bands to look for, the strongest first.
  public var reflectors: [Reflector]

  public init(name: String, cell: UnitCell, laueClass: LaueClass, reflectors: [Reflector]) {
    (self.name, self.cell, self.laueClass, self.reflectors) = (name, cell, laueClass, reflectors)
  }
}

/// What a pattern tells of the crystal that made it.
public struct IndexedPattern: Sendable, Hashable {
  /// Index into the phases that were looked for.
  public var phase: Int
  /// From the sample's frame to the crystal's.
  public var orientation: Rotation
  public var status: IndexingStatus
  /// Mean angle between the measured bands and those of the orientation, in radians; NaN without bands.
  public var fit: Double
  /// 0...1: how far the best answer stands above the second, by the measure of the method.
  public var confidence: Double
  /// Contrast of the pattern.
  public var quality: Double
  /// Measured bands that the orientation explains.
  public var bands: Int
  /// Covariance of the small rotation vector, in the crystal's frame, that turns the stated orientation into the true
  /// one (applied after it), in square radians; NaN where not known.
  public var covariance: SymmetricMatrix3
  /// Degrees of freedom with which the covariance itself is known, infinite where it is known well. The rotation vector r
  /// then follows Hotelling's distribution: with ν degrees of freedom and covariance V the region of probability p is
  /// rᵀ V⁻¹ r < 3 ν / (ν − 2) · F(p; 3, ν − 2).
  public var degreesOfFreedom: Double

  public init(
    phase: Int, orientation: Rotation, status: IndexingStatus, fit: Double, confidence: Double, quality: Double,
    bands: Int, covariance: SymmetricMatrix3, degreesOfFreedom: Double = .infinity
  ) {
    (self.phase, self.orientation, self.status, self.fit) = (phase, orientation, status, fit)
    (self.confidence, self.quality, self.bands, self.covariance) = (confidence, quality, bands, covariance)
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// Nothing was found.
  public static let notIndexed = IndexedPattern(
    phase: 0, orientation: .identity, status: .notIndexed, fit: .nan, confidence: 0, quality: .nan, bands: 0,
    covariance: SymmetricMatrix3(xx: .nan, yy: .nan, zz: .nan, yz: .nan, xz: .nan, xy: .nan))

  /// Standard uncertainty of the direction of the c axis, in radians: the root of the mean of its two variances.
  public var axisUncertainty: Double { ((covariance.xx + covariance.yy) / 2).squareRoot() }
}
