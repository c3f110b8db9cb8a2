import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct LocalPolynomialTests {
  static func parabola(seed: Int) throws -> LocalPolynomial {
    var generator = SeededGenerator(seed: UInt64(seed), item: 601)
    let x = (0..<40).map { 0.5 + 0.0075 * Double($0) }
    let y = x.map { 14 - 3 * ($0 - 0.64) * ($0 - 0.64) + 1e-3 * generator.normal() }
    return try LocalPolynomial(x: x, y: y, sigmas: x.map { _ in 1e-3 }, origin: 0.62, degree: 2)
  }

  @Test func followsAPolynomialExactly() throws {
    let x = (0..<12).map { 0.1 * Double($0) }
    let fit = try LocalPolynomial(
      x: x, y: x.map { 2 - $0 + 3 * $0 * $0 - 0.5 * $0 * $0 * $0 }, sigmas: x.map { _ in 0.01 }, origin: 0.4, degree: 3)
    for place in [0.0, 0.37, 1.2] {
      #expect(
        abs(fit.estimate(at: place).value - (2 - place + 3 * place * place - 0.5 * place * place * place)) < 1e-10)
      #expect(abs(fit.estimate(at: place, derivative: 1).value - (-1 + 6 * place - 1.5 * place * place)) < 1e-9)
      #expect(abs(fit.estimate(at: place, derivative: 2).value - (6 - 3 * place)) < 1e-8)
    }
    #expect(fit.chiSquared < 1e-15 && fit.degreesOfFreedom == 8)
  }

  /// The mean of n values has σ/√n, and a straight line through x₀ = mean of x the textbook's σ of its slope.
  @Test func statesTheTextbookUncertainties() throws {
    let x = (0..<11).map { Double($0) }
    let fit = try LocalPolynomial(x: x, y: x, sigmas: x.map { _ in 0.3 }, origin: 5, degree: 1)
    #expect(abs(fit.estimate(at: 5).sigma - 0.3 / 11.0.squareRoot()) < 1e-12)
    #expect(abs(fit.estimate(at: 5, derivative: 1).sigma - 0.3 / 110.0.squareRoot()) < 1e-12)
  }

  @Test func findsTheTurnWithItsUncertainty() throws {
    var pulls = SeriesPulls()
    for seed in 1...200 {
      let turn = try #require(try Self.parabola(seed: seed).maximum(in: 0.5...0.78))
      pulls.add(turn.place, sigma: turn.sigma, truth: 0.64)
    }
    #expect(pulls.isUnbiased && pulls.coversOneSigma, "\(pulls.text)")
    #expect(try Self.parabola(seed: 1).maximum(in: 0.7...0.78) == nil)
  }

  @Test func refusesWhatDeterminesNothing() throws {
    #expect(throws: LineScanError.self) {
      try LocalPolynomial(x: [1, 1, 1, 1], y: [1, 1, 1, 1], sigmas: [1, 1, 1, 1], origin: 1, degree: 1)
    }
    #expect(throws: LineScanError.self) {
      try LocalPolynomial(x: [1, 2, 3], y: [1, 1], sigmas: [1, 1, 1], origin: 1, degree: 1)
    }
    #expect(throws: LineScanError.self) {
      try LocalPolynomial(x: [1, 2, 3, 4], y: [1, 1, 1, 1], sigmas: [1, 1, 0, 1], origin: 1, degree: 1)
    }
    #expect(throws: LineScanError.self) {
      try LocalPolynomial(x: [1, 2, 3, 4], y: [1, 1, .nan, 1], sigmas: [1, 1, 1, 1], origin: 1, degree: 0)
    }
  }
}
