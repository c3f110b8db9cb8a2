import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct DictionaryIndexingTests {
  static let degree = Double.pi / 180
  static let geometry = KikuchiGeometry(
    shape: FrameShape(rows: 18, columns: 20), patternCentre: PatternCentre(x: 0.5, y: 0.3, z: 0.6),
    sampleTilt: 45 * degree)
  static let sampling = OrientationSampling(.trigonalHigh, spacing: 6 * degree)
  static let projector = PatternProjector(
    master: OrientationRefinementTests.master, geometry: geometry, mask: .circle(geometry.shape))

  static func patterns(_ count: Int) -> (truths: [Rotation], patterns: [[Float]]) {
    let whole = PatternProjector(master: OrientationRefinementTests.master, geometry: geometry)
    var generator = SeededGenerator(seed: 1)
    let truths = (0..<count).map { _ in generator.rotation() }
    return (truths, truths.map { noisy(whole.pattern($0), signalToNoise: 2, &generator) })
  }

  /// The correlation as it is defined.
  static func correlation(_ a: [Float], _ b: [Float]) -> Double {
    func centred(_ v: [Float]) -> [Double] {
      let mean = v.reduce(0.0) { $0 + Double($1) } / Double(v.count)
      return v.map { Double($0) - mean }
    }
    let (u, v) = (centred(a), centred(b))
    let (uu, vv) = (u.reduce(0) { $0 + $1 * $1 }, v.reduce(0) { $0 + $1 * $1 })
    return zip(u, v).reduce(0) { $0 + $1.0 * $1.1 } / (uu * vv).squareRoot()
  }

  @Test func theBestAreThoseOfBruteForce() {
    let indexing = DictionaryIndexing(Self.projector, orientations: Self.sampling.orientations)
    let (_, patterns) = Self.patterns(7)
    let found = indexing.matches(patterns, best: 5)
    let dictionary = Self.sampling.orientations.map { Self.projector.pattern($0) }
    for (pattern, matches) in zip(patterns, found) {
      let values = Self.projector.mask.values(pattern)
      let all = dictionary.map { Self.correlation(values, $0) }
      let order = all.indices.sorted { all[$0] > all[$1] }
      for rank in 0..<5 {
        #expect(abs(Double(matches[rank].correlation) - all[order[rank]]) < 1e-4)
        #expect(abs(all[matches[rank].index] - all[order[rank]]) < 1e-4)
      }
    }
  }

  @Test func threadsAndBatchesDoNotMatter() {
    let indexing = DictionaryIndexing(Self.projector, orientations: Self.sampling.orientations)
    let (_, patterns) = Self.patterns(20)
    #expect(indexing.matches(patterns, best: 3, threads: 1) == indexing.matches(patterns, best: 3, threads: 3))
  }

  @Test func allComponentsCompareAsAllPixels() {
    let plain = DictionaryIndexing(Self.projector, orientations: Self.sampling.orientations)
    let full = DictionaryIndexing(
      Self.projector, orientations: Self.sampling.orientations, components: Self.projector.count)
    let (_, patterns) = Self.patterns(10)
    for (a, b) in zip(plain.matches(patterns, best: 4), full.matches(patterns, best: 4)) {
      for (x, y) in zip(a, b) { #expect(abs(x.correlation - y.correlation) < 1e-4) }
      #expect(a.first?.index == b.first?.index)
    }
    #expect(abs(full.compressedShare - 1) < 1e-5)
    let few = DictionaryIndexing(Self.projector, orientations: Self.sampling.orientations, components: 40)
    #expect(few.compressedShare > 0.5 && few.compressedShare < 1)
  }

  @Test func thenRefinementFindsTheTruth() throws {
    let indexing = DictionaryIndexing(Self.projector, orientations: Self.sampling.orientations)
    let (truths, patterns) = Self.patterns(20)
    let refinement = OrientationRefinement(Self.projector, smoothing: 2 * Self.degree)
    var right = 0
    for (index, matches) in indexing.matches(patterns, best: 10).enumerated() {
      let refined = matches.compactMap {
        refinement.refine(patterns[index], from: Self.sampling.orientations[$0.index])
      }
      let best = try #require(refined.max { $0.correlation < $1.correlation })
      if Self.sampling.group.disorientation(best.pose.orientation, truths[index]) < 1 * Self.degree { right += 1 }
    }
    #expect(right >= 19)
  }

  @Test func patternsOfNothingMatchNothing() {
    let indexing = DictionaryIndexing(Self.projector, orientations: [.identity])
    let n = Self.geometry.shape.count
    let found = indexing.matches([
      [Float](repeating: 3, count: n), [Float](repeating: .nan, count: n), (0..<n).map { Float($0 % 7) },
    ])
    #expect(found.map(\.count) == [0, 0, 1])
    #expect(indexing.memory(patterns: 1000, best: 20, threads: 2) < 10_000_000)
  }
}
