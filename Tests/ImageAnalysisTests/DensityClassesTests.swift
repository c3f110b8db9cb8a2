import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@Suite struct DensityClassesTests {
  static func normals(_ count: Int, mean: Double, deviation: Double, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(mean + deviation * generator.normal()) }
  }

  @Test func otsuSeparatesBest() throws {
    var values = Self.normals(900, mean: 0, deviation: 0.3, seed: 1)
    values += Self.normals(300, mean: 2, deviation: 0.4, seed: 2)
    values.append(.nan)
    let (threshold, separability) = try ValueHistogram(values, bins: 4096).otsu
    // From the definition, with each value as a threshold.
    let finite = values.filter { $0.isFinite }.sorted()
    let mean = finite.reduce(0) { $0 + Double($1) } / Double(finite.count)
    let variance = finite.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(finite.count)
    var best = (between: 0.0, low: 0.0, high: 0.0)
    var sum = 0.0
    for cut in 1..<finite.count {
      sum += Double(finite[cut - 1])
      let w = Double(cut) / Double(finite.count)
      let d = sum / Double(cut) - (mean * Double(finite.count) - sum) / Double(finite.count - cut)
      if w * (1 - w) * d * d > best.between {
        best = (w * (1 - w) * d * d, Double(finite[cut - 1]), Double(finite[cut]))
      }
    }
    #expect(threshold > best.low - 2e-3 && threshold < best.high + 2e-3)
    #expect(abs(separability - best.between / variance) < 1e-3)
  }

  @Test func oneClassIsNotTwo() throws {
    let normal = try ValueHistogram(Self.normals(100_000, mean: 1, deviation: 0.5, seed: 3))
    #expect(abs(normal.otsu.separability - 2 / .pi) < 0.01)
    #expect(try DensityClasses(normal).separation < 1.2)
    var generator = SeededGenerator(seed: 4)
    let even = try ValueHistogram((0..<100_000).map { _ in Float(generator.uniform()) })
    #expect(abs(even.otsu.separability - 0.75) < 0.01)
    #expect(try DensityClasses(even).separation < 2)
  }

  @Test func mediansAreNotMovedByEdges() throws {
    var values = Self.normals(50_000, mean: 0, deviation: 0.05, seed: 5)
    values += Self.normals(20_000, mean: 1, deviation: 0.08, seed: 6)
    var generator = SeededGenerator(seed: 7)
    values += (0..<6000).map { _ in Float(generator.uniform()) }
    let classes = try DensityClasses(ValueHistogram(values))
    #expect(abs(classes.lower) < 0.01 && abs(classes.upper - 1) < 0.02)
    #expect(abs(classes.halfLevel - 0.5) < 0.01)
    #expect(abs(classes.lowerDeviation - 0.05) < 0.01 && abs(classes.upperDeviation - 0.08) < 0.015)
    #expect(classes.separation > 5)
  }

  @Test func whatCannotBeToldApartIsRefused() {
    #expect(throws: ImageAnalysisError.self) { try ValueHistogram([Float.nan, .infinity]) }
    #expect(throws: ImageAnalysisError.self) { try DensityClasses(ValueHistogram([Float](repeating: 3, count: 10))) }
  }

  @Test func smoothingIsTheMeanUnderAGaussian() throws {
    let shape = VolumeShape(slices: 9, rows: 8, columns: 37)
    var volume = ScalarVolume(Self.normals(shape.count, mean: 1, deviation: 1, seed: 8), shape: shape)
    volume[4, 4, 20] = .nan
    let fast = try volume.smoothed(deviation: 0.8, threads: 2)
    #expect(try volume.smoothed(deviation: 0.8, threads: 1).voxels.map(\.bitPattern) == fast.voxels.map(\.bitPattern))
    for (s, r, c) in [(0, 0, 0), (4, 4, 19), (8, 7, 36), (3, 5, 22)] {
      var (sum, weight) = (0.0, 0.0)
      for i in max(s - 3, 0)...min(s + 3, 8) {
        for j in max(r - 3, 0)...min(r + 3, 7) {
          for k in max(c - 3, 0)...min(c + 3, 36) where !volume[i, j, k].isNaN {
            let square = Double((i - s) * (i - s) + (j - r) * (j - r) + (k - c) * (k - c))
            let w = exp(-square / (2 * 0.64))
            sum += w * Double(volume[i, j, k])
            weight += w
          }
        }
      }
      #expect(abs(Double(fast[s, r, c]) - sum / weight) < 1e-5)
    }
    #expect(fast[4, 4, 20].isNaN)
    let even = try ScalarVolume(repeating: 2.5, shape: shape).smoothed(deviation: 3, threads: 2)
    #expect(even.voxels.allSatisfy { abs($0 - 2.5) < 1e-5 })
  }
}
