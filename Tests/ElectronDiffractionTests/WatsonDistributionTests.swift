import ArrayMath
import ElectronDiffraction
import Foundation
import Testing

@Suite struct WatsonDistributionTests {
  static let concentrations = [-400.0, -60, -12, -1.5, -0.06, -0.04, -0.01, 0, 0.015, 0.03, 0.8, 6, 39, 41, 150]

  /// ∫₀¹ tⁿ exp(κ (t² − shift)) dt by Simpson's rule.
  private func integral(_ kappa: Double, power: Int, shift: Double) -> Double {
    let count = 40_000
    return (0...count).reduce(0.0) { sum, k in
      let t = Double(k) / Double(count)
      let factor = k == 0 || k == count ? 1.0 : k % 2 == 1 ? 4 : 2
      return sum + factor * pow(t, Double(power)) * exp(kappa * (t * t - shift))
    } / Double(3 * count)
  }

  @Test(arguments: concentrations) func momentsAreThoseOfTheIntegral(kappa: Double) {
    let watson = WatsonDistribution(concentration: kappa)
    let shift = kappa > 0 ? 1.0 : 0
    let norm = integral(kappa, power: 0, shift: shift)
    let second = integral(kappa, power: 2, shift: shift) / norm
    let fourth = integral(kappa, power: 4, shift: shift) / norm
    #expect(abs(watson.logNormaliser - log(norm) - kappa * shift) < 1e-9 * max(1, abs(kappa)))
    #expect(abs(watson.meanSquaredCosine - second) < 1e-9)
    #expect(abs(watson.varianceOfSquaredCosine - (fourth - second * second)) < 2e-8)
    #expect(abs(watson.orderParameter - (3 * second - 1) / 2) < 2e-9)
  }

  @Test(arguments: concentrations) func theMeanGivesTheConcentrationBack(kappa: Double) {
    let mean = WatsonDistribution(concentration: kappa).meanSquaredCosine
    #expect(abs(WatsonDistribution(meanSquaredCosine: mean).concentration - kappa) < 1e-6 * (1 + abs(kappa)))
  }

  @Test func extremesStayFinite() {
    #expect(WatsonDistribution(meanSquaredCosine: 0).concentration == -WatsonDistribution.largestConcentration)
    #expect(WatsonDistribution(meanSquaredCosine: 1).concentration == WatsonDistribution.largestConcentration)
    #expect(WatsonDistribution(meanSquaredCosine: .nan).concentration.isFinite)
  }

  @Test(arguments: [-40.0, -3, -0.5, 0, 0.7, 5, 60]) func drawnAxesFollowIt(kappa: Double) {
    let watson = WatsonDistribution(concentration: kappa)
    var generator = SeededGenerator(seed: 1)
    let direction = SIMD3(0.48, -0.6, 0.64)
    var (sum, along) = (0.0, SIMD3<Double>.zero)
    let count = 40_000
    for _ in 0..<count {
      let axis = watson.axis(about: direction, using: &generator)
      #expect(abs((axis * axis).sum() - 1) < 1e-12)
      let t = (axis * direction).sum()
      sum += t * t
      along += axis
    }
    let error = (watson.varianceOfSquaredCosine / Double(count)).squareRoot()
    #expect(abs(sum / Double(count) - watson.meanSquaredCosine) < 4 * error)
    #expect((along * along).sum().squareRoot() < 4 * Double(count).squareRoot())
  }

  @Test func theDensityOfTheAngleHoldsAllAxes() {
    let watson = WatsonDistribution(concentration: -7)
    let steps = 10_000
    let total = (0..<steps).reduce(0.0) { sum, k in
      sum + watson.density(angle: (Double(k) + 0.5) * .pi / 2 / Double(steps)) * .pi / 2 / Double(steps)
    }
    #expect(abs(total - 1) < 1e-7)
  }
}
