/// What a mass is.
public enum MassKind: QuantityKind {
  public static let dimension = PhysicalDimension(mass: 1)
  public static let example = "4.69 ng"
  public static let displayUnit = UnitOf<Self>.nanogram
  public static let displayUnits: [UnitOf<Self>] = [.picogram, .nanogram, .microgram, .milligram, .gram, .kilogram]
}

/// A mass, kept in kg.
public typealias Mass = Quantity<MassKind>

extension UnitOf where Kind == MassKind {
  public static var kilogram: Self { Self("kg") }
  public static var gram: Self { Self("g", decade: -3) }
  public static var milligram: Self { Self("mg", decade: -6) }
  public static var microgram: Self { Self("ug", decade: -9) }
  public static var nanogram: Self { Self("ng", decade: -12) }
  public static var picogram: Self { Self("pg", decade: -15) }
}

/// What a density is.
public enum DensityKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: -3, mass: 1)
  public static let example = "2.20 g/cm3"
  public static let displayUnit = UnitOf<Self>.gramPerCubicCentimetre
}

/// A density, kept in kg/m3.
public typealias Density = Quantity<DensityKind>

extension UnitOf where Kind == DensityKind {
  public static var kilogramPerCubicMetre: Self { Self("kg/m3") }
  public static var gramPerCubicCentimetre: Self { Self("g/cm3", decade: 3) }
}

/// What a pressure is.
public enum PressureKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: -1, mass: 1, time: -2)
  public static let example = "140 GPa"
  public static let displayUnit = UnitOf<Self>.gigapascal
  public static let displayUnits: [UnitOf<Self>] = [.pascal, .kilopascal, .megapascal, .gigapascal]
}

/// A pressure, kept in Pa.
public typealias Pressure = Quantity<PressureKind>

extension UnitOf where Kind == PressureKind {
  public static var pascal: Self { Self("Pa") }
  public static var kilopascal: Self { Self("kPa", decade: 3) }
  public static var megapascal: Self { Self("MPa", decade: 6) }
  public static var gigapascal: Self { Self("GPa", decade: 9) }
}

/// What a fracture toughness is.
public enum FractureToughnessKind: QuantityKind {
  public static let dimension = PressureKind.dimension * PhysicalDimension.rootLength
  public static let example = "1.2 MPa*m^0.5"
  public static let displayUnit = UnitOf<Self>.megapascalRootMetre
}

/// A fracture toughness, kept in Pa·m^0.5.
public typealias FractureToughness = Quantity<FractureToughnessKind>

extension UnitOf where Kind == FractureToughnessKind {
  public static var megapascalRootMetre: Self { Self("MPa*m^0.5", decade: 6) }
}

/// What a surface energy is.
public enum SurfaceEnergyKind: QuantityKind {
  public static let dimension = PhysicalDimension(mass: 1, time: -2)
  public static let example = "2.5 J/m2"
  public static let displayUnit = UnitOf<Self>.joulePerSquareMetre
}

/// A surface energy, kept in J/m2.
public typealias SurfaceEnergy = Quantity<SurfaceEnergyKind>

extension UnitOf where Kind == SurfaceEnergyKind {
  public static var joulePerSquareMetre: Self { Self("J/m2") }
}

/// What an energy is.
public enum EnergyKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 2, mass: 1, time: -2)
  public static let example = "19 keV"
  public static let displayUnit = UnitOf<Self>.kiloelectronVolt
  public static let displayUnits: [UnitOf<Self>] = [.electronVolt, .kiloelectronVolt, .megaelectronVolt]
}

/// An energy, kept in J.
public typealias Energy = Quantity<EnergyKind>

extension UnitOf where Kind == EnergyKind {
  public static var joule: Self { Self("J") }
  public static var electronVolt: Self { Self("eV", factor: 1.602176634, decade: -19) }
  public static var kiloelectronVolt: Self { Self("keV", factor: 1.602176634, decade: -16) }
  public static var megaelectronVolt: Self { Self("MeV", factor: 1.602176634, decade: -13) }
}

/// What a force is.
public enum ForceKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 1, mass: 1, time: -2)
  public static let example = "2.5 mN"
  public static let displayUnit = UnitOf<Self>.newton
}

/// A force, kept in N.
public typealias Force = Quantity<ForceKind>

extension UnitOf where Kind == ForceKind {
  public static var newton: Self { Self("N") }
  public static var millinewton: Self { Self("mN", decade: -3) }
}
