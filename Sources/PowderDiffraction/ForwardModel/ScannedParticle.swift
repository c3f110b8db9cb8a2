import Foundation

/// A spherical particle that hangs on a needle, seen by a beam that moves down along both.
///
/// Places are metres along the scan, 0 at the needle's lower end, positive towards the free edge of the particle.
public struct ScannedParticle: Sendable, Hashable {
  /// In metres.
  public var radius: Double
  /// How far the particle reaches beside the needle, in metres.
  public var overlap: Double
  /// Length over which the needle's tip thins out, standard deviation in metres.
  public var tipLength: Double
  /// The deposit that holds the particle: its place and its length (standard deviation), in metres.
  public var depositPlace, depositLength: Double

  public init(
    radius: Double, overlap: Double = 0.5e-6, tipLength: Double = 0.3e-6, depositPlace: Double = 0,
    depositLength: Double = 0.5e-6
  ) {
    self.radius = radius
    self.overlap = overlap
    self.tipLength = tipLength
    self.depositPlace = depositPlace
    self.depositLength = depositLength
  }

  /// A sphere of a volume in m³.
  public init(volume: Double) { self.init(radius: cbrt(volume / (4 / 3 * Double.pi))) }

  /// A sphere of the seed's volume, 2.13 · 10⁻¹⁵ m³.
  public static let seed = ScannedParticle(volume: 2.13e-15)

  /// The place of the particle's centre.
  public var centre: Double { radius - overlap }
  /// The places where the particle begins and ends.
  public var edges: ClosedRange<Double> { -overlap...2 * radius - overlap }

  /// The length of the beam's way through the particle at a place, `2 √(R² − y²)`, in metres.
  public func chord(at place: Double) -> Double {
    let y = place - centre
    return 2 * max(radius * radius - y * y, 0).squareRoot()
  }

  /// How much of a beam of a standard deviation meets the needle, 0...1.
  public func needleShare(at place: Double, beam: Double) -> Double {
    erfc(place / (2 * (beam * beam + tipLength * tipLength)).squareRoot()) / 2
  }

  /// How much deposit the beam meets, of its amount at the middle seen with a thin beam.
  public func depositShare(at place: Double, beam: Double) -> Double {
    let variance = beam * beam + depositLength * depositLength
    let y = place - depositPlace
    return depositLength / variance.squareRoot() * exp(-y * y / (2 * variance))
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(radius > 0, "radius of the particle", radius, "a positive length")
    try ForwardModelError.require(
      overlap >= 0 && overlap < radius, "overlap of particle and needle", overlap, "zero up to the radius")
    try ForwardModelError.require(tipLength > 0, "length of the needle's tip", tipLength, "a positive length")
    try ForwardModelError.require(depositLength > 0, "length of the deposit", depositLength, "a positive length")
    try ForwardModelError.require(true, "place of the deposit", depositPlace, "a length")
  }
}
