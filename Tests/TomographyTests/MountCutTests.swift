import Foundation
import Testing

@testable import Tomography

@Suite struct MountCutTests {
  /// Cross-sections of a sphere of radius 30 about slice 40 on a needle, the mean over each slice.
  static func areas(needle: Double, slope: Double = 0, start: Double = 40) -> [Int] {
    let lowest = start + (900 - needle * needle).squareRoot()
    return (0..<90).map { slice in
      let parts = (0..<100).map { step -> Double in
        let z = Double(slice) + (Double(step) + 0.5) / 100
        let own = max(900 - (z - start) * (z - start), 0)
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
    #expect(abs(Double(cut.kept.upperBound) - start - 29.5) < 1.6)
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
