import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct PatternCentreFitTests {
  let degree = Double.pi / 180
  let geometry = OrientationRefinementTests.geometry
  let projector = PatternProjector(
    master: OrientationRefinementTests.master, geometry: OrientationRefinementTests.geometry)

  /// Patterns of a true centre and plane, seen with noise, and starts that are off.
  func scene(
    count: Int, crystals: Int, generator: inout SeededGenerator, centre: PatternCentre, slopes: [SIMD3<Double>],
    coordinates: (Int) -> [Double], ratio: Double = 0
  ) -> (patterns: [CalibrationPattern], truths: [Rotation], starts: [Rotation]) {
    let truths = (0..<crystals).map { _ in generator.rotation() }
    var patterns: [CalibrationPattern] = []
    for index in 0..<count {
      var c = SIMD3(centre.x, centre.y, centre.z)
      for (slope, t) in zip(slopes, coordinates(index)) { c += slope * t }
      let pose = CrystalPose(
        orientation: truths[index % crystals], patternCentre: PatternCentre(x: c.x, y: c.y, z: c.z),
        logAxialRatio: ratio)
      patterns.append(
        CalibrationPattern(
          values: noisy(projector.pattern(pose), signalToNoise: 2, &generator), crystal: index % crystals,
          coordinates: coordinates(index)))
    }
    let starts = truths.map { Rotation(vector: generator.direction() * 0.5 * degree) * $0 }
    return (patterns, truths, starts)
  }

  @Test func findsTheCentreOfAMapWithItsPlane() throws {
    let truth = PatternCentre(x: 0.507, y: 0.296, z: 0.607)
    let slopes = [SIMD3(-0.004, 0, 0), SIMD3(0, -0.003, 0.003)]
    var chi: [Double] = []
    for seed in 1...20 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let (patterns, _, starts) = scene(
        count: 9, crystals: 9, generator: &generator, centre: truth, slopes: slopes,
        coordinates: { [Double($0 % 3 - 1), Double($0 / 3 - 1)] })
      let solution = try #require(
        PatternCentreFit(projector).fit(patterns, orientations: starts, centre: geometry.patternCentre))
      #expect(solution.isConverged)
      let errors = [
        solution.centre.x - truth.x, solution.centre.y - truth.y, solution.centre.z - truth.z,
        solution.slopes[0].x - slopes[0].x, solution.slopes[1].y - slopes[1].y, solution.slopes[1].z - slopes[1].z,
      ]
      let sigma = solution.uncertainties
      for (error, index) in zip(errors, [0, 1, 2, 3, 7, 8]) {
        #expect(sigma[index] < 0.002)
        chi.append(error / sigma[index])
      }
      #expect(solution.centre(at: [1, 0]).x == solution.centre.x + solution.slopes[0].x)
    }
    // 120 standardised errors: the mean of their squares is 1 ± 2.6 · 0.129.
    let square = chi.reduce(0) { $0 + $1 * $1 } / Double(chi.count)
    #expect(abs(square - 1) < 0.34, "\(square)")
  }

  @Test func aMovingScreenGivesItsDistances() throws {
    // One crystal at three distances: the centre drifts and the distance grows in proportion to the travel.
    let truth = PatternCentre(x: 0.495, y: 0.31, z: 0.6)
    let slope = SIMD3(0.004, -0.003, 0.15)
    var generator = SeededGenerator(seed: 5)
    let (patterns, truths, starts) = scene(
      count: 3, crystals: 1, generator: &generator, centre: truth, slopes: [slope], coordinates: { [Double($0)] })
    let solution = try #require(
      PatternCentreFit(projector).fit(
        patterns, orientations: starts, centre: geometry.patternCentre, slopes: [SIMD3(0, 0, 0.14)]))
    let sigma = solution.uncertainties
    for axis in 0..<3 {
      #expect(abs(solution.slopes[0][axis] - slope[axis]) < 4 * sigma[3 + axis])
      #expect(sigma[3 + axis] < 0.003)
    }
    #expect((solution.orientations[0] * truths[0].inverse).angle < 0.3 * degree)
  }

  @Test func nothingToSeeIsNoSolution() {
    let flat = CalibrationPattern(values: [Float](repeating: 1, count: geometry.shape.count), crystal: 0)
    #expect(
      PatternCentreFit(projector).fit([flat], orientations: [.identity], centre: geometry.patternCentre) == nil)
  }
}
