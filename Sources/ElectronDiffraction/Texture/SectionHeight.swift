/// How far the section lies from the particle's centre.
///
/// A radius drawn in the plane of a section at height h makes the angle ε = atan(h / r) with the true one; c axes at right
/// angles to the true radius then seem to lie between 90° − ε and 90° from it.
public struct SectionHeight: Sendable, Hashable, Codable {
  /// z of the section seen from the particle's centre, in the map's frame (positive towards +z), in metres.
  public var value: Double
  /// Standard uncertainty, in metres.
  public var uncertainty: Double
  /// Whether nobody stated the height, so that 0 is an assumption.
  public var isAssumed: Bool

  public init(value: Double, uncertainty: Double = 0) {
    (self.value, self.uncertainty, isAssumed) = (value, uncertainty, false)
  }

  /// Through the centre, for want of better knowledge.
  public static let assumedCentral: SectionHeight = {
    var height = SectionHeight(value: 0)
    height.isAssumed = true
    return height
  }()

  /// The height without its sign from the radii of the particle and of its section, h = √(R² − ρ²).
  ///
  /// The sign matters to axes that are oblique to the section; ``RadialTexture`` is asked with both, and the data tell.
  ///
  /// - Parameters: radii and their standard uncertainties in metres.
  public init(
    particleRadius: Double, particleUncertainty: Double = 0, sectionRadius: Double, sectionUncertainty: Double = 0
  ) throws(TextureError) {
    try TextureError.requirePositive(particleRadius, "radius of the particle")
    try TextureError.requirePositive(sectionRadius, "radius of the section")
    try TextureError.requireNotNegative(particleUncertainty, "uncertainty of the particle's radius")
    try TextureError.requireNotNegative(sectionUncertainty, "uncertainty of the section's radius")
    guard sectionRadius <= particleRadius else {
      throw .invalidParameter(
        name: "radius of the section", value: sectionRadius,
        expected: "at most the particle's radius of \(particleRadius) m")
    }
    let square = particleRadius * particleRadius - sectionRadius * sectionRadius
    // The variance of h² is exact to first order; that of h is not where h is about 0, so half the root stands there.
    let spread =
      2
      * (particleRadius * particleRadius * particleUncertainty * particleUncertainty
      + sectionRadius * sectionRadius * sectionUncertainty * sectionUncertainty).squareRoot()
    let value = square.squareRoot()
    self.init(value: value, uncertainty: value * value > spread ? spread / (2 * value) : spread.squareRoot() / 2)
  }
}
