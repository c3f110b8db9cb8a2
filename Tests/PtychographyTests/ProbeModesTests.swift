import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct ProbeModesTests {
  let shape = FrameShape(rows: 12, columns: 10)

  private func random(_ seed: Int, _ scale: Float) -> ComplexImage {
    var generator = SeededGenerator(seed: UInt64(seed))
    return ComplexImage(
      (0..<shape.count).map { _ in
        ComplexFloat(scale * Float(generator.normal()), scale * Float(generator.normal()))
      }, shape: shape)
  }

  private func product(_ a: ComplexImage, _ b: ComplexImage) -> (Double, Double) {
    zip(a.pixels, b.pixels).reduce((0, 0)) {
      let p = $1.0.conjugate * $1.1
      return ($0.0 + Double(p.real), $0.1 + Double(p.imaginary))
    }
  }

  @Test func modesBecomeOrthogonalAndKeepEveryIntensity() {
    let a = random(1, 1)
    let b = random(2, 0.5)
    let modes = [b, ComplexImage(zip(a.pixels, b.pixels).map { $0 + $1 }, shape: shape), random(3, 0.1)]
    var mixed = modes
    mixed.orthogonalise()
    for k in 0..<3 {
      for l in k + 1..<3 {
        let (real, imaginary) = product(mixed[k], mixed[l])
        #expect(hypot(real, imaginary) < 1e-5 * (mixed[k].power * mixed[l].power).squareRoot())
      }
      if k > 0 { #expect(mixed[k].power <= mixed[k - 1].power) }
    }
    // Σ_k P_k(r) P_k*(r') for all pairs of pixels is what patterns depend on.
    for i in stride(from: 0, to: shape.count, by: 7) {
      for j in stride(from: 0, to: shape.count, by: 5) {
        func coherence(_ modes: [ComplexImage]) -> ComplexFloat {
          modes.reduce(.zero) { $0 + $1.pixels[i] * $1.pixels[j].conjugate }
        }
        #expect((coherence(mixed) - coherence(modes)).modulus < 1e-4)
      }
    }
  }

  @Test func orthogonalModesStay() {
    var modes = [random(1, 1), random(2, 0.5), random(4, 0.2)]
    modes.orthogonalise()
    let once = modes
    modes.orthogonalise()
    for (a, b) in zip(once, modes) {
      let worst = zip(a.pixels, b.pixels).map { ($0 - $1).modulus }.max() ?? 1
      #expect(worst < 1e-5)
    }
  }

  @Test func oneModeIsLeftAlone() {
    var modes = [random(1, 1)]
    modes.orthogonalise()
    #expect(modes == [random(1, 1)])
  }
}
