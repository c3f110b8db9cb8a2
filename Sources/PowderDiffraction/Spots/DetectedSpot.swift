/// A spot of a ring as it was measured.
public struct DetectedSpot: Sendable, Hashable {
  /// What is special about a spot.
  public struct Flags: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// A bin of it holds saturated pixels: its intensity is too low, its widths too large.
    public static let saturated = Flags(rawValue: 1)
    /// Masked bins lie within it: what lies under them is taken from the shape of the rest.
    public static let masked = Flags(rawValue: 2)
    /// It reaches the end of the ring's band or of the azimuth.
    public static let cut = Flags(rawValue: 4)
    /// It was separated from a neighbour.
    public static let blended = Flags(rawValue: 8)
    /// Its width is below what the bins resolve and was held.
    public static let unresolved = Flags(rawValue: 16)
    /// No Gaussian fits it: two spots closer than can be told apart, or another shape. Its uncertainties are too small.
    public static let misfit = Flags(rawValue: 32)
  }

  /// The label of the ring.
  public let ring: String
  /// Scattering angle of the centre and its standard uncertainty, in radians.
  public let twoTheta, twoThetaSigma: Double
  /// Azimuth of the centre, −π...π, and its standard uncertainty, in radians.
  public let azimuth, azimuthSigma: Double
  /// Sum of the intensities above background over the pixels, and its standard uncertainty.
  public let intensity, intensitySigma: Double
  /// Standard deviation of the spot along 2θ and its standard uncertainty, in radians; the width of bins is taken off.
  public let twoThetaWidth, twoThetaWidthSigma: Double
  /// Standard deviation of the spot along the azimuth and its standard uncertainty, in radians.
  public let azimuthWidth, azimuthWidthSigma: Double
  /// Largest excess of a bin (of the filtered map where there is a filter) in standard deviations of the background.
  public let significance: Double
  public let flags: Flags

  public init(
    ring: String, twoTheta: Double, twoThetaSigma: Double, azimuth: Double, azimuthSigma: Double, intensity: Double,
    intensitySigma: Double, twoThetaWidth: Double, twoThetaWidthSigma: Double, azimuthWidth: Double,
    azimuthWidthSigma: Double, significance: Double, flags: Flags
  ) {
    self.ring = ring
    self.twoTheta = twoTheta
    self.twoThetaSigma = twoThetaSigma
    self.azimuth = azimuth
    self.azimuthSigma = azimuthSigma
    self.intensity = intensity
    self.intensitySigma = intensitySigma
    self.twoThetaWidth = twoThetaWidth
    self.twoThetaWidthSigma = twoThetaWidthSigma
    self.azimuthWidth = azimuthWidth
    self.azimuthWidthSigma = azimuthWidthSigma
    self.significance = significance
    self.flags = flags
  }

  /// The second moments of the spot along 2θ and azimuth, in square radians.
  public var secondMoments: (twoTheta: Double, azimuth: Double) {
    (twoThetaWidth * twoThetaWidth, azimuthWidth * azimuthWidth)
  }
}
