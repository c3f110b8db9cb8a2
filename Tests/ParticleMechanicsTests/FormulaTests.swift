import Foundation
import ParticleMechanics
import Testing

@Suite struct FormulaTests {
  @Test(arguments: [
    ("1 + 2*3", 7.0), ("(1 + 2)*3", 9), ("2^3^2", 512), ("-2^2", -4), ("2**-1", 0.5), ("8/4/2", 1), ("7 - 4 - 1", 2),
    ("1e-3*1E3", 1), (".5 + 0.5", 1), ("--2", 2), ("2 × 3 − 1", 5), ("min(2, 3) + max(2, 3)", 5), ("ln(exp(2))", 2),
    ("log10(1000)", 3), ("sqrt(16)", 4), ("abs(-3)", 3), ("cos(pi)", -1), ("sin(pi/2)", 1),
  ])
  func followsTheRulesOfArithmetic(text: String, value: Double) throws {
    #expect(try abs(Formula(text).valueAndSlope(0.5).value - value) < 1e-14)
  }

  @Test func slopesAreExact() throws {
    let cases: [(String, (Double) -> Double)] = [
      ("u^3", { 3 * $0 * $0 }),
      ("x^0.43 * (1 - x)^0.57", { 0.43 * pow((1 - $0) / $0, 0.57) - 0.57 * pow($0 / (1 - $0), 0.43) }),
      ("exp(-2*u)", { -2 * exp(-2 * $0) }), ("log(u)", { 1 / $0 }), ("log10(u)", { 1 / ($0 * log(10)) }),
      ("sqrt(u)", { 0.5 / sqrt($0) }), ("tanh(3*u)", { 3 / (cosh(3 * $0) * cosh(3 * $0)) }), ("sinh(u)", { cosh($0) }),
      ("cosh(u)", { sinh($0) }), ("sin(u)", { cos($0) }), ("cos(u)", { -sin($0) }), ("abs(0.1 - u)", { _ in 1 }),
      ("2^u", { log(2) * pow(2, $0) }), ("u/(1 + u)", { 1 / ((1 + $0) * (1 + $0)) }),
      ("min(u, 5) + max(u, 7)", { _ in 1 }),
      ("(u - 2)^3", { 3 * ($0 - 2) * ($0 - 2) }),
    ]
    for (text, slope) in cases {
      let formula = try Formula(text)
      for u in [0.2, 0.37, 0.81] {
        let found = formula.valueAndSlope(u).slope
        #expect(abs(found - slope(u)) < 1e-13 * max(1, abs(slope(u))), "\(text) at \(u)")
      }
    }
  }

  @Test(arguments: [
    ("", 1, "the end"), ("1 +", 4, "the end"), ("4 * foo", 5, "foo"), ("2 u", 3, "u"), ("(1 + 2", 7, "the end"),
    ("1 + 2)", 6, ")"), ("sqrt 4", 6, "4"), ("min(1)", 6, ")"), ("exp(1, 2)", 6, ","), ("1..2", 1, "1..2"),
    ("3 $ 4", 3, "$"),
    ("1e999", 1, "1e999"), ("0,5", 2, ","),
  ])
  func namesTheColumnOfAMistake(text: String, column: Int, found: String) {
    #expect {
      try Formula(text)
    } throws: { error in
      guard let error = error as? FormulaError else { return false }
      return error.column == column && error.found == found && error.description.contains("expected")
    }
  }

  @Test func deepNestingIsAnErrorAndNoCrash() {
    #expect(throws: FormulaError.self) { try Formula(String(repeating: "(", count: 100_000)) }
    #expect(throws: FormulaError.self) { try Formula("2" + String(repeating: "^2", count: 100_000)) }
    #expect(throws: Never.self) { try Formula(String(repeating: "-", count: 10_001) + "1") }
  }

  @Test func damagedFormulasNeverCrash() {
    let alphabet = Array("ux0123456789.e+-*/^(), tanhexplogmin")
    for seed in 1...2000 {
      var state = UInt64(seed)
      func next() -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33)
      }
      let text = String((0..<(next() % 30)).map { _ in alphabet[next() % alphabet.count] })
      if let formula = try? Formula(text) { _ = formula.valueAndSlope(0.5) }
    }
  }
}
