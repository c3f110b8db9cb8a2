import Foundation

/// What one standard deviation of an error of the instrument does to a and c.
///
/// Errors of the same name are the same error: they cancel where two lattices are compared.
public struct LatticeCommonError: Sendable, Hashable {
  /// For example "displacement".
  public var name: String
  /// Changes of a and c, in metres, with their signs.
  public var a, c: Double

  public init(_ name: String, a: Double, c: Double) { (self.name, self.a, self.c) = (name, a, c) }
}

/// What one standard deviation of an error of the instrument does to the spacings of 003 and 104.
public struct SpacingCommonError: Sendable, Hashable {
  /// For example "displacement".
  public var name: String
  /// Changes of the spacings, in metres, with their signs.
  public var d003, d104: Double

  public init(_ name: String, d003: Double, d104: Double) { (self.name, self.d003, self.d104) = (name, d003, d104) }

  /// The wavelength is uncertain: all spacings in the same ratio.
  ///
  /// - Parameters:
  ///   - relative: standard uncertainty of the wavelength over the wavelength.
  ///   - d003: in metres.
  ///   - d104: in metres.
  public static func wavelength(relative: Double, d003: Double, d104: Double) -> Self {
    Self("wavelength", d003: relative * d003, d104: relative * d104)
  }

  /// A shift of the instrument is uncertain: the place of the sample along the beam or the zero of 2θ.
  ///
  ///     dd/d = −cot θ dθ; of a sample that stands z nearer to the detector (z/L)(sin 4θ / 4) cot θ.
  ///
  /// - Parameters:
  ///   - shift: which.
  ///   - sigma: its standard uncertainty, in radians or metres.
  ///   - wavelength: in metres.
  ///   - d003: in metres.
  ///   - d104: in metres.
  /// - Throws: ``LatticeError`` when a line does not exist at the wavelength.
  public static func shift(
    _ shift: GeometryShift, sigma: Double, wavelength: Double, d003: Double, d104: Double
  ) throws(LatticeError) -> Self {
    try LatticeError.requirePositive(wavelength, "the wavelength", "metres")
    func change(_ d: Double, _ name: String) throws(LatticeError) -> Double {
      let sine = wavelength / (2 * d)
      guard sine > 0, sine < 1 else {
        throw .outOfRange(name: name, value: d, expected: "more than half the wavelength, \(wavelength / 2) m")
      }
      let theta = asin(sine)
      return -d / tan(theta) / 2 * shift(2 * theta, 0).perAmount * sigma
    }
    return Self(shift.name, d003: try change(d003, "d(003)"), d104: try change(d104, "d(104)"))
  }
}
