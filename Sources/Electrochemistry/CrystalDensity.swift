/// Constants of the International System of Units, exact since 2019.
public enum PhysicalConstants {
  /// Charge of a mole of electrons, in C/mol.
  public static let faraday = 96485.33212331
  /// In 1/mol.
  public static let avogadro = 6.02214076e23
}

/// The density of a crystal from its hexagonal cell, Z M / (N_A · √3/2 a² c), in kg/m³.
///
/// LiNi0.8Mn0.1Co0.1O2 with a = 2.8704 Å, c = 14.1918 Å, Z = 3 and M = 97.280 g/mol has 4786 kg/m³.
///
/// - Parameters:
///   - a: edge of the basal plane, in metres.
///   - c: height of the cell, in metres.
///   - formulaUnits: formula units a cell, Z.
///   - molarMass: mass of a mole of formula units, in kg/mol.
/// - Throws: `ElectrochemistryError.invalidParameter` unless all are finite and above zero.
public func crystalDensity(
  a: Double, c: Double, formulaUnits: Int, molarMass: Double
) throws(ElectrochemistryError) -> Double {
  try ElectrochemistryError.requirePositive(a, "cell edge a")
  try ElectrochemistryError.requirePositive(c, "cell edge c")
  try ElectrochemistryError.requirePositive(Double(formulaUnits), "number of formula units")
  try ElectrochemistryError.requirePositive(molarMass, "molar mass")
  let volume = 3.0.squareRoot() / 2 * a * a * c
  return Double(formulaUnits) * molarMass / (PhysicalConstants.avogadro * volume)
}

/// The charge in a kilogram of a host that gives up one lithium a formula unit, F / M, in C/kg.
///
/// With M = 97.280 g/mol it is 991 831 C/kg = 275.51 mAh/g: the "supplier" value 275.5 mAh/g of NMC811 is this
/// theoretical capacity, so a state of charge on that scale is the fraction of all lithium that left.
///
/// - Parameter molarMass: mass of a mole of formula units, in kg/mol.
/// - Throws: `ElectrochemistryError.invalidParameter` unless it is finite and above zero.
public func theoreticalSpecificCapacity(molarMass: Double) throws(ElectrochemistryError) -> Double {
  try ElectrochemistryError.requirePositive(molarMass, "molar mass")
  return PhysicalConstants.faraday / molarMass
}

/// Factors between the units of the field and SI.
public enum ElectrochemicalUnits {
  /// Coulombs in a milliampere hour.
  public static let coulombsPerMilliampereHour = 3.6
  /// C/kg in one mAh/g.
  public static let coulombsPerKilogramPerMilliampereHourPerGram = 3600.0
  /// Seconds in an hour: a C-rate in 1/h is 3600 times one in 1/s.
  public static let secondsPerHour = 3600.0
}
