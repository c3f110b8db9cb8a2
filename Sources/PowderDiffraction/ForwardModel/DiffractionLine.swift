public import Crystallography
import Foundation

/// One Debye-Scherrer ring of a phase.
public struct DiffractionLine: Sendable, Hashable {
  /// What the ring is called, for example "003".
  public var label: String
  /// Distance of the lattice planes without strain, in metres.
  public var dSpacing: Double
  /// Number of equivalent planes, (hkl) and its opposite counted as two; decides how many grains give a spot.
  public var multiplicity: Int
  /// Photons of the whole ring relative to the other lines of the phase, multiplicity included, polarisation and sensor
  /// left out; proportional to ``ringIntensity(multiplicity:squaredStructureFactor:braggAngle:)``.
  public var intensity: Double
  /// The profile of this ring; `nil` takes the one of the phase.
  public var profile: RingProfile?
  /// Angles between the normals of the equivalent planes and the axis of a fibre texture within the crystal, in
  /// radians; one zero for planes perpendicular to that axis (00l when the axis is c).
  public var poleAngles: [Double]

  public init(
    _ label: String, dSpacing: Double, intensity: Double, multiplicity: Int = 1, profile: RingProfile? = nil,
    poleAngles: [Double] = [0]
  ) {
    self.label = label
    self.dSpacing = dSpacing
    self.multiplicity = multiplicity
    self.intensity = intensity
    self.profile = profile
    self.poleAngles = poleAngles
  }

  /// A line stated by its scattering angle.
  ///
  /// - Parameters:
  ///   - twoTheta: in radians, above 0 and below π.
  ///   - wavelength: at which it appears there, in metres.
  public init(
    _ label: String, twoTheta: Double, wavelength: Double, intensity: Double, multiplicity: Int = 1,
    profile: RingProfile? = nil
  ) {
    self.init(
      label, dSpacing: wavelength / (2 * sin(twoTheta / 2)), intensity: intensity, multiplicity: multiplicity,
      profile: profile)
  }

  /// Where the ring appears, in radians; `nil` when the wavelength is too long for it.
  ///
  ///     2θ = 2 arcsin(λ / (2 d (1 + ε)))
  ///
  /// - Parameters:
  ///   - wavelength: in metres.
  ///   - strain: ε, relative change of the distance of the planes.
  public func twoTheta(wavelength: Double, strain: Double = 0) -> Double? {
    let sine = wavelength / (2 * dSpacing * (1 + strain))
    return sine > 0 && sine < 1 ? 2 * asin(sine) : nil
  }

  /// What ``intensity`` is proportional to: `m |F|² / sin θ`, the power scattered into the whole cone.
  ///
  /// Source: Warren, X-ray Diffraction (1969), chapter 4.
  public static func ringIntensity(multiplicity: Int, squaredStructureFactor: Double, braggAngle: Double) -> Double {
    Double(multiplicity) * squaredStructureFactor / sin(braggAngle)
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(dSpacing > 0, "d spacing of line \(label)", dSpacing, "a positive length")
    try ForwardModelError.require(intensity >= 0, "intensity of line \(label)", intensity, "zero or more")
    try ForwardModelError.require(
      multiplicity > 0, "multiplicity of line \(label)", Double(multiplicity), "one or more")
    guard !poleAngles.isEmpty else { throw .count(name: "pole angles of line \(label)", found: 0, expected: 1) }
    for angle in poleAngles { try ForwardModelError.require(true, "pole angle of line \(label)", angle, "an angle") }
  }
}

extension DiffractionLine {
  /// A line of a cell with known indices; the intensity is left to the caller.
  public init(h: Int, k: Int, l: Int, cell: UnitCell, intensity: Double, multiplicity: Int, poleAngles: [Double] = [0])
  {
    let (ca, cb, cg) = (cos(cell.alpha), cos(cell.beta), cos(cell.gamma))
    let (sa, sb, sg) = (sin(cell.alpha), sin(cell.beta), sin(cell.gamma))
    let (x, y, z) = (Double(h) / cell.a, Double(k) / cell.b, Double(l) / cell.c)
    let skew = 1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg
    let squares = x * x * sa * sa + y * y * sb * sb + z * z * sg * sg
    let products = y * z * (cb * cg - ca) + z * x * (cg * ca - cb) + x * y * (ca * cb - cg)
    self.init(
      [h, k, l].map(String.init).joined(), dSpacing: (skew / (squares + 2 * products)).squareRoot(),
      intensity: intensity, multiplicity: multiplicity, poleAngles: poleAngles)
  }
}
