/// What a length is.
public enum LengthKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 1)
  public static let example = "131.67 mm"
  public static let displayUnit = UnitOf<Self>.micrometre
  public static let displayUnits: [UnitOf<Self>] = [.nanometre, .micrometre, .millimetre, .metre]
}

/// A length, kept in m.
public typealias Length = Quantity<LengthKind>

extension UnitOf where Kind == LengthKind {
  public static var metre: Self { Self("m") }
  public static var centimetre: Self { Self("cm", decade: -2) }
  public static var millimetre: Self { Self("mm", decade: -3) }
  public static var micrometre: Self { Self("um", decade: -6) }
  public static var nanometre: Self { Self("nm", decade: -9) }
  public static var angstrom: Self { Self("angstrom", decade: -10) }
}

/// What an area is.
public enum AreaKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 2)
  public static let example = "12.5 um2"
  public static let displayUnit = UnitOf<Self>.squareMicrometre
}

/// An area, kept in m2.
public typealias Area = Quantity<AreaKind>

extension UnitOf where Kind == AreaKind {
  public static var squareMetre: Self { Self("m2") }
  public static var squareMicrometre: Self { Self("um2", decade: -12) }
}

/// What a volume is.
public enum VolumeKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 3)
  public static let example = "2130 um3"
  public static let displayUnit = UnitOf<Self>.cubicMicrometre
  public static let displayUnits: [UnitOf<Self>] = [
    .cubicMicrometre, .cubicMillimetre, .millilitre, .litre, .cubicMetre,
  ]
}

/// A volume, kept in m3.
public typealias Volume = Quantity<VolumeKind>

extension UnitOf where Kind == VolumeKind {
  public static var cubicMetre: Self { Self("m3") }
  public static var cubicMicrometre: Self { Self("um3", decade: -18) }
  public static var cubicMillimetre: Self { Self("mm3", decade: -9) }
  public static var millilitre: Self { Self("mL", decade: -6) }
  public static var litre: Self { Self("L", decade: -3) }
}

/// What a time span is.
public enum TimeKind: QuantityKind {
  public static let dimension = PhysicalDimension(time: 1)
  public static let example = "15500 s"
  public static let displayUnit = UnitOf<Self>.second
  public static let displayUnits: [UnitOf<Self>] = [.millisecond, .second]
}

/// A time span, kept in s.
public typealias TimeSpan = Quantity<TimeKind>

extension UnitOf where Kind == TimeKind {
  public static var second: Self { Self("s") }
  public static var millisecond: Self { Self("ms", decade: -3) }
  public static var minute: Self { Self("min", factor: 60) }
  public static var hour: Self { Self("h", factor: 3600) }
  public static var day: Self { Self("d", factor: 86400) }
}

/// What a number of things in a volume is.
public enum NumberDensityKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: -3)
  public static let example = "0.44 1/angstrom3"
  public static let displayUnit = UnitOf<Self>.perCubicAngstrom
}

/// A number of things in a volume, such as electrons, kept in 1/m3.
public typealias NumberDensity = Quantity<NumberDensityKind>

extension UnitOf where Kind == NumberDensityKind {
  public static var perCubicMetre: Self { Self("1/m3") }
  public static var perCubicAngstrom: Self { Self("1/angstrom3", decade: 30) }
}

/// What a diffusivity is.
public enum DiffusivityKind: QuantityKind {
  public static let dimension = PhysicalDimension(length: 2, time: -1)
  public static let example = "1e-14 m2/s"
  public static let displayUnit = UnitOf<Self>.squareMetrePerSecond
}

/// A diffusivity, kept in m2/s.
public typealias Diffusivity = Quantity<DiffusivityKind>

extension UnitOf where Kind == DiffusivityKind {
  public static var squareMetrePerSecond: Self { Self("m2/s") }
  public static var squareCentimetrePerSecond: Self { Self("cm2/s", decade: -4) }
  public static var squareMicrometrePerSecond: Self { Self("um2/s", decade: -12) }
}

/// What an angle is.
public enum AngleKind: QuantityKind {
  public static let dimension = PhysicalDimension(angle: 1)
  public static let example = "45 deg"
  public static let displayUnit = UnitOf<Self>.degree
}

/// An angle, kept in rad.
public typealias Angle = Quantity<AngleKind>

extension UnitOf where Kind == AngleKind {
  public static var radian: Self { Self("rad") }
  public static var milliradian: Self { Self("mrad", decade: -3) }
  public static var degree: Self { Self("deg", factor: .pi / 180) }
}

/// What a rate is.
public enum RateKind: QuantityKind {
  public static let dimension = PhysicalDimension(time: -1)
  public static let example = "100 Hz"
  public static let displayUnit = UnitOf<Self>.hertz
}

/// A rate, kept in Hz.
public typealias Rate = Quantity<RateKind>

extension UnitOf where Kind == RateKind {
  public static var hertz: Self { Self("Hz") }
  public static var perSecond: Self { Self("1/s") }
  public static var perHour: Self { Self("1/h", factor: 1 / 3600) }
}

/// What a ratio is.
public enum RatioKind: QuantityKind {
  public static let dimension = PhysicalDimension.one
  public static let example = "10.3 %"
  public static let displayUnit = UnitOf<Self>.one
}

/// A ratio, kept in 1.
public typealias Ratio = Quantity<RatioKind>

extension UnitOf where Kind == RatioKind {
  public static var one: Self { Self("1") }
  public static var percent: Self { Self("%", decade: -2) }
}
