import Quantities
import Testing

@Suite struct QuantityTests {
  @Test func literalsReadAsTheyAreWritten() {
    let radius: Length = 10 * .micrometre
    #expect(radius == Length(10, .micrometre))
    #expect(radius.si == 1e-5)
    #expect(Angle(45, .degree).si == .pi / 4)
    #expect(Temperature(25, .degreeCelsius).si == 298.15)
    #expect(abs(Length(1, .millimetre) / Length(1, .micrometre) - 1000) < 1e-9)
  }
}
