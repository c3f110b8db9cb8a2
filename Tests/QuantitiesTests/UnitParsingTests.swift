import Quantities
import Testing

@Suite struct UnitParsingTests {
  /// What the field writes, and what it is in SI units.
  static let fieldUnits: [(text: String, si: Double, dimension: PhysicalDimension)] = [
    ("1 eV", 1.602176634e-19, EnergyKind.dimension), ("19 keV", 19e3 * 1.602176634e-19, EnergyKind.dimension),
    ("2 MeV", 2e6 * 1.602176634e-19, EnergyKind.dimension), ("3 J", 3, EnergyKind.dimension),
    ("1 Å", 1e-10, LengthKind.dimension), ("1 \u{212B}", 1e-10, LengthKind.dimension),
    ("1 A\u{30A}", 1e-10, LengthKind.dimension), ("4.15 angstrom", 4.15e-10, LengthKind.dimension),
    ("5 nm", 5e-9, LengthKind.dimension), ("10 um", 1e-5, LengthKind.dimension),
    ("10 \u{B5}m", 1e-5, LengthKind.dimension), ("10 \u{3BC}m", 1e-5, LengthKind.dimension),
    ("131.67 mm", 0.13167, LengthKind.dimension), ("2 cm", 0.02, LengthKind.dimension),
    ("9.47 m", 9.47, LengthKind.dimension), ("30 pA", 30e-12, CurrentKind.dimension),
    ("3 nA", 3e-9, CurrentKind.dimension), ("3 uA", 3e-6, CurrentKind.dimension),
    ("3 mA", 3e-3, CurrentKind.dimension), ("3 A", 3, CurrentKind.dimension), ("4.5 V", 4.5, VoltageKind.dimension),
    ("12 mV", 0.012, VoltageKind.dimension), ("15500 s", 15500, TimeKind.dimension),
    ("7 ms", 0.007, TimeKind.dimension), ("3 min", 180, TimeKind.dimension), ("2 h", 7200, TimeKind.dimension),
    ("1 d", 86400, TimeKind.dimension), ("1 mAh", 3.6, ChargeKind.dimension), ("1 Ah", 3600, ChargeKind.dimension),
    ("5 C", 5, ChargeKind.dimension), ("275.5 mAh/g", 991800, SpecificCapacityKind.dimension),
    ("275.5 Ah/kg", 991800, SpecificCapacityKind.dimension), ("1 pg", 1e-15, MassKind.dimension),
    ("4.69 ng", 4.69e-12, MassKind.dimension), ("1 ug", 1e-9, MassKind.dimension), ("1 mg", 1e-6, MassKind.dimension),
    ("1 g", 1e-3, MassKind.dimension), ("4.69e-12 kg", 4.69e-12, MassKind.dimension),
    ("2.20 g/cm3", 2200, DensityKind.dimension), ("2200 kg/m3", 2200, DensityKind.dimension),
    ("2.2 g/mL", 2200, DensityKind.dimension), ("180 deg", .pi, AngleKind.dimension),
    ("90°", .pi / 2, AngleKind.dimension), ("1 rad", 1, AngleKind.dimension), ("2 mrad", 2e-3, AngleKind.dimension),
    ("10.3 %", 0.103, .one), ("10.3%", 0.103, .one), ("0.5 1", 0.5, .one), ("0.5", 0.5, .one),
    ("3 MPa", 3e6, PressureKind.dimension), ("140 GPa", 140e9, PressureKind.dimension),
    ("3 Pa", 3, PressureKind.dimension), ("3 kPa", 3000, PressureKind.dimension),
    ("1e-14 m2/s", 1e-14, DiffusivityKind.dimension), ("1e-10 cm2/s", 1e-14, DiffusivityKind.dimension),
    ("0.01 um2/s", 1e-14, DiffusivityKind.dimension), ("1e-14 m²/s", 1e-14, DiffusivityKind.dimension),
    ("300 K", 300, TemperatureKind.dimension), ("25 degC", 298.15, TemperatureKind.dimension),
    ("25 °C", 298.15, TemperatureKind.dimension), ("100 Hz", 100, RateKind.dimension),
    ("2.13e-15 m3", 2.13e-15, VolumeKind.dimension), ("2130 um3", 2.13e-15, VolumeKind.dimension),
    ("1 mm3", 1e-9, VolumeKind.dimension), ("1 L", 1e-3, VolumeKind.dimension), ("1 mL", 1e-6, VolumeKind.dimension),
    ("2 mol", 2, AmountKind.dimension), ("49230 mol/m3", 49230, ConcentrationKind.dimension),
    ("120 ohm", 120, ResistanceKind.dimension), ("120 Ω", 120, ResistanceKind.dimension),
    ("1 N", 1, ForceKind.dimension), ("2.5 J/m2", 2.5, SurfaceEnergyKind.dimension),
    ("1.2 MPa*m^0.5", 1.2e6, FractureToughnessKind.dimension),
    ("1.2 MPa√m", 1.2e6, FractureToughnessKind.dimension),
    ("1.2 MPa m^(1/2)", 1.2e6, FractureToughnessKind.dimension),
    ("5 mAh g^-1", 18000, SpecificCapacityKind.dimension), ("5 mAh g-1", 18000, SpecificCapacityKind.dimension),
    ("5 mAh·g⁻¹", 18000, SpecificCapacityKind.dimension), ("5 mAh g**-1", 18000, SpecificCapacityKind.dimension),
    ("3 kg*m2/s3", 3, PhysicalDimension(length: 2, mass: 1, time: -3)),
    ("3 J/(kg*K)", 3, PhysicalDimension(length: 2, time: -2, temperature: -1)),
    ("3 J/mol/K", 3, PhysicalDimension(length: 2, mass: 1, time: -2, temperature: -1, amount: -1)),
    ("2.13x10^-15 m3", 2.13e-15, VolumeKind.dimension), ("2.13·10^-15 m3", 2.13e-15, VolumeKind.dimension),
    ("2.13 × 10⁻¹⁵ m³", 2.13e-15, VolumeKind.dimension), ("\u{2212}3 mV", -3e-3, VoltageKind.dimension),
    (".5 mm", 5e-4, LengthKind.dimension), ("5. mm", 5e-3, LengthKind.dimension),
    ("2eV", 2 * 1.602176634e-19, EnergyKind.dimension),
    ("5 1/s", 5, RateKind.dimension), ("0.0232 1/h", 0.0232 / 3600, RateKind.dimension),
  ]

  @Test(arguments: fieldUnits.indices)
  func readsWhatTheFieldWrites(index: Int) throws {
    let unit = Self.fieldUnits[index]
    let value = try AnyQuantity(parsing: unit.text)
    #expect(value.dimension == unit.dimension, "\(unit.text): \(value.dimension.words)")
    #expect(abs(value.si - unit.si) <= 4e-16 * abs(unit.si), "\(unit.text): \(value.si)")
  }

  @Test func roundsOnce() throws {
    #expect(try Length(parsing: "10 um").si == 1e-5)
    #expect(try Length(parsing: "131.67 mm").si == 0.13167)
    #expect(try Mass(parsing: "4.69 ng").si == 4.69e-12)
  }

  @Test func cMeansACRateOnlyWhereOneIsExpected() throws {
    for text in ["0.025 C", "0.025C", "C/40", "0.025 1/h", "1C/40"] {
      #expect(abs(try CRate(parsing: text).value(in: .perHour) - 0.025) < 1e-17, "\(text)")
    }
    #expect(try CRate(parsing: "0.5C").value(in: .perHour) == 0.5)
    #expect(try Charge(parsing: "0.025 C").si == 0.025)
    let claim = try AnyQuantity(parsing: "0.025 C")
    #expect(claim.dimension == ChargeKind.dimension)
    #expect(abs(try claim.converted(to: CRateKind.self).value.value(in: .perHour) - 0.025) < 1e-17)
    #expect(try AnyQuantity(parsing: "C/40").dimension == CRateKind.dimension)
  }

  @Test(arguments: [
    ("", QuantityError.empty), ("  ", .empty), ("um", .notANumber(found: "um")),
    ("131,67 mm", .decimalComma(found: "131,67 mm", suggestion: "131.67 mm")),
    ("inf m", .notFinite(found: "inf m")), ("-Infinity m", .notFinite(found: "-Infinity m")),
    ("nan mm", .notFinite(found: "nan mm")), ("1e999 m", .notFinite(found: "1e999 m")),
    ("1e-999 m", .notFinite(found: "1e-999 m")),
    ("15 500 s", .notANumber(found: "15 500 s")), ("10", .missingUnit(found: "10")),
    ("10 mA", .wrongDimension(found: CurrentKind.dimension, expected: LengthKind.dimension)),
    ("10 Um", .unknownUnit(symbol: "Um", suggestion: "um")),
    ("10 micron", .unknownUnit(symbol: "micron", suggestion: "um")),
    ("10 furlong", .unknownUnit(symbol: "furlong", suggestion: nil)),
    ("4 um +- 1 um", .unexpectedUncertainty),
    ("4 um +- 1 ng", .uncertainty(reason: "is a mass, but the value is a length")),
    ("4 um +- -1 um", .uncertainty(reason: "is negative")),
  ])
  func saysWhatIsWrong(text: String, error: QuantityError) {
    #expect(throws: error, "\(text)") { try Length(parsing: text) }
  }

  @Test(arguments: [
    "1 J/kg*K", "1 m^", "1 m^^2", "1 (m", "1 m)", "1 m/", "1 /m", "1 *m", "1 m^0", "1 m^99", "1 m^0.3", "1 degC/s",
    "1 degC2", "1 ((((((((((((((((((((((m))))))))))))))))))))))", "1 (((m^20)^20)^20)", "1 (((%^20)^20)^20)^20",
    "1 m√", "1 m µ", "1 $", "1 m\u{0}", "1 2", "1 m 2", "1 +", "--1 m", "+ 1 m", "1.2.3 m", "1e m2", "±", "1 ± m",
    "(1 m",
    "1(2 m", "(1 ± 2 m",
  ])
  func rejectsWhatIsNoUnit(text: String) {
    #expect(throws: QuantityError.self, "\(text)") { try AnyQuantity(parsing: text) }
  }

  @Test func rejectsLongTextsAtOnce() {
    for text in [String(repeating: "9", count: 100_000), "1 " + String(repeating: "m*", count: 50_000) + "m"] {
      #expect(throws: QuantityError.self) { try AnyQuantity(parsing: text) }
    }
  }

  @Test func dimensionsHaveNames() {
    #expect(LengthKind.words == "a length" && CurrentKind.words == "a current" && CRateKind.words == "a C-rate")
    #expect(
      SpecificCapacityKind.words == "a specific capacity" && FractureToughnessKind.words == "a fracture toughness")
    #expect(PhysicalDimension(length: 7, time: -1).words == "a quantity in m7·s-1")
    #expect(FractureToughnessKind.dimension.baseUnits == "m^-0.5·kg·s-2")
  }

  @Test func dimensionsMultiply() {
    let length = LengthKind.dimension
    #expect(length * length == AreaKind.dimension && VolumeKind.dimension / length == AreaKind.dimension)
    #expect(AreaKind.dimension.raised(to: 0.5) == length)
    #expect(length.raised(to: 0.123) == nil && length.raised(to: 101) == nil)
    #expect((EnergyKind.dimension / ChargeKind.dimension) == VoltageKind.dimension)
    #expect(PressureKind.dimension * VolumeKind.dimension == EnergyKind.dimension)
    #expect(AngleKind.dimension != RatioKind.dimension)
  }
}
