public import Crystallography
internal import Foundation

/// What a formula unit weighs and how many electrons it shows to X-rays of an energy.
///
/// Away from absorption edges an electron density stands for Z electrons an atom, near them for Z + f₁: at 9.7 keV nickel's K
/// edge (8.33 keV) is near enough to take 1.6 % off NMC811.
public struct ElectronComposition: Sendable, Hashable {
  public let composition: Composition
  /// In metres.
  public let wavelength: Double
  /// Σ (Z + f₁) over a formula unit.
  public let electrons: Double
  /// Of a formula unit, in kg/mol.
  public let molarMass: Double

  /// Avogadro's constant, in 1/mol (exact).
  public static let avogadro = 6.022_140_76e23

  /// - Parameters:
  ///   - composition: of a formula unit.
  ///   - wavelength: in metres.
  /// - Throws: `CrystallographyError` where there are no data for an element at this energy.
  public init(_ composition: Composition, wavelength: Double) throws {
    guard wavelength > 0, wavelength.isFinite else {
      throw TomographyError.invalid("a wavelength of \(wavelength) m; give a positive one")
    }
    var sum = 0.0
    for (element, amount) in composition.amounts.sorted(by: { $0.key < $1.key }) {
      let dispersion = try AtomicScattering.dispersion(element, wavelength: wavelength)
      sum += amount * (Double(element.atomicNumber) + dispersion.real)
    }
    guard sum > 0 else {
      throw TomographyError.invalid("\(composition) shows \(sum) electrons at this energy; it would be invisible")
    }
    self.composition = composition
    self.wavelength = wavelength
    electrons = sum
    molarMass = composition.molarMass
  }

  /// The composition of a formula such as "LiNi0.8Mn0.1Co0.1O2".
  ///
  /// - Parameters:
  ///   - formula: of a formula unit.
  ///   - lithium: lithium in a formula unit where it is not the formula's own, such as 0.8 for a particle that is charged.
  ///   - wavelength: in metres.
  /// - Throws: `CrystallographyError` or ``TomographyError`` for what is no formula or has no data.
  public init(formula: String, lithium: Double? = nil, wavelength: Double) throws {
    var amounts = try Composition(formula: formula).amounts
    if let lithium { amounts[try ChemicalElement(symbol: "Li")] = lithium }
    try self.init(Composition(amounts), wavelength: wavelength)
  }

  /// Kilograms for each electron that is seen.
  public var massPerElectron: Double { molarMass / (Self.avogadro * electrons) }

  /// The mass density of an electron density: kg/m³ from 1/m³.
  public func massDensity(electronDensity: Double) -> Double { electronDensity * massPerElectron }

  /// The electron density of a mass density: 1/m³ from kg/m³.
  public func electronDensity(massDensity: Double) -> Double { massDensity / massPerElectron }

  /// The decrement δ of the refractive index of a mass density in kg/m³.
  public func delta(massDensity: Double) -> Double {
    ContrastScale.electronRadius * wavelength * wavelength * electronDensity(massDensity: massDensity) / (2 * .pi)
  }
}
