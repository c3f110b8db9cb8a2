import ArrayMath
import Foundation
import Testing

@testable import PowderDiffraction

@Suite struct PeakProfileTests {
  /// The Voigt profile by quadrature of the convolution of its two parts.
  private func voigt(_ x: Double, gaussian: Double, lorentzian: Double) -> Double {
    let sigma = gaussian / 2.3548200450309493
    let steps = 4000
    return (0..<steps).reduce(0.0) { sum, step in
      let u = -8 * sigma + 16 * sigma * (Double(step) + 0.5) / Double(steps)
      let g = exp(-0.5 * u * u / (sigma * sigma)) / (sigma * (2 * Double.pi).squareRoot())
      let l = lorentzian / (2 * Double.pi) / ((x - u) * (x - u) + lorentzian * lorentzian / 4)
      return sum + g * l * 16 * sigma / Double(steps)
    }
  }

  @Test(arguments: [0.2, 0.5, 1, 2, 5]) func hasTheWidthOfTheConvolution(ratio: Double) {
    let (gaussian, lorentzian) = (1.0, ratio)
    let half = voigt(0, gaussian: gaussian, lorentzian: lorentzian) / 2
    var (low, high) = (0.0, 10.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if voigt(middle, gaussian: gaussian, lorentzian: lorentzian) > half { low = middle } else { high = middle }
    }
    let profile = PeakProfile(gaussian: gaussian, lorentzian: lorentzian)
    // The formula is good to half a per cent.
    #expect(abs(profile.fwhm / (2 * low) - 1) < 5e-3)
    // The pseudo-Voigt follows the profile to about one per cent of its height.
    let height = voigt(0, gaussian: gaussian, lorentzian: lorentzian)
    for x in [0, 0.3, 0.7, 1.5] {
      #expect(abs(profile(x * low) - voigt(x * low, gaussian: gaussian, lorentzian: lorentzian)) < 0.012 * height)
    }
  }

  @Test func isHalfAsHighAtHalfTheWidth() {
    for mixing in [0, 0.4, 1] {
      let profile = PeakProfile(fwhm: 2, mixing: mixing)
      #expect(abs(profile(1) / profile.height - 0.5) < 1e-12)
    }
  }

  @Test func aBinShowsTheMeanOverIt() {
    let profile = PeakProfile(fwhm: 1, mixing: 0.35)
    // Bins wider than the line, and its far tail.
    for (lower, upper) in [(-0.2, 0.3), (-1.5, 0.9), (0.4, 3), (5, 6), (-40, 40)] {
      let steps = 20_000
      let sum = (0..<steps).reduce(0.0) { $0 + profile(lower + (upper - lower) * (Double($1) + 0.5) / Double(steps)) }
      #expect(abs(profile.mean(from: lower, to: upper) - sum / Double(steps)) < 1e-7)
    }
  }

  @Test func derivativesOfTheJoinedWidthsAreThoseOfTheFormulas() {
    for (g, l) in [(1.0, 0.1), (1.0, 1.0), (0.3, 2.0)] {
      let step = 1e-6
      let joined = ThompsonCoxHastings(gaussian: g, lorentzian: l)
      let moreG = ThompsonCoxHastings(gaussian: g + step, lorentzian: l)
      let moreL = ThompsonCoxHastings(gaussian: g, lorentzian: l + step)
      #expect(abs(joined.fwhmByGaussian - (moreG.fwhm - joined.fwhm) / step) < 1e-5)
      #expect(abs(joined.fwhmByLorentzian - (moreL.fwhm - joined.fwhm) / step) < 1e-5)
      #expect(abs(joined.mixingByGaussian - (moreG.mixing - joined.mixing) / step) < 1e-5)
      #expect(abs(joined.mixingByLorentzian - (moreL.mixing - joined.mixing) / step) < 1e-5)
    }
  }

  @Test func theInverseFormulasTakeTheProfileApart() {
    for (g, l) in [(1.0, 0.1), (1.0, 1.0), (0.3, 1.0)] {
      let joined = ThompsonCoxHastings(gaussian: g, lorentzian: l)
      let parts = ThompsonCoxHastings.parts(fwhm: joined.fwhm, mixing: joined.mixing)
      #expect(abs(parts.gaussian - g) < 0.01 * joined.fwhm)
      #expect(abs(parts.lorentzian - l) < 0.01 * joined.fwhm)
    }
  }

  @Test func theInstrumentFollowsCaglioti() throws {
    let instrument = InstrumentProfile(u: 4e-6, v: -1e-6, w: 1e-6, x: 2e-4, y: 1e-4)
    let (angle, tangent) = (0.6, tan(0.3))
    #expect(
      abs(instrument.gaussian(twoTheta: angle) - (4e-6 * tangent * tangent - 1e-6 * tangent + 1e-6).squareRoot())
        < 1e-15)
    #expect(abs(instrument.lorentzian(twoTheta: angle) - (2e-4 * tangent + 1e-4 / cos(0.3))) < 1e-15)
    let profile = try #require(instrument.profile(twoTheta: angle))
    let joined = ThompsonCoxHastings(
      gaussian: instrument.gaussian(twoTheta: angle), lorentzian: instrument.lorentzian(twoTheta: angle))
    #expect(profile.fwhm == joined.fwhm && profile.mixing == joined.mixing)
    #expect(InstrumentProfile(w: 0).profile(twoTheta: angle) == nil)
  }
}
