import ArrayMath
import ElectronDiffraction
import Foundation
import Testing

@Suite struct PreparedFramesTests {
  let shape = FrameShape(rows: 40, columns: 50)

  /// Ripples, which no background of low degree has.
  private func signal(_ index: Int) -> Float {
    Float(sin(Double(index % shape.columns) * 1.1) * sin(Double(index / shape.columns) * 0.9))
  }

  private func slope(_ index: Int) -> Float {
    let (x, y) = (Float(index % shape.columns) / 50, Float(index / shape.columns) / 40)
    return 100 + 80 * x - 30 * y + 60 * x * y - 40 * y * y
  }

  private func prepared(_ pattern: [Float], _ change: (inout PatternPreparation) -> Void) throws -> [Float] {
    var preparation = PatternPreparation()
    change(&preparation)
    return try PreparedFrames(MemoryFrames(pattern, shape: shape), preparation).floats(frame: 0)
  }

  private func correlation(_ a: [Float], _ b: [Float]) -> Double {
    let (x, y) = (a.map { Double($0) }, b.map { Double($0) })
    let (mx, my) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    let product = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    let (sx, sy) = (x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }, y.reduce(0) { $0 + ($1 - my) * ($1 - my) })
    return product / (sx * sy).squareRoot()
  }

  @Test func aStaticBackgroundIsDividedOrSubtracted() throws {
    let background = (0..<shape.count).map(slope)
    let pattern = (0..<shape.count).map { background[$0] * (2 + signal($0)) }
    let divided = try prepared(pattern) { $0.staticBackground = background }
    #expect(zip(divided, (0..<shape.count).map(signal)).allSatisfy { abs($0 - 2 - $1) < 1e-5 })
    let sum = (0..<shape.count).map { background[$0] + signal($0) }
    let subtracted = try prepared(sum) {
      $0.staticBackground = background
      $0.staticRemoval = .subtract
    }
    #expect(zip(subtracted, (0..<shape.count).map(signal)).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func aPolynomialOfItsDegreeGoesAway() throws {
    let flat = try prepared((0..<shape.count).map(slope)) { $0.polynomialDegree = 2 }
    #expect(flat.allSatisfy { abs($0) < 1e-2 })
    let left = try prepared((0..<shape.count).map { slope($0) + signal($0) }) { $0.polynomialDegree = 2 }
    #expect(correlation(left, (0..<shape.count).map(signal)) > 0.99)
  }

  /// A saturated disc, as of the direct beam, neither bends the background nor stands out.
  @Test func saturatedPixelsDoNotCount() throws {
    let pattern = (0..<shape.count).map { index in
      let (x, y) = (index % shape.columns - 20, index / shape.columns - 10)
      return x * x + y * y < 36 ? 255 : min(slope(index), 254) + signal(index)
    }
    let left = try prepared(pattern) {
      $0.polynomialDegree = 2
      $0.saturation = 255
    }
    #expect(left.allSatisfy { abs($0) < 2 })
  }

  @Test func aGaussianBlurIsTheDynamicBackground() throws {
    let pattern = (0..<shape.count).map { slope($0) + signal($0) }
    for removal in PatternPreparation.Removal.allCases {
      let left = try prepared(pattern) {
        $0.dynamicBlur = 5
        $0.dynamicRemoval = removal
      }
      // The blur of a slope is that slope only three standard deviations from the edges.
      let inner = (0..<shape.count).filter { 15..<35 ~= $0 % shape.columns && 15..<25 ~= $0 / shape.columns }
      #expect(correlation(inner.map { left[$0] }, inner.map(signal)) > 0.9)
    }
  }

  @Test func emptyPatternsBecomeZero() throws {
    let left = try prepared([Float](repeating: .nan, count: shape.count)) { $0.dynamicBlur = 5 }
    #expect(left.allSatisfy { $0 == 0 })
    #expect(throws: PatternPreparationError.otherSize(name: "static background", found: 3, expected: 2000)) {
      try prepared([Float](repeating: 1, count: shape.count)) { $0.staticBackground = [1, 2, 3] }
    }
  }
}

@Suite struct AveragedFramesTests {
  let shape = FrameShape(rows: 20, columns: 20)
  let grid = MapGrid(rows: 6, columns: 8, stepX: 1, stepY: 1)

  /// Two grains side by side, with noise.
  private func map(noise: Double) -> (frames: [Float], clean: [[Float]]) {
    var generator = SeededGenerator(seed: 1)
    let clean = (0..<2).map { _ in (0..<shape.count).map { _ in Float(10 * generator.normal()) } }
    let frames = (0..<grid.count).flatMap { point in
      clean[point % grid.columns < 4 ? 0 : 1].map { $0 + Float(noise * generator.normal()) }
    }
    return (frames, clean)
  }

  private func residual(_ pattern: [Float], _ clean: [Float]) -> Double {
    (zip(pattern, clean).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / Double(clean.count)).squareRoot()
  }

  /// With all of a 3 x 3 neighbourhood of one grain the noise falls to a third; across the boundary nothing mixes.
  @Test func nonLocalMeansStayInsideGrains() throws {
    let (frames, clean) = map(noise: 4)
    let averaged = try AveragedFrames(
      MemoryFrames(frames, shape: shape), grid: grid, averaging: .nonLocal(radius: 1, lambda: 1))
    for (point, grain, neighbours) in [(1 * 8 + 1, 0, 9.0), (2 * 8 + 3, 0, 6), (2 * 8 + 4, 1, 6), (0, 0, 4)] {
      let pattern = try averaged.floats(frame: point)
      let left = residual(pattern, clean[grain])
      // Unequal weights cost a little.
      #expect(left < 1.25 * 4 / neighbours.squareRoot() && left > 0.85 * 4 / neighbours.squareRoot())
    }
  }

  @Test func gaussianMeansBlurBoundaries() throws {
    let (frames, clean) = map(noise: 4)
    let averaged = try AveragedFrames(
      MemoryFrames(frames, shape: shape), grid: grid, averaging: .gaussian(radius: 1))
    let (inside, boundary) = (try averaged.floats(frame: 9), try averaged.floats(frame: 2 * 8 + 3))
    #expect(residual(inside, clean[0]) < 2.6)
    #expect(residual(boundary, clean[0]) > 2.6)
  }

  @Test func withoutNeighboursNothingChanges() throws {
    let (frames, _) = map(noise: 1)
    let source = MemoryFrames(frames, shape: shape)
    for averaging in [NeighbourAveraging.gaussian(radius: 0), .nonLocal(radius: 0, lambda: 1)] {
      let averaged = try AveragedFrames(source, grid: grid, averaging: averaging)
      let (found, expected) = (try averaged.floats(frame: 11), try source.floats(frame: 11))
      #expect(found == expected)
    }
  }
}
