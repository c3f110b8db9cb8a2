import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct TexturePhantomTests {
  @Test func aSeedMakesOneParticle() {
    let (first, again, other) = (
      coarsePhantom().make(seed: 5), coarsePhantom().make(seed: 5), coarsePhantom().make(seed: 6)
    )
    let same = first.nuclei == again.nuclei && first.labels == again.labels
    let differs = first.nuclei != other.nuclei
    #expect(same && differs)
    #expect(zip(first.map.points, again.map.points).allSatisfy { $0.orientation == $1.orientation })
  }

  @Test func pointsBelongToTheNearestNucleusAndTheShellBeginsAtItsRadius() {
    let made = coarsePhantom { $0.centreOffset = SIMD2(0.4e-6, 0.1e-6) }.make(seed: 1)
    for (index, label) in made.labels.labels.enumerated() where label >= 0 {
      let place = SIMD2(made.map.points[index].x, made.map.points[index].y)
      func square(_ nucleus: SIMD2<Double>) -> Double { ((place - nucleus) * (place - nucleus)).sum() }
      #expect(made.nuclei.allSatisfy { square($0) >= square(made.nuclei[label]) })
    }
    for (nucleus, isShell) in zip(made.nuclei, made.isShell) {
      let d = nucleus - made.centre
      #expect(isShell == ((d * d).sum().squareRoot() >= 3e-6))
    }
  }

  @Test func shellAxesLieAtRightAnglesToTheRadiusOfTheirNucleus() {
    let phantom = coarsePhantom {
      $0.shellConcentration = -500
      $0.sectionHeight = 1e-6
      $0.mapToSample = Rotation(bunge: BungeEuler(degrees: 10, 50, 70))
    }
    let made = phantom.make(seed: 1)
    var (sum, count) = (0.0, 0.0)
    for (index, label) in made.labels.labels.enumerated() where label >= 0 && made.isShell[label] {
      let d = made.nuclei[label] - made.centre
      let radius = SIMD3(d.x, d.y, 1e-6)
      let t = (made.map.cAxis(at: index) * radius).sum()
      sum += t * t / (radius * radius).sum()
      count += 1
    }
    // <t²> = 1 / (2 · 500)
    #expect(abs(sum / count - 1e-3) < 3e-4)
  }

  @Test func poresCracksAndNoiseLeaveTheirMarks() {
    let whole = coarsePhantom().make(seed: 1)
    let damaged = coarsePhantom {
      $0.pores = 10
      $0.poreRadius = 0.4e-6
      $0.cracks = 3
      $0.orientationNoise = 0.01
    }.make(seed: 1)
    let indexed = { (made: PhantomSection) in made.map.points.count { $0.status == .indexed } }
    #expect(indexed(damaged) < indexed(whole) - 50)
    #expect(damaged.map.points[0].axisUncertainty == 0.01)
  }
}
