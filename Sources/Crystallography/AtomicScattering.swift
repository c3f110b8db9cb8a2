import CXraylibSystem

/// How atoms scatter and absorb X-rays: values of the library xraylib (Schoonjans et al., Spectrochim. Acta B 66, 776
/// (2011)), which are those of neutral atoms.
public enum AtomicScattering {
  /// hc in keV m.
  static let energyTimesWavelength = 12.398419843320026e-10

  /// The wavelength of a photon energy in keV, in metres, and the other way round.
  public static func wavelength(kiloelectronvolts energy: Double) -> Double { energyTimesWavelength / energy }

  /// The photon energy of a wavelength in metres, in keV.
  public static func kiloelectronvolts(wavelength: Double) -> Double { energyTimesWavelength / wavelength }

  /// The form factor f0 of an atom at rest, in electrons.
  ///
  /// - Parameters:
  ///   - element: the element.
  ///   - sinThetaOverWavelength: sin θ/λ = 1/(2d), in 1/m.
  /// - Throws: ``CrystallographyError/atomicData(_:)`` where the table ends.
  public static func formFactor(
    _ element: ChemicalElement, sinThetaOverWavelength: Double
  ) throws(CrystallographyError) -> Double {
    // The library's q is sin θ/λ in 1/angstrom.
    try value("form factor of \(element)") { FF_Rayl(Int32(element.atomicNumber), sinThetaOverWavelength * 1e-10, $0) }
  }

  /// The dispersion corrections f′ and f″ (positive) to the form factor, in electrons.
  ///
  /// - Parameters:
  ///   - element: the element.
  ///   - wavelength: in metres.
  /// - Throws: ``CrystallographyError/atomicData(_:)`` where the tables end.
  public static func dispersion(
    _ element: ChemicalElement, wavelength: Double
  ) throws(CrystallographyError) -> (real: Double, imaginary: Double) {
    let (number, energy) = (Int32(element.atomicNumber), kiloelectronvolts(wavelength: wavelength))
    let real = try value("f' of \(element) at \(energy) keV") { Fi(number, energy, $0) }
    // The library gives f″ with a negative sign.
    let imaginary = try value("f'' of \(element) at \(energy) keV") { Fii(number, energy, $0) }
    return (real, -imaginary)
  }

  /// The total attenuation (photoelectric, coherent and incoherent) by mass, in m²/kg.
  ///
  /// - Parameters:
  ///   - element: the element.
  ///   - wavelength: in metres.
  /// - Throws: ``CrystallographyError/atomicData(_:)`` where the tables end.
  public static func massAttenuation(
    _ element: ChemicalElement, wavelength: Double
  ) throws(CrystallographyError) -> Double {
    let energy = kiloelectronvolts(wavelength: wavelength)
    let inSquareCentimetresPerGram = try value("attenuation by \(element) at \(energy) keV") {
      CS_Total(Int32(element.atomicNumber), energy, $0)
    }
    return inSquareCentimetresPerGram * 0.1
  }

  /// The library's value, or its error.
  private static func value(
    _ name: String, _ read: (UnsafeMutablePointer<UnsafeMutablePointer<xrl_error>?>) -> Double
  ) throws(CrystallographyError) -> Double {
    var error: UnsafeMutablePointer<xrl_error>?
    let result = read(&error)
    if let error {
      let message = error.pointee.message.map { String(cString: $0) } ?? "no value"
      xrl_error_free(error)
      throw .atomicData("\(name): \(message)")
    }
    guard result.isFinite else { throw .atomicData("\(name) is not finite") }
    return result
  }
}
