import Foundation
import ParticleMechanics
import Testing

@Suite struct MaterialFunctionTests {
  @Test func aTableGoesThroughItsPointsWithoutOvershoot() throws {
    let (x, y) = ([0.1, 0.2, 0.25, 0.5, 0.8, 0.9], [1e-14, 9e-15, 1e-16, 1.1e-16, 5e-15, 5e-15])
    let table = try MaterialFunction.table(lithiation: x, values: y)
    for (u, value) in zip(x, y) { #expect(abs(table(u) - value) < 1e-27) }
    for interval in 0..<(x.count - 1) {
      for step in 0...100 {
        let u = x[interval] + (x[interval + 1] - x[interval]) * Double(step) / 100
        let (low, high) = (min(y[interval], y[interval + 1]), max(y[interval], y[interval + 1]))
        #expect(table(u) >= low * (1 - 1e-12) && table(u) <= high * (1 + 1e-12))
      }
    }
    #expect(table(0) == 1e-14 && table.slope(0) == 0 && table(1) == 5e-15)
  }

  @Test func slopesOfATableAreThoseOfDifferences() throws {
    let table = try MaterialFunction.table(lithiation: [0, 0.3, 0.4, 1], values: [4.5, 4.1, 4.05, 3.4])
    let h = 1e-6
    for u in [0.05, 0.29, 0.3, 0.35, 0.41, 0.99] {
      #expect(abs(table.slope(u) - (table(u + h) - table(u - h)) / (2 * h)) < 1e-4, "\(u)")
    }
  }

  /// Fritsch and Butland's slopes are exact for a straight line, and of second order for a curve.
  @Test func aTableOfALineIsTheLineAndOfACurveConverges() throws {
    let line = try MaterialFunction.table(lithiation: [0, 0.1, 0.7, 1], values: [1, 0.8, -0.4, -1], beyond: .linear)
    for u in [-0.5, 0.05, 0.3, 0.9, 1.5] { #expect(abs(line(u) - (1 - 2 * u)) < 1e-14) }
    func error(_ count: Int) throws -> Double {
      let x = (0...count).map { Double($0) / Double(count) }
      let table = try MaterialFunction.table(lithiation: x, values: x.map { exp(2 * $0) })
      return (0...1000).map { abs(table(Double($0) / 1000) - exp(2 * Double($0) / 1000)) }.max() ?? 0
    }
    #expect(try error(20) / error(40) > 4)
  }

  @Test func brokenTablesNameTheRow() {
    let cases: [([Double], [Double])] = [
      ([0, 1], [1]), ([0], [1]), ([0, 0.5, 0.5], [1, 2, 3]), ([0, .nan], [1, 2]), ([0, 1], [1, .infinity]), ([], []),
    ]
    for (x, y) in cases {
      #expect(throws: MaterialError.self) { try MaterialFunction.table(lithiation: x, values: y) }
    }
    #expect {
      try MaterialFunction.table(lithiation: [0, 0.5, 0.4], values: [1, 2, 3])
    } throws: {
      "\($0)".contains("row 3") && "\($0)".contains("ascending")
    }
  }

  @Test func aFactorScalesValueAndSlope() throws {
    let function = try MaterialFunction.formula("u^2").scaled(by: 3).scaled(by: 2)
    #expect(abs(function(0.5) - 1.5) < 1e-15 && abs(function.slope(0.5) - 6) < 1e-14)
    #expect(MaterialFunction.constant(2).isConstant && !function.isConstant)
  }

  @Test func aDiffusivityThatVanishesIsNamed() throws {
    let function = try MaterialFunction.formula("0.9 - u")
    #expect {
      try function.check("diffusivity", isPositive: true)
    } throws: {
      "\($0)".contains("diffusivity at lithiation 0.9")
    }
  }
}
