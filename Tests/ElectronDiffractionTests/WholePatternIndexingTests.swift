import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct WholePatternIndexingTests {
  @Test func goesFromPatternsToOrientations() throws {
    let degree = Double.pi / 180
    let cell = OrientationRefinementTests.cell
    let geometry = KikuchiGeometry(
      shape: FrameShape(rows: 30, columns: 30), patternCentre: PatternCentre(x: 0.5, y: 0.3, z: 0.6),
      sampleTilt: 45 * degree)
    let projector = PatternProjector(master: OrientationRefinementTests.master, geometry: geometry)
    let sampling = OrientationSampling(.trigonalHigh, spacing: 5 * degree)
    let indexing = WholePatternIndexing(
      dictionary: DictionaryIndexing(projector, orientations: sampling.orientations, components: 150),
      refinement: OrientationRefinement(projector, smoothing: 1.5 * degree),
      symmetry: PseudoSymmetry(reflectors: layered(cell), laueClass: .trigonalHigh))
    var generator = SeededGenerator(seed: 1)
    let truths = (0..<24).map { _ in generator.rotation() }
    var patterns = truths.map { noisy(projector.pattern($0), signalToNoise: 2, &generator) }
    for _ in 0..<4 { patterns.append((0..<projector.count).map { _ in Float(generator.normal()) }) }
    patterns.append([Float](repeating: .nan, count: projector.count))
    let found = try indexing.index(patterns, threads: 2)
    let right = zip(truths, found).count {
      $1.status == .indexed && sampling.group.disorientation($0, $1.orientation) < 1 * degree
    }
    #expect(right >= 23)
    #expect(found[24...].allSatisfy { $0.status == .notIndexed })
    #expect(found[0].covariance.xx > 0 && found[0].confidence > 0)
    let again = try indexing.index(patterns, threads: 1)
    #expect(again.map(\.orientation) == found.map(\.orientation))
    #expect(again.map(\.confidence) == found.map(\.confidence))
  }
}
