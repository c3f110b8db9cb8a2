import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct OrientationRefinementTests {
  static let degree = Double.pi / 180
  static let geometry = KikuchiGeometry(
    shape: FrameShape(rows: 48, columns: 48), patternCentre: PatternCentre(x: 0.5, y: 0.3, z: 0.6),
    sampleTilt: 45 * degree)
  static let cell = UnitCell(hexagonal: 2.872e-10, c: 14.2e-10)
  static let master = bandMaster(size: 301, reflectors: layered(cell), softness: 0.012)

  @Test func findsTheTruthWithItsUncertainty() throws {
    let projector = PatternProjector(master: Self.master, geometry: Self.geometry)
    let refinement = OrientationRefinement(projector)
    var (inside, sum) = (0, 0.0)
    let trials = 300
    for seed in 1...trials {
      var generator = SeededGenerator(seed: UInt64(seed))
      let truth = generator.rotation()
      let pattern = noisy(projector.pattern(truth), signalToNoise: 1, &generator)
      let start = Rotation(vector: generator.direction() * 0.6 * Self.degree) * truth
      let result = try #require(refinement.refine(pattern, from: start))
      let rotation = truth * result.pose.orientation.inverse
      let q = rotation.quaternion
      let turn = 2 * SIMD3(q.x, q.y, q.z) * (q.w < 0 ? -1 : 1)
      let inverse = result.orientationCovariance.inverse
      // 95 % of a chi-squared distribution with three degrees of freedom lie below 7.815.
      let squared = inverse.form(turn)
      sum += squared
      if squared < 7.815 { inside += 1 }
    }
    // The 99 % interval of a binomial count of 300 at 0.95.
    #expect((275...294).contains(inside), "\(inside)")
    // Its mean is 3, with a standard deviation of √6.
    #expect(abs(sum / Double(trials) - 3) < 2.6 * (6.0 / Double(trials)).squareRoot(), "\(sum)")
  }

  @Test func findsTheRatioOfAStretchedCell() throws {
    // Patterns of the charged cell's own bands, refined with the master of the pristine one.
    let charged = UnitCell(hexagonal: 2.819e-10, c: 14.483e-10)
    let truth = log(charged.c / charged.a / (Self.cell.c / Self.cell.a))
    let seen = PatternProjector(
      master: bandMaster(size: 301, reflectors: layered(charged), softness: 0.012), geometry: Self.geometry)
    let refinement = OrientationRefinement(
      PatternProjector(master: Self.master, geometry: Self.geometry), parameters: .axialRatio,
      smoothing: 0.5 * Self.degree)
    var (errors, sigmas): ([Double], [Double]) = ([], [])
    var refined: [RefinedPattern] = []
    let trials = 60
    for seed in 1...trials {
      var generator = SeededGenerator(seed: UInt64(seed))
      let orientation = generator.rotation()
      let pattern = noisy(seen.pattern(orientation), signalToNoise: 1, &generator)
      let start = Rotation(vector: generator.direction() * 0.5 * Self.degree) * orientation
      let result = try #require(refinement.refine(pattern, from: start))
      errors.append(result.pose.logAxialRatio - truth)
      sigmas.append(result.logAxialRatioUncertainty)
      refined.append(result)
    }
    let n = Double(trials)
    let mean = errors.reduce(0, +) / n
    let sigma = (sigmas.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
    #expect(abs(mean) < 0.2 * sigma + 2.6 * sigma / n.squareRoot(), "\(mean) ± \(sigma)")
    #expect(sigma < 0.005)
    let estimate = try #require(AxialRatioEstimate(refined))
    #expect(estimate.patterns > 55 && estimate.uncertainty < 1.5 * sigma / n.squareRoot())
    #expect(abs(estimate.logRatio - truth) < 0.2 * sigma + 2.6 * estimate.uncertainty)
    #expect(AxialRatioEstimate(Array(refined.prefix(1))) == nil)
  }

  @Test func findsOrientationCentreAndRatioTogether() throws {
    let projector = PatternProjector(master: Self.master, geometry: Self.geometry)
    let refinement = OrientationRefinement(
      projector, parameters: [.patternCentre, .axialRatio], smoothing: 0.5 * Self.degree)
    var (inside, trials) = (0, 0)
    for seed in 1...40 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var truth = CrystalPose(generator.rotation(), in: Self.geometry)
      truth.patternCentre.x += 0.004
      truth.patternCentre.z -= 0.005
      truth.logAxialRatio = 0.01
      let pattern = noisy(projector.pattern(truth), signalToNoise: 4, &generator)
      let start = CrystalPose(
        Rotation(vector: generator.direction() * 0.3 * Self.degree) * truth.orientation, in: Self.geometry)
      let result = try #require(refinement.refine(pattern, from: start))
      let sigma = result.patternCentreUncertainty
      let errors = [
        (result.pose.patternCentre.x - truth.patternCentre.x) / sigma.x,
        (result.pose.patternCentre.y - truth.patternCentre.y) / sigma.y,
        (result.pose.patternCentre.z - truth.patternCentre.z) / sigma.z,
        (result.pose.logAxialRatio - truth.logAxialRatio) / result.logAxialRatioUncertainty,
      ]
      trials += errors.count
      inside += errors.count { abs($0) < 1.96 }
    }
    // The 99 % interval of a count of 160 at 0.95 is 145 to 158.
    #expect(trials == 160 && (145...158).contains(inside), "\(inside)")
  }

  @Test func blocksKnowOfCorrelatedResiduals() throws {
    // Noise that four neighbours share hides from the count of pixels; the scatter of blocks sees it.
    let projector = PatternProjector(master: Self.master, geometry: Self.geometry)
    let plain = OrientationRefinement(projector)
    let robust = OrientationRefinement(projector, residuals: .correlated)
    var (independent, correlated, simple) = (0.0, 0.0, 0.0)
    let trials = 150
    for seed in 1...trials {
      var generator = SeededGenerator(seed: UInt64(seed))
      let truth = generator.rotation()
      let clean = noisy(projector.pattern(truth), signalToNoise: 1e6, &generator)
      let columns = Self.geometry.shape.columns
      let coarse = (0..<columns * columns / 4).map { _ in Float(generator.normal()) / 2 }
      let shared = clean.indices.map { clean[$0] + coarse[$0 / columns / 2 * (columns / 2) + $0 % columns / 2] }
      let white = clean.map { $0 + Float(generator.normal()) / 2 }
      func squared(_ refinement: OrientationRefinement, _ pattern: [Float]) throws -> Double {
        let result = try #require(refinement.refine(pattern, from: truth))
        let q = (truth * result.pose.orientation.inverse).quaternion
        let turn = 2 * SIMD3(q.x, q.y, q.z) * (q.w < 0 ? -1 : 1)
        return result.orientationCovariance.inverse.form(turn)
      }
      independent += try squared(robust, white) / Double(trials)
      correlated += try squared(robust, shared) / Double(trials)
      simple += try squared(plain, shared) / Double(trials)
    }
    // The mean is 3 for true covariances; one from a hundred blocks scatters, which raises it, and what two blocks share
    // is left out.
    #expect(independent > 2.5 && independent < 4, "\(independent)")
    #expect(correlated < 5 && simple > 1.4 * correlated, "\(correlated) \(simple)")
  }

  @Test func hopelessPatternsGiveNothing() {
    let projector = PatternProjector(master: Self.master, geometry: Self.geometry)
    let refinement = OrientationRefinement(projector)
    let n = Self.geometry.shape.count
    #expect(refinement.refine([Float](repeating: 7, count: n), from: .identity) == nil)
    #expect(refinement.refine([Float](repeating: .nan, count: n), from: .identity) == nil)
    #expect(refinement.refine(projector.pattern(.identity).map { -$0 }, from: .identity) == nil)
  }

  @Test func theSumsAreThoseOfTheEquations() {
    // The plain twin: centred vectors, the gain by division, the matrix by its definition.
    let projector = PatternProjector(master: Self.master, geometry: Self.geometry)
    var generator = SeededGenerator(seed: 9)
    let pose = CrystalPose(generator.rotation(), in: Self.geometry)
    let pattern = OrientationRefinement.normalised(
      noisy(projector.pattern(pose.moved(turn: SIMD3(0.004, -0.003, 0.002))), signalToNoise: 2, &generator))
    let n = projector.count
    var planes = [Float](repeating: 0, count: PatternProjector.planes * n)
    planes.withUnsafeMutableBufferPointer {
      projector.derivatives(pose, pixels: 0..<n, into: $0.baseAddress!, stride: n)
    }
    func centred(_ values: ArraySlice<Float>) -> [Double] {
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      return values.map { Double($0) - mean }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (y, p) = (centred(pattern[...]), centred(planes[0..<n]))
    let slopes = (1..<8).map { centred(planes[$0 * n..<($0 + 1) * n]) }
    let sums = PatternSums(projector, pattern: pattern, pose: pose, unknowns: 7)
    let gain = dot(p, y) / dot(p, p)
    #expect(abs(sums.gain / gain - 1) < 1e-4)
    #expect(abs(sums.correlation - dot(p, y) / (dot(p, p) * dot(y, y)).squareRoot()) < 1e-5)
    let equations = sums.equations(Array(0..<7))
    for i in 0..<7 {
      for j in 0..<7 {
        let expected = dot(slopes[i], slopes[j]) - dot(slopes[i], p) * dot(slopes[j], p) / dot(p, p)
        let scale = (dot(slopes[i], slopes[i]) * dot(slopes[j], slopes[j])).squareRoot()
        #expect(abs(equations[i, j] - expected) < 1e-4 * scale)
      }
      let expected = dot(slopes[i], y) - gain * dot(slopes[i], p)
      #expect(abs(equations.right[i] - expected) < 1e-4 * (dot(slopes[i], slopes[i]) * dot(y, y)).squareRoot())
    }
  }
}

/// Bands of a layered oxide by the |F| of its table, the strongest and those that break its pseudo-symmetry.
func layered(_ cell: UnitCell) -> [Reflector] {
  let table: [(Int, Int, Int, Double)] = [
    (1, 0, 4, 17.1), (0, 0, 3, 12.1), (1, 1, 0, 11.8), (0, 1, 8, 11.5), (0, 2, 4, 9.0), (0, 0, 12, 8.5),
    (1, 0, 7, 7.7), (1, 0, 1, 7.7), (2, 0, 8, 7.1), (0, 1, 11, 6.1), (2, 1, 4, 6.0), (1, 1, 3, 5.8),
    (1, 1, 12, 5.7), (0, 1, 5, 4.9), (0, 2, 7, 4.9),
  ]
  let turns = RotationGroup(.trigonalHigh).rotations
  return table.map { h, k, l, amplitude in
    let indices = MillerIndices(h, k, l)
    let normal = cell.planeNormal(indices)
    var poles: [SIMD3<Double>] = []
    for turn in turns {
      let image = turn(normal)
      if !poles.contains(where: { abs(($0 * image).sum()) > 1 - 1e-9 }) { poles.append(image) }
    }
    return Reflector(indices: indices, poles: poles, dSpacing: cell.dSpacing(indices), amplitude: amplitude)
  }
}
