import Foundation
import Testing

@testable import Tomography

@Suite struct MountCutTests {
  /// Cross-sections of a sphere of radius 30 about slice 40 on a needle, the mean over each slice.
  static func areas(
    needle: Double, slope: Double = 0, start: Double = 40, sphere: Double = 30, count: Int = 90
  ) -> [Int] {
    let square = sphere * sphere
    let lowest = start + (square - needle * needle).squareRoot()
    return (0..<count).map { slice in
      let parts = (0..<100).map { step -> Double in
        let z = Double(slice) + (Double(step) + 0.5) / 100
        let own = max(square - (z - start) * (z - start), 0)
        let radius = needle + slope * (z - lowest)
        return .pi * (z > lowest ? max(radius * radius, own) : own)
      }
      return Int((parts.reduce(0, +) / 100).rounded())
    }
  }

  @Test(arguments: [(4.0, 0.0), (6, 0), (6, 0.2), (9, 0.1)], [40.0, 40.3, 40.8])
  func keepsTheSphere(needle: (radius: Double, slope: Double), start: Double) throws {
    let areas = Self.areas(needle: needle.radius, slope: needle.slope, start: start)
    let cut = try #require(MountCut.find(areas, rule: .neck)).withCap(areas)
    #expect(cut.kept.lowerBound == 0)
    // A cap of height h has the cross-section 2πRh.
    let height = 1.25 * needle.radius * needle.radius / 60
    let place = Double(cut.kept.upperBound) - (start + 30 - height)
    #expect(place > -1.2 && place < 0.7)
    let volume = Double(areas[cut.kept].reduce(0, +)) + cut.cap
    let truth = 4 / 3 * Double.pi * 27000
    #expect(abs(volume - truth) < 40)
    #expect(abs(volume - truth) < 3 * cut.uncertainty + 10)
    #expect(cut.uncertainty < 60)
    // The same upside down.
    let turned = Array(areas.reversed())
    let other = try #require(MountCut.find(turned, rule: .neck)).withCap(turned)
    #expect(other.kept == 90 - cut.kept.upperBound..<90 && abs(other.cap - cut.cap) < 1e-9)
  }

  /// Displaced views leave three to twelve complete slices of a needle under a large particle: those of the particle's own
  /// end that are narrow too are many more, and the cap is high.
  @Test(arguments: [3, 5, 8, 12])
  func fewSlicesOfTheMountSuffice(complete: Int) throws {
    let areas = Self.areas(needle: 34, slope: 0.1, start: 110.3, sphere: 96, count: 228)
    let contact = Int(110.3 + (96.0 * 96 - 34 * 34).squareRoot())
    let cut = try #require(MountCut.find(areas, rule: .neck, complete: 4..<contact + complete)).withCap(areas)
    let volume = Double(areas[cut.kept].reduce(0, +)) + cut.cap
    let truth = 4 / 3 * Double.pi * 96 * 96 * 96
    #expect(cut.cap > 0)
    #expect(abs(volume / truth - 1) < 2e-4, "\(volume / truth - 1)")
  }

  @Test func whatStandsFreeIsNotCut() {
    var areas = Self.areas(needle: 6)
    for slice in 70..<90 { areas[slice] = 0 }
    #expect(MountCut.find(areas, rule: .neck) == nil)
    #expect(MountCut.find(Self.areas(needle: 6), rule: .none) == nil)
    #expect(MountCut.find([Int](repeating: 0, count: 20), rule: .neck) == nil)
    #expect(MountCut.find([], rule: .neck) == nil)
  }

  @Test func aPlaneCutsWhereItIsPut() throws {
    let areas = Self.areas(needle: 6)
    #expect(try #require(MountCut.find(areas, rule: .below(slice: 60))).kept == 0..<60)
    #expect(try #require(MountCut.find(areas, rule: .above(slice: 30))).kept == 30..<90)
    #expect(try #require(MountCut.find(areas, rule: .below(slice: 200))).kept == 0..<90)
  }
}
