import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct BandOrientationTests {
  let degree = Double.pi / 180
  let centre = ScreenCentre(PatternCentre(x: 0.42, y: 0.22, z: 0.5), shape: FrameShape(rows: 60, columns: 60))

  /// The line of a plane and the normal of a line are inverse to each other, with and without a width.
  @Test func linesAndNormalsBelongTogether() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let theta = .pi * generator.uniform()
      let rho = 50 * (generator.uniform() - 0.5)
      for halfAngle in [0, 0.04] {
        let line = ScreenLine(theta: theta, rho: rho, halfAngle: halfAngle, centre: centre)
        #expect(abs((line.normal * line.normal).sum() - 1) < 1e-12)
        let back = try #require(centre.line(normal: -line.normal, halfAngle: halfAngle))
        // The correction is of second order in the half angle, so its inverse is good to the fourth.
        #expect(abs(back.theta - theta) < 1e-9 && abs(back.rho - rho) < (halfAngle == 0 ? 1e-9 : 0.01))
      }
    }
  }

  /// The middle between the two edges of a band, where they cross the perpendicular of its line, is where ``ScreenLine``
  /// expects it: edges are the directions at an angle ± halfAngle from the plane.
  @Test func theMiddleOfAWideBandIsCorrected() {
    for p in [-0.9, -0.3, 0, 0.5, 1.1] {
      for along in [0, 0.4] {
        let halfAngle = 0.04
        let normal = SIMD3(1, 0, -p) / (1 + p * p).squareRoot()
        // Edges at (x, along, 1) with normal·v = ± sin(halfAngle) |v|, by bisection.
        func edge(_ sign: Double) -> Double {
          var (low, high) = sign > 0 ? (p, p + 1) : (p - 1, p)
          for _ in 0..<60 {
            let x = (low + high) / 2
            let v = SIMD3(x, along, 1)
            let angle = asin((normal * v).sum() / (v * v).sum().squareRoot())
            if (angle < sign * halfAngle) == true { low = x } else { high = x }
          }
          return low
        }
        let middle = (edge(1) + edge(-1)) / 2
        let centre = ScreenCentre(PatternCentre(x: 0.5, y: 0.5, z: 1), shape: FrameShape(rows: 100, columns: 100))
        let line = ScreenLine(theta: 0, rho: 100 * middle, halfAngle: halfAngle, centre: centre)
        #expect(abs((line.normal - normal).x) < 2e-5)
      }
    }
  }

  /// Lines scattered with a shape that the fit knows and a size that it does not: the truth lies in the region of 95 %.
  @Test(arguments: [UInt64(1), 2]) func theCovarianceCovers(seed: UInt64) throws {
    let pairs = PolePairs(phase: try nickelPhase(), wavelength: 8.6e-12)
    var generator = SeededGenerator(seed: seed)
    var inside = 0
    for _ in 0..<1000 {
      let truth = Rotation(
        w: generator.normal(), x: generator.normal(), y: generator.normal(), z: generator.normal())
      let back = truth.matrix.transposed
      var lines: [MeasuredLine] = []
      for (index, pole) in pairs.poles.enumerated() {
        guard let line = centre.line(normal: back * pole.normal, halfAngle: pole.halfAngle), abs(line.rho) < 26 else {
          continue
        }
        let sigma = 0.2 * (0.5 + generator.uniform())
        // A pair of Student's distribution of five degrees of freedom, as ``fitOrientation`` takes lines to have.
        let square = (0..<5).reduce(0.0) { sum, _ in
          let deviate = generator.normal()
          return sum + deviate * deviate
        }
        let tail = sigma / (square / 5).squareRoot()
        lines.append(
          MeasuredLine(
            theta: line.theta + 0.05 * tail * generator.normal(), rho: line.rho + tail * generator.normal(),
            sigmaTheta: 0.05 * sigma, sigmaRho: sigma, pole: index))
      }
      let turned = Rotation(vector: SIMD3(0.01, -0.02, 0.01)) * truth
      let found = try #require(pairs.fitOrientation(start: turned, lines: lines, centre: centre))
      let pattern = IndexedPattern(
        phase: 0, orientation: found.rotation, status: .indexed, fit: found.fit, confidence: 1, quality: 1,
        bands: lines.count, covariance: found.covariance, degreesOfFreedom: found.degreesOfFreedom)
      let square = pattern.squaredDistance(to: truth, group: RotationGroup(.triclinic))
      if square < pattern.regionLimit(probability: 0.95) { inside += 1 }
    }
    // The 99 % interval of binomial counts of 1000.
    #expect(932...967 ~= inside)
  }
}

func nickelPhase() throws -> IndexingPhase {
  let cell = UnitCell(a: 3.5236e-10, b: 3.5236e-10, c: 3.5236e-10, alpha: .pi / 2, beta: .pi / 2, gamma: .pi / 2)
  let group = try SpaceGroup(number: 225)
  let families = [
    (MillerIndices(1, 1, 1), 1.0), (MillerIndices(2, 0, 0), 0.85), (MillerIndices(2, 2, 0), 0.6),
    (MillerIndices(3, 1, 1), 0.5),
  ]
  return IndexingPhase(
    name: "Ni", cell: cell, laueClass: .cubicHigh,
    reflectors: families.map { Reflector($0.0, cell: cell, spaceGroup: group, amplitude: $0.1) })
}
