/// Constants of an electron beam.
public enum ElectronBeam {
  /// The relativistic wavelength of electrons of an energy in kiloelectronvolts, in metres.
  ///
  ///     λ = h / √(2 m e V (1 + e V / 2 m c²)) = 12.2643 Å / √(E (1 + 0.978476e−6 E)),  E in eV.
  ///
  /// 20 keV: 0.08589 Å.
  public static func wavelength(kiloelectronvolts energy: Double) -> Double {
    // h, m, e and c of the SI (2019) and CODATA 2018.
    let (h, m, e, c) = (6.62607015e-34, 9.1093837015e-31, 1.602176634e-19, 299792458.0)
    let joules = energy * 1000 * e
    return h / (2 * m * joules * (1 + joules / (2 * m * c * c))).squareRoot()
  }

  /// The mass of electrons of an energy in kiloelectronvolts over that of electrons at rest, 1 + e V / m c².
  public static func lorentzFactor(kiloelectronvolts energy: Double) -> Double {
    let (m, e, c) = (9.1093837015e-31, 1.602176634e-19, 299792458.0)
    return 1 + energy * 1000 * e / (m * c * c)
  }
}
