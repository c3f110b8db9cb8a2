import ElectronDiffraction
import Foundation
import Testing

@Suite struct OffCentreOrderTests {
  private let height = 3e-6

  private var phantom: TexturePhantom {
    coarsePhantom {
      $0.transitionRadius = 0
      $0.sectionHeight = height
      $0.grainCount = 800
      $0.sectionRadius = 4e-6
    }
  }

  @Test func theCorrectionGivesTheOrderAboutTheTrueRadius() throws {
    let truth = WatsonDistribution(concentration: phantom.shellConcentration).orderParameter
    var pulls = [Double]()
    for seed in 1...20 {
      let flat = try phantom.make(seed: UInt64(seed)).angles()
      let corrected = try OffCentreOrder(flat, height: height)
      pulls.append((corrected.value - truth) / corrected.uncertainty)
      #expect(corrected.apparent > truth + 0.1)
      let opposite = try OffCentreOrder(flat, height: -height)
      #expect(corrected == opposite)
    }
    let mean = pulls.reduce(0, +) / 20
    #expect(abs(mean) < 0.2 + 2.6 / 20.0.squareRoot())
    #expect(isConsistent(pulls.count { abs($0) < 1 }, of: 20, with: 0.6827))
    let known = try phantom.make(seed: 1).angles(height: height)
    #expect(throws: TextureError.self) { try OffCentreOrder(known, height: height) }
  }

  @Test func theAxesTellOnWhichSideTheSectionLies() throws {
    let angles = try phantom.make(seed: 1).angles(height: height)
    #expect(angles.supportOfSide > 10)
    #expect(abs(angles.reflected.supportOfSide + angles.supportOfSide) < 1e-9)
    let random = try coarsePhantom { $0.shellConcentration = 0 }.make(seed: 1).angles(height: height)
    #expect(abs(random.supportOfSide) < 10)
  }

  @Test func theHeightFollowsFromTheRadii() throws {
    let height = try SectionHeight(
      particleRadius: 5e-6, particleUncertainty: 0.1e-6, sectionRadius: 4e-6, sectionUncertainty: 0.1e-6)
    #expect(abs(height.value - 3e-6) < 1e-15)
    #expect(abs(height.uncertainty - (0.25 + 0.16).squareRoot() * 0.1e-6 / 0.3) < 1e-6 * 1e-6)
    #expect(!height.isAssumed && SectionHeight.assumedCentral.isAssumed)
    #expect(throws: TextureError.self) { try SectionHeight(particleRadius: 4e-6, sectionRadius: 5e-6) }
    let central = try SectionHeight(particleRadius: 5e-6, particleUncertainty: 0.1e-6, sectionRadius: 5e-6)
    #expect(central.value == 0 && central.uncertainty > 0.3e-6 && central.uncertainty < 1e-6)
  }
}
