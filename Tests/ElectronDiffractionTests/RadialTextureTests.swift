import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct RadialTextureTests {
  @Test func quick() throws {
    var hits = 0
    let clock = ContinuousClock()
    let t0 = clock.now
    for seed in 1...20 {
      let made = TexturePhantom.random.make(seed: UInt64(seed))
      let section = ParticleSection(centre: made.centre, radius: 5e-6)
      let texture = try RadialTexture(RadialAngles(of: made.map, labels: made.labels, section: section))
      if texture.distribution.randomSimultaneous.contains(texture.distribution.multiplesOfRandom) { hits += 1 }
      print(
        texture.order.value, texture.order.lower, texture.order.upper, texture.randomness.order, texture.effectiveGrains
      )
    }
    print(hits, clock.now - t0)
  }
}
