import Foundation

/// What the detector records besides rings.
///
/// All heights are photons in one exposure on a pixel at the PONI that faces the sample; ``flat`` alone is the same on
/// every pixel. Humps and air are weakened by polarisation, and by the solid angle of the pixel as rings are.
public struct ScatteringBackground: Sendable, Hashable {
  /// The same on every pixel: light leaks, cosmic rays.
  public var flat: Double
  /// Scattered alike in all directions and not polarised: fluorescence.
  public var isotropic: Double
  /// Amorphous matter in the beam.
  public var humps: [AmorphousHump]
  /// Air between the beam-defining slit and the beam stop.
  public var air: AirScatter?

  public init(flat: Double = 0, isotropic: Double = 0, humps: [AmorphousHump] = [], air: AirScatter? = nil) {
    self.flat = flat
    self.isotropic = isotropic
    self.humps = humps
    self.air = air
  }

  /// The polarised part at a scattering angle, in photons a pixel facing the sample at the PONI.
  public func polarised(twoTheta: Double) -> Double {
    var sum = 0.0
    for hump in humps {
      let offset = (twoTheta - hump.twoTheta) / hump.fwhm
      sum += hump.height * exp(-4 * log(2) * offset * offset)
    }
    if let air { sum += air.height * exp(-twoTheta / air.decay) }
    return sum
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(flat >= 0, "flat background", flat, "zero or more photons")
    try ForwardModelError.require(isotropic >= 0, "isotropic background", isotropic, "zero or more photons")
    for hump in humps {
      try ForwardModelError.require(hump.height >= 0, "height of a hump", hump.height, "zero or more photons")
      try ForwardModelError.require(hump.fwhm > 1e-4, "width of a hump", hump.fwhm, "more than 0.0001 rad")
      try ForwardModelError.require(true, "place of a hump", hump.twoTheta, "an angle")
    }
    if let air {
      try ForwardModelError.require(air.height >= 0, "height of air scatter", air.height, "zero or more photons")
      try ForwardModelError.require(air.decay > 1e-4, "decay of air scatter", air.decay, "more than 0.0001 rad")
    }
  }
}

/// A broad Gaussian maximum of amorphous scattering.
public struct AmorphousHump: Sendable, Hashable {
  /// Where it is highest, in radians.
  public var twoTheta: Double
  /// Full width at half maximum, in radians.
  public var fwhm: Double
  /// Photons on a pixel at the PONI that faces the sample.
  public var height: Double

  public init(twoTheta: Double, fwhm: Double, height: Double) {
    self.twoTheta = twoTheta
    self.fwhm = fwhm
    self.height = height
  }
}

/// Scattering of air, falling from the beam outwards: `height · exp(−2θ / decay)`.
public struct AirScatter: Sendable, Hashable {
  /// Photons on a pixel at the PONI that faces the sample, at 2θ = 0.
  public var height: Double
  /// Angle over which it falls to 1/e, in radians.
  public var decay: Double

  public init(height: Double, decay: Double) {
    self.height = height
    self.decay = decay
  }
}
