/// What a current is.
public enum CurrentKind: QuantityKind {
  public static let dimension = PhysicalDimension(current: 1)
  public static let example = "30 pA"
  public static let displayUnit = UnitOf<Self>.picoampere
  public static let displayUnits: [UnitOf<Self>] = [.picoampere, .nanoampere, .microampere, .milliampere, .ampere]
}

/// A current, kept in A.
public typealias Current = Quantity<CurrentKind>

extension UnitOf where Kind == CurrentKind {
  public static var ampere: Self { Self("A") }
  public static var milliampere: Self { Self("mA", decade: -3) }
  public static var microampere: Self { Self("uA", decade: -6) }
  public static var nanoampere: Self { Self("nA", decade: -9) }
  public static var picoampere: Self { Self("pA", decade: -12) }
}

/// What a voltage is.
public enum VoltageKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 2, mass: 1, time: -3, current: -1)
  public static let example = "4.5 V"
  public static let displayUnit = UnitOf<Self>.volt
}

/// A voltage, kept in V.
public typealias Voltage = Quantity<VoltageKind>

extension UnitOf where Kind == VoltageKind {
  public static var volt: Self { Self("V") }
  public static var millivolt: Self { Self("mV", decade: -3) }
}

/// What a charge is.
public enum ChargeKind: QuantityKind {
  public static let dimension = PhysicalDimension(time: 1, current: 1)
  public static let example = "0.129 nAh"
  public static let displayUnit = UnitOf<Self>.milliampereHour
  public static let displayUnits: [UnitOf<Self>] = [.nanoampereHour, .milliampereHour, .ampereHour]
}

/// A charge, kept in C.
public typealias Charge = Quantity<ChargeKind>

extension UnitOf where Kind == ChargeKind {
  public static var coulomb: Self { Self("C") }
  public static var ampereHour: Self { Self("Ah", factor: 3600) }
  public static var milliampereHour: Self { Self("mAh", factor: 3600, decade: -3) }
  public static var nanoampereHour: Self { Self("nAh", factor: 3600, decade: -9) }
}

/// What a specific capacity is.
public enum SpecificCapacityKind: QuantityKind {
  public static let dimension = PhysicalDimension(mass: -1, time: 1, current: 1)
  public static let example = "275.5 mAh/g"
  public static let displayUnit = UnitOf<Self>.milliampereHourPerGram
}

/// A specific capacity, kept in C/kg.
public typealias SpecificCapacity = Quantity<SpecificCapacityKind>

extension UnitOf where Kind == SpecificCapacityKind {
  public static var coulombPerKilogram: Self { Self("C/kg") }
  public static var milliampereHourPerGram: Self { Self("mAh/g", factor: 3600) }
  public static var ampereHourPerKilogram: Self { Self("Ah/kg", factor: 3600) }
}

/// What a resistance is.
public enum ResistanceKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 2, mass: 1, time: -3, current: -2)
  public static let example = "120 ohm"
  public static let displayUnit = UnitOf<Self>.ohm
}

/// A resistance, kept in ohm.
public typealias Resistance = Quantity<ResistanceKind>

extension UnitOf where Kind == ResistanceKind {
  public static var ohm: Self { Self("ohm") }
  public static var kiloohm: Self { Self("kohm", decade: 3) }
}

public enum CurrentDensityKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: -2, current: 1)
  public static let words = "a current density"
  public static let example = "5 A/m2"
  public static let displayUnit = UnitOf<Self>.amperePerSquareMetre
}

/// A current over an area, kept in A/m2.
public typealias CurrentDensity = Quantity<CurrentDensityKind>

extension UnitOf where Kind == CurrentDensityKind {
  public static var amperePerSquareMetre: Self { Self("A/m2") }
}

public enum AreaResistanceKind: QuantityKind {
  public static let dimension = ResistanceKind.dimension * PhysicalDimension(length: 2)
  public static let words = "a resistance of an area"
  public static let example = "0.01 ohm*m2"
  public static let displayUnit = UnitOf<Self>.ohmSquareMetre
}

/// A resistance times the area it belongs to, kept in ohm m2.
public typealias AreaResistance = Quantity<AreaResistanceKind>

extension UnitOf where Kind == AreaResistanceKind {
  public static var ohmSquareMetre: Self { Self("ohm*m2") }
}
