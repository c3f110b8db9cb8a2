/// What a temperature is.
public enum TemperatureKind: QuantityKind {
  public static let dimension = PhysicalDimension(temperature: 1)
  public static let example = "25 degC"
  public static let displayUnit = UnitOf<Self>.kelvin
}

/// A temperature, kept in K.
public typealias Temperature = Quantity<TemperatureKind>

extension UnitOf where Kind == TemperatureKind {
  public static var kelvin: Self { Self("K") }
  public static var degreeCelsius: Self { Self("degC", offset: 273.15) }
}

/// What an amount of substance is.
public enum AmountKind: QuantityKind {
  public static let dimension = PhysicalDimension(amount: 1)
  public static let example = "1.2 mol"
  public static let displayUnit = UnitOf<Self>.mole
}

/// An amount of substance, kept in mol.
public typealias AmountOfSubstance = Quantity<AmountKind>

extension UnitOf where Kind == AmountKind {
  public static var mole: Self { Self("mol") }
}

/// What a concentration is.
public enum ConcentrationKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: -3, amount: 1)
  public static let example = "49230 mol/m3"
  public static let displayUnit = UnitOf<Self>.molePerCubicMetre
}

/// A concentration, kept in mol/m3.
public typealias Concentration = Quantity<ConcentrationKind>

extension UnitOf where Kind == ConcentrationKind {
  public static var molePerCubicMetre: Self { Self("mol/m3") }
}

/// What a molar volume is.
public enum MolarVolumeKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 3, amount: -1)
  public static let example = "20.3 cm3/mol"
  public static let displayUnit = UnitOf<Self>.cubicCentimetrePerMole
}

/// A molar volume, kept in m3/mol.
public typealias MolarVolume = Quantity<MolarVolumeKind>

extension UnitOf where Kind == MolarVolumeKind {
  public static var cubicMetrePerMole: Self { Self("m3/mol") }
  public static var cubicCentimetrePerMole: Self { Self("cm3/mol", decade: -6) }
}

/// What a molar mass is.
public enum MolarMassKind: QuantityKind {
  public static let dimension = PhysicalDimension(mass: 1, amount: -1)
  public static let example = "97.28 g/mol"
  public static let displayUnit = UnitOf<Self>.gramPerMole
}

/// A molar mass, kept in kg/mol.
public typealias MolarMass = Quantity<MolarMassKind>

extension UnitOf where Kind == MolarMassKind {
  public static var kilogramPerMole: Self { Self("kg/mol") }
  public static var gramPerMole: Self { Self("g/mol", decade: -3) }
}
