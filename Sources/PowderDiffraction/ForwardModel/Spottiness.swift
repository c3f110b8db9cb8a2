import ArrayMath
import Foundation

/// Rings made of a finite number of grains.
///
/// Each grain has 2 pole directions a pair of planes; a pole gives a spot when it lies within ``acceptance`` of the
/// cone of poles that fulfil Bragg's law. For grains oriented at random the number of spots on a ring is Poisson
/// distributed with the mean
///
///     N = grains · multiplicity · acceptance · cos θ / 2,
///
/// and spots lie anywhere along the ring (more often where a ``RingTexture`` is high). The mean over many sets of
/// grains is the smooth ring of the phase, its Gaussian width raised by ``strainSpread``. Spots of one grain on several
/// rings are drawn independently.
public struct Spottiness: Sendable, Hashable {
  /// The number of illuminated grains.
  public var grains: Double
  /// Range of angles over which a plane reflects (mosaic spread, convergence and bandwidth together), in radians.
  public var acceptance: Double
  /// Full width at half maximum of a spot along the ring, in radians of azimuth.
  public var azimuthalWidth: Double
  /// Standard deviation of the distances of planes between grains, relative.
  public var strainSpread: Double
  /// How the brightness is spread between grains.
  public var brightness: BrightnessLaw
  /// Decides which grains there are: the same seed gives the same grains, whatever the strain or the noise.
  public var seed: UInt64

  public init(
    grains: Double, acceptance: Double, azimuthalWidth: Double, strainSpread: Double = 0,
    brightness: BrightnessLaw = .exponential, seed: UInt64
  ) {
    self.grains = grains
    self.acceptance = acceptance
    self.azimuthalWidth = azimuthalWidth
    self.strainSpread = strainSpread
    self.brightness = brightness
    self.seed = seed
  }

  /// How the brightness of spots is distributed about its mean.
  public enum BrightnessLaw: Sendable, Hashable {
    /// All grains alike.
    case equal
    /// Exponential: grains of many volumes at all distances from the exact Bragg angle.
    case exponential
    /// Log-normal; `sigma` is the standard deviation of the logarithm.
    case logNormal(sigma: Double)

    /// A brightness of mean one.
    func draw(_ generator: inout SeededGenerator) -> Double {
      switch self {
      case .equal: 1
      case .exponential: -log(1 - generator.uniform())
      case .logNormal(let sigma): exp(sigma * generator.normal() - sigma * sigma / 2)
      }
    }
  }

  /// The mean number of spots on a ring.
  public func meanSpots(multiplicity: Int, twoTheta: Double) -> Double {
    grains * Double(multiplicity) * acceptance * cos(twoTheta / 2) / 2
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(grains > 0, "number of grains", grains, "a positive number")
    try ForwardModelError.require(
      acceptance > 0 && acceptance <= .pi, "acceptance of a grain", acceptance, "a positive angle up to pi")
    try ForwardModelError.require(
      azimuthalWidth > 0 && azimuthalWidth <= 1, "azimuthal width of a spot", azimuthalWidth,
      "a positive angle up to 1 rad")
    try ForwardModelError.require(
      strainSpread >= 0 && strainSpread < 0.1, "strain spread of grains", strainSpread, "0 to 0.1")
    if case .logNormal(let sigma) = brightness {
      try ForwardModelError.require(sigma >= 0 && sigma < 5, "sigma of the brightness", sigma, "0 to 5")
    }
  }
}

/// One spot of a ring: where it is and how many photons it holds.
public struct DiffractionSpot: Sendable, Hashable {
  /// The line of the phase it belongs to.
  public var line: Int
  /// Scattering angle of its centre, in radians.
  public var twoTheta: Double
  /// Azimuth χ of its centre, in radians.
  public var azimuth: Double
  /// Photons before polarisation, sensor and response.
  public var photons: Double
  /// Its profile across the ring.
  public var shape: RingShape
  /// Full width at half maximum along the ring, in radians of azimuth.
  public var azimuthalWidth: Double
}
