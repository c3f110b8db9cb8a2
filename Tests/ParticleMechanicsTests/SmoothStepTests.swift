import Foundation
import ParticleMechanics
import Testing

@Suite struct SmoothStepTests {
  static let width = 0.1e-6
  func step(_ kind: SmoothStep.Kind) -> SmoothStep { SmoothStep(position: 6e-6, width: Self.width, kind: kind) }

  @Test(arguments: SmoothStep.Kind.allCases) func neverDecreases(kind: SmoothStep.Kind) {
    let rounding = 4 * Double.ulpOfOne
    let values = (0...1000).map { step(kind)(5.8e-6 + 0.4e-6 * Double($0) / 1000) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 + rounding })
    #expect(values.allSatisfy { $0 >= -rounding && $0 <= 1 + rounding })
  }

  @Test(arguments: SmoothStep.Kind.allCases) func risesFromTheCoreToTheShell(kind: SmoothStep.Kind) {
    // What is left outside the width: nothing of the polynomials, 2 % of tanh, 0.25 % of the logistic.
    let left = kind == .tanh ? 0.018 : kind == .logistic ? 0.0025 : 1e-12
    #expect(step(kind)(6e-6 - Self.width / 2) <= left)
    #expect(step(kind)(6e-6 + Self.width / 2) >= 1 - left)
    #expect(step(kind)(0) < 1e-12 && step(kind)(10e-6) == 1)
    if kind != .sharp { #expect(abs(step(kind)(6e-6) - 0.5) < 1e-9) }
  }

  @Test(arguments: SmoothStep.Kind.allCases) func itsMirrorImageIsItsComplement(kind: SmoothStep.Kind) {
    for n in 1...60 {
      let distance = 1.5e-9 * Double(n)
      let sum = step(kind)(6e-6 + distance) + step(kind)(6e-6 - distance)
      #expect(abs(sum - 1) < 1e-9)
    }
  }

  @Test func theQuinticIsTheSmootherStep() {
    // 6 q⁵ − 15 q⁴ + 10 q³, q from 0 to 1 over the width.
    for n in 0...50 {
      let q = Double(n) / 50
      let expected = q * q * q * (10 + q * (6 * q - 15))
      #expect(abs(step(.quintic)(6e-6 + (q - 0.5) * Self.width) - expected) < 1e-9)
    }
  }

  @Test func theCubicIsTheSmoothStep() {
    for n in 0...50 {
      let q = Double(n) / 50
      #expect(abs(step(.cubic)(6e-6 + (q - 0.5) * Self.width) - q * q * (3 - 2 * q)) < 1e-9)
    }
  }

  @Test func theTranscendentalKindsHaveTheirWidths() {
    // A quarter of the width from the middle, t = 1/2.
    #expect(abs(step(.tanh)(6.025e-6) - (1 + Foundation.tanh(1)) / 2) < 1e-9)
    #expect(abs(step(.logistic)(6.025e-6) - 1 / (1 + exp(-3))) < 1e-9)
  }

  @Test func theQuinticStartsAndEndsFlat() {
    // Second derivative by differences: continuous curvature means it fades to zero at both ends.
    let h = 1e-10
    for end in [5.95e-6, 6.05e-6] {
      let quintic = step(.quintic)
      let curvature = (quintic(end + h) - 2 * quintic(end) + quintic(end - h)) * (Self.width / h) * (Self.width / h)
      #expect(abs(curvature) < 0.3)
    }
  }

  @Test func aZeroWidthIsASharpStep() {
    for kind in SmoothStep.Kind.allCases {
      let sharp = SmoothStep(position: 1, width: 0, kind: kind)
      #expect(sharp(0.999_999) == 0 && sharp(1) == 1)
    }
  }
}
