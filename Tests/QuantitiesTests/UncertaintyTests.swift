import Quantities
import Testing

@Suite struct UncertaintyTests {
  @Test(arguments: [
    "4.69 ng +- 0.23 ng", "4.69 +- 0.23 ng", "4.69 ± 0.23 ng", "4.69 ng ± 230 pg", "4.69(23) ng", "(4.69 ± 0.23) ng",
    "4.69 ng +/- 0.23 ng", "4.69ng+-0.23ng", "4.69(23)e-12 kg", "4.69 ng ± 0.23",
  ])
  func everySpellingIsTheSame(text: String) throws {
    let mass = try UncertainQuantity<MassKind>(parsing: text)
    #expect(abs(mass.value.si - 4.69e-12) < 1e-27)
    #expect(abs(try #require(mass.standardUncertainty).si - 0.23e-12) < 1e-27)
    #expect(mass.description == "4.69 ± 0.23 ng")
  }

  @Test func aPercentageIsRelativeExceptOfAPureNumber() throws {
    let mass = try UncertainQuantity<MassKind>(parsing: "-4.69 ng +- 5 %")
    #expect(abs(try #require(mass.standardUncertainty).si - 0.2345e-12) < 1e-27)
    let ratio = try UncertainQuantity<RatioKind>(parsing: "10 % +- 1 %")
    #expect(abs(try #require(ratio.standardUncertainty).si - 0.01) < 1e-17)
  }

  @Test func temperatureDifferencesHaveNoOffset() throws {
    let temperature = try UncertainQuantity<TemperatureKind>(parsing: "25 degC +- 0.5 K")
    #expect(temperature.value.si == 298.15 && temperature.standardUncertainty?.si == 0.5)
    #expect(temperature.formatted(in: .degreeCelsius) == "25.00 ± 0.50 degC")
  }

  @Test(arguments: [
    (4.69, 0.23, "4.69 ± 0.23 ng"), (4.69, 0.0996, "4.69 ± 0.10 ng"), (4.6912, 0.00123, "4.6912 ± 0.0012 ng"),
    (469, 23, "469 ± 23 ng"), (46912, 2340, "46900 ± 2300 ng"), (0.001, 0.5, "0.00 ± 0.50 ng"),
    (-4.69, 0.23, "-4.69 ± 0.23 ng"),
  ])
  func printsTwoDigitsOfTheUncertainty(value: Double, uncertainty: Double, text: String) {
    #expect(UncertainQuantity<MassKind>(value, uncertainty, .nanogram).formatted(in: .nanogram) == text)
  }

  @Test func withoutUncertaintyAllDigitsStay() throws {
    let mass = try UncertainQuantity<MassKind>(parsing: "4.690123456789 ng")
    #expect(mass.standardUncertainty == nil)
    #expect(mass.description == "4.690123456789 ng")
  }
}
