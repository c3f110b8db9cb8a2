import ArrayMath
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct RadonTransformTests {
  let shape = FrameShape(rows: 24, columns: 30)

  /// The filtered transform as its definition says, one pattern and one bin at a time, in double precision.
  private func readable(_ pattern: [Float], _ radon: RadonTransform, filter: BandFilter, thetaTaps: [Float]) -> [Double]
  {
    let used = radon.pixels.map { Double(pattern[Int($0)]) }
    let mean = used.reduce(0, +) / Double(used.count)
    let spread = (used.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(used.count)).squareRoot()
    let values = pattern.map { min(max((Double($0) - mean) / (3.5 * spread), -1), 1) }
    var (sums, counts) = ([Double](repeating: 0, count: radon.bins), [Double](repeating: 0, count: radon.bins))
    for theta in 0..<radon.thetas {
      let angle = .pi * Double(theta) / Double(radon.thetas)
      for index in radon.pixels.map({ Int($0) }) {
        let x = Double(index % shape.columns) - Double(shape.columns - 1) / 2
        let y = Double(shape.rows - 1) / 2 - Double(index / shape.columns)
        for side in [-0.25, 0.25] {
          let place = (x * cos(angle) + y * sin(angle)) / radon.step + side
          let bin = theta * radon.rhos + radon.rhos / 2 + Int(place.rounded())
          sums[bin] += values[index]
          counts[bin] += 1
        }
      }
    }
    func alongRho(_ values: [Double], _ taps: [Float], _ theta: Int, _ rho: Int) -> Double {
      (-(taps.count / 2)...taps.count / 2).reduce(0) { sum, k in
        guard 0..<radon.rhos ~= rho + k else { return sum }
        return sum + Double(taps[k + taps.count / 2]) * values[theta * radon.rhos + rho + k]
      }
    }
    var means = [Double](repeating: 0, count: radon.bins)
    var smoothCounts = means
    for bin in 0..<radon.bins {
      let (theta, rho) = (bin / radon.rhos, bin % radon.rhos)
      smoothCounts[bin] = alongRho(counts, radon.smoothing, theta, rho)
      means[bin] = smoothCounts[bin] > 0 ? alongRho(sums, radon.smoothing, theta, rho) / smoothCounts[bin] : 0
    }
    var blurred = means
    for bin in 0..<radon.bins {
      let (theta, rho) = (bin / radon.rhos, bin % radon.rhos)
      blurred[bin] = (-(thetaTaps.count / 2)...thetaTaps.count / 2).reduce(0) { sum, k in
        let other = theta + k
        let wraps = other < 0 || other >= radon.thetas
        let row = (other + radon.thetas) % radon.thetas
        return sum + Double(thetaTaps[k + thetaTaps.count / 2])
          * means[row * radon.rhos + (wraps ? radon.rhos - 1 - rho : rho)]
      }
    }
    let most = smoothCounts.max() ?? 1
    return (0..<radon.bins).map { bin in
      guard smoothCounts[bin] >= most / 2 else { return 0 }
      return alongRho(blurred, filter.taps, bin / radon.rhos, bin % radon.rhos)
        * (smoothCounts[bin] / most).squareRoot()
    }
  }

  @Test func theKernelsDoWhatTheDefinitionSays() {
    let isUsed = (0..<shape.count).map { $0 % 11 != 3 }
    let radon = RadonTransform(shape: shape, thetas: 36, step: 0.6, isUsed: isUsed)
    let filters = [1.0, 2.0].map { BandFilter(halfWidth: $0, step: radon.step) }
    let thetaTaps = gaussianTaps(sigma: 0.8)
    let workspace = RadonWorkspace(radon: radon, filters: filters, thetaTaps: thetaTaps)
    var generator = SeededGenerator(seed: 1)
    let patterns = (0..<RadonWorkspace.lanes).map { lane in
      (0..<shape.count).map { Float(50 + lane + 4 * ($0 / shape.columns)) + 10 * Float(generator.normal()) }
    }
    for (lane, pattern) in patterns.enumerated() {
      #expect(pattern.withUnsafeBufferPointer { workspace.load($0.baseAddress!, lane: lane) })
    }
    workspace.transform()
    for lane in [0, 7, 31] {
      for (index, filter) in filters.enumerated() {
        let expected = readable(patterns[lane], radon, filter: filter, thetaTaps: thetaTaps)
        let counted = Double(radon.significance.filter { $0 > 0 }.count)
        let scale = (expected.reduce(0) { $0 + $1 * $1 } / counted).squareRoot()
        for bin in stride(from: 0, to: radon.bins, by: 7) where radon.significance[bin] > 0 {
          let (row, place) = (bin / radon.rhos, bin % radon.rhos)
          guard
            let found = workspace.response(
              theta: radon.theta(Double(row)), rho: radon.rho(Double(place) + 1e-9), filter: index, lane: lane)
          else { continue }
          // Steps of 3.5 / 127 of the spread have a standard deviation of 0.008 of it.
          #expect(abs(Double(found) - expected[bin] / scale) < 0.04)
        }
      }
    }
  }

  /// A bright straight band is found at its place, to a fraction of a pixel, at any angle.
  @Test func aBandIsFoundBetweenTheBins() throws {
    let square = FrameShape(rows: 60, columns: 60)
    let isUsed = (0..<square.count).map { index in
      let (x, y) = (Double(index % 60) - 29.5, Double(index / 60) - 29.5)
      return x * x + y * y <= 900
    }
    let radon = RadonTransform(shape: square, thetas: 120, step: 0.7, isUsed: isUsed)
    let workspace = RadonWorkspace(
      radon: radon, filters: [BandFilter(halfWidth: 1.5, step: 0.7)], thetaTaps: gaussianTaps(sigma: 0.8))
    var generator = SeededGenerator(seed: 2)
    var truth: [(theta: Double, rho: Double)] = []
    for lane in 0..<RadonWorkspace.lanes {
      let (theta, rho) = (.pi * generator.uniform(), 30 * (generator.uniform() - 0.5))
      truth.append((theta, rho))
      let pattern = (0..<square.count).map { index in
        let (x, y) = (Double(index % 60) - 29.5, 29.5 - Double(index / 60))
        let d = (x * cos(theta) + y * sin(theta) - rho) / 1.5
        return Float(exp(-d * d / 2))
      }
      _ = pattern.withUnsafeBufferPointer { workspace.load($0.baseAddress!, lane: lane) }
    }
    workspace.transform()
    for (lane, peaks) in workspace.peaks(threshold: 2, dark: false).enumerated() {
      let best = try #require(peaks.max { $0.strength < $1.strength })
      var (theta, rho) = (radon.theta(best.row), radon.rho(best.bin))
      if abs(theta - truth[lane].theta) > .pi / 2 {
        (theta, rho) = (theta + (theta < truth[lane].theta ? .pi : -.pi), -rho)
      }
      #expect(abs(rho - truth[lane].rho) < 0.05)
      #expect(abs(theta - truth[lane].theta) < 0.2 * .pi / 180)
    }
  }

  @Test func nothingIsTakenFromEmptyPatterns() {
    let radon = RadonTransform(shape: shape, thetas: 36, step: 1, isUsed: [Bool](repeating: true, count: shape.count))
    let workspace = RadonWorkspace(
      radon: radon, filters: [BandFilter(halfWidth: 1, step: 1)], thetaTaps: gaussianTaps(sigma: 0.8))
    for value in [Float(0), 7, -3, .nan, .infinity] {
      let pattern = [Float](repeating: value, count: shape.count)
      #expect(!pattern.withUnsafeBufferPointer { workspace.load($0.baseAddress!, lane: 3) })
    }
    workspace.transform()
    #expect(workspace.peaks(threshold: 2, dark: false).allSatisfy { $0.isEmpty })
  }
}
