import Quantities
import Testing

/// A small generator with a fixed seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct PrintingTests {
  @Test func choosesAReadableUnit() {
    #expect(Length(131.67, .millimetre).description == "131.67 mm")
    #expect(Length(10, .micrometre).description == "10 um")
    #expect(Length(0.1, .micrometre).description == "100 nm")
    #expect(Pressure(140, .gigapascal).description == "140 GPa")
    #expect(Current(30, .picoampere).description == "30 pA")
    #expect(Length(0, .metre).description == "0 um")
    #expect(Ratio(0.103, .one).description == "0.103")
    #expect(Ratio(0.103, .one).formatted(in: .percent) == "10.3 %")
  }

  @Test func printsTheDigitsAskedFor() {
    #expect(Length(131.67, .millimetre).formatted(in: .millimetre, significantDigits: 4) == "131.7 mm")
    #expect(Length(10, .micrometre).formatted(in: .metre, significantDigits: 2) == "1.0e-05 m")
    #expect(Pressure(-1621.024, .megapascal).formatted(in: .megapascal, significantDigits: 6) == "-1621.02 MPa")
    #expect(Ratio(0.103, .one).formatted(significantDigits: 2) == "0.10")
  }

  private func readsBack<Kind: QuantityKind>(_ kind: Kind.Type, seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    for _ in 0..<200 {
      let exponent = Double.random(in: -20...12, using: &generator)
      let si =
        Double.random(in: -10...10, using: &generator)
        * Double(sign: .plus, exponent: Int(exponent * 3), significand: 1)
      let quantity = Quantity<Kind>(si: si)
      for unit in Kind.displayUnits + [Kind.displayUnit] {
        let text = quantity.formatted(in: unit)
        let read = try Quantity<Kind>(parsing: text)
        // A unit that is no power of ten rounds twice on the way.
        #expect(abs(read.si - si) <= 4 * si.ulp, "\(text): \(si)")
        if unit.unit.factor == 1, unit.unit.offset == 0, unit.unit.decade == 0 { #expect(read.si == si) }
      }
      let spread = abs(si) * Double.random(in: 0.001...0.5, using: &generator)
      let uncertain = UncertainQuantity<Kind>(quantity, standardUncertainty: Quantity(si: spread))
      let exact = try UncertainQuantity<Kind>(parsing: uncertain.exactText(in: quantity.readableUnit))
      #expect(
        abs(exact.value.si - si) <= 4 * si.ulp && abs((exact.standardUncertainty?.si ?? 0) - spread) <= 4 * spread.ulp)
      let short = try UncertainQuantity<Kind>(parsing: uncertain.description)
      #expect(abs(short.value.si - si) <= 0.051 * spread, "\(uncertain) \(short)")
    }
  }

  @Test func printedValuesReadBack() throws {
    try readsBack(LengthKind.self, seed: 1)
    try readsBack(TimeKind.self, seed: 2)
    try readsBack(MassKind.self, seed: 3)
    try readsBack(CurrentKind.self, seed: 4)
    try readsBack(VoltageKind.self, seed: 5)
    try readsBack(ChargeKind.self, seed: 6)
    try readsBack(SpecificCapacityKind.self, seed: 7)
    try readsBack(DensityKind.self, seed: 8)
    try readsBack(VolumeKind.self, seed: 9)
    try readsBack(PressureKind.self, seed: 10)
    try readsBack(DiffusivityKind.self, seed: 11)
    try readsBack(AngleKind.self, seed: 12)
    try readsBack(EnergyKind.self, seed: 13)
    try readsBack(RateKind.self, seed: 14)
    try readsBack(CRateKind.self, seed: 15)
    try readsBack(RatioKind.self, seed: 16)
    try readsBack(FractureToughnessKind.self, seed: 17)
    try readsBack(ConcentrationKind.self, seed: 18)
  }

  /// Every unit of the field's list, the powers and quotients of two of them, and random numbers: the product of the
  /// parts is the whole.
  @Test func productsOfUnitsMultiply() throws {
    let units = ["eV", "um", "mA", "V", "min", "mAh", "ng", "deg", "GPa", "K", "mol", "ohm", "%", "L", "J", "N"]
    for a in units {
      for b in units {
        let one = try AnyQuantity(parsing: "1 \(a)")
        let two = try AnyQuantity(parsing: "1 \(b)")
        let quotient = try AnyQuantity(parsing: "1 \(a)/\(b)2")
        #expect(quotient.dimension == one.dimension / (two.dimension * two.dimension))
        #expect(abs(quotient.si / (one.si / (two.si * two.si)) - 1) < 1e-14, "\(a)/\(b)2")
        let product = try AnyQuantity(parsing: "1 \(a)·\(b)⁻¹")
        #expect(product.dimension == one.dimension / two.dimension)
      }
    }
  }
}
