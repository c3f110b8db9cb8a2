import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct CoreShellFitTests {
  @Test func quick() throws {
    let clock = ContinuousClock()
    for (name, change) in [("sharp", { _ in }), ("smooth", { $0.transitionScale = 0.2e-6 })]
      as [(String, (inout TexturePhantom) -> Void)]
    {
      var (in68, in95, within, n) = (0, 0, 0, 0)
      var mean = 0.0
      var time = Duration.zero
      for seed in 1...100 {
        var phantom = TexturePhantom()
        phantom.step = 0.2e-6
        phantom.size = 56
        change(&phantom)
        let made = phantom.make(seed: UInt64(seed))
        let section = ParticleSection(centre: made.centre, radius: 5e-6)
        let angles = try RadialAngles(of: made.map, labels: made.labels, section: section)
        let t0 = clock.now
        let fit = try CoreShellFit(angles)
        time += clock.now - t0
        if fit.transitionRadius.interval68.contains(3e-6) { in68 += 1 }
        if fit.transitionRadius.interval95.contains(3e-6) { in95 += 1 }
        if abs(fit.transitionRadius.value - 3e-6) < 0.15e-6 { within += 1 }
        mean += fit.transitionRadius.value
        n += 1
        if seed <= 5 {
          print(
            fit.transitionRadius, fit.transitionScale, fit.isSharp, fit.coreOrder, fit.shellOrder, fit.evidence,
            fit.permutationProbability)
        }
      }
      print(name, in68, in95, within, n, mean / Double(n), time)
    }
  }
}
