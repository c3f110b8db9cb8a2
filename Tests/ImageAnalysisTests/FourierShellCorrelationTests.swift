import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@Suite struct FourierShellCorrelationTests {
  static func noise(_ shape: VolumeShape, seed: UInt64, deviation: Double = 1) -> ScalarVolume {
    var generator = SeededGenerator(seed: seed)
    return ScalarVolume((0..<shape.count).map { _ in Float(deviation * generator.normal()) }, shape: shape)
  }

  @Test func isTheSumOverShellsOfThePlainTransform() throws {
    let shape = VolumeShape(slices: 16, rows: 16, columns: 16)
    let (a, b) = (Self.noise(shape, seed: 1), Self.noise(shape, seed: 2))
    let sum = ScalarVolume(zip(a.voxels, b.voxels).map { 0.7 * $0 + 0.5 * $1 }, shape: shape)
    var mask = ScalarVolume(repeating: 0, shape: shape)
    for s in 2..<14 { for r in 3..<13 { for c in 2..<12 { mask[s, r, c] = 0.25 * Float(1 + (s + r + c) % 4) } } }
    let found = try FourierShellCorrelation.between(a, sum, mask: mask)
    // From the definition, for three shells.
    func prepared(_ volume: ScalarVolume) -> [Double] {
      let weight = mask.voxels.reduce(0) { $0 + Double($1) }
      let mean = zip(volume.voxels, mask.voxels).reduce(0) { $0 + Double($1.0) * Double($1.1) } / weight
      return zip(volume.voxels, mask.voxels).map { Double($1) * (Double($0) - mean) }
    }
    let (first, second) = (prepared(a), prepared(sum))
    func frequency(_ k: Int) -> Double { Double(k <= 8 ? k : k - 16) }
    for shell in [1, 4, 7] {
      var (cross, firstPower, secondPower) = (0.0, 0.0, 0.0)
      var count = 0
      for i in 0..<16 {
        for j in 0..<16 {
          for k in 0..<16 {
            let (u, v, w) = (frequency(i), frequency(j), frequency(k))
            guard Int((u * u + v * v + w * w).squareRoot().rounded()) == shell else { continue }
            count += 1
            var f = SIMD4<Double>.zero
            for index in first.indices where mask.voxels[index] > 0 {
              let phase =
                -2 * Double.pi * (u * Double(index / 256) + v * Double(index / 16 % 16) + w * Double(index % 16)) / 16
              let (c, s) = (cos(phase), sin(phase))
              f += SIMD4(first[index] * c, first[index] * s, second[index] * c, second[index] * s)
            }
            cross += f.x * f.z + f.y * f.w
            firstPower += f.x * f.x + f.y * f.y
            secondPower += f.z * f.z + f.w * f.w
          }
        }
      }
      #expect(abs(found.shells.correlation[shell] - cross / (firstPower * secondPower).squareRoot()) < 1e-4)
      let squares = mask.voxels.reduce(0) { $0 + Double($1 * $1) }
      let fourths = mask.voxels.reduce(0) { $0 + Double($1 * $1 * $1 * $1) }
      let independent = 0.5 * Double(count) * squares * squares / (4096 * fourths)
      #expect(abs(found.shells.samples[shell] / independent - 1) < 1e-5)
    }
  }

  @Test func signalAndNoiseGiveTheirRatio() throws {
    let shape = VolumeShape(slices: 33, rows: 35, columns: 37)
    let signal = Self.noise(shape, seed: 3)
    func measured(_ seed: UInt64) -> ScalarVolume {
      ScalarVolume(zip(signal.voxels, Self.noise(shape, seed: seed).voxels).map { $0 + $1 }, shape: shape)
    }
    let mask = ScalarVolume(repeating: 1, shape: shape)
    let (a, b) = (measured(4), measured(5))
    let found = try FourierShellCorrelation.between(a, b, mask: mask, views: (50, 51), threads: 2)
    let mean = found.shells.correlation.dropFirst(4).reduce(0, +) / Double(found.shells.correlation.count - 4)
    #expect(abs(mean - 0.5) < 0.02)
    #expect(found.resolution() == nil)
    #expect(found.statement().contains("50 and 51 views, half-bit"))
    #expect(try FourierShellCorrelation.between(a, b, mask: mask, views: (50, 51), threads: 1) == found)
    let nothing = try FourierShellCorrelation.between(Self.noise(shape, seed: 6), Self.noise(shape, seed: 7))
    #expect((nothing.resolution() ?? 0) > 4)
  }

  @Test func noiseBeyondAFrequencyEndsTheResolution() throws {
    let shape = VolumeShape(slices: 48, rows: 48, columns: 48)
    let signal = try Self.noise(shape, seed: 8).smoothed(deviation: 2, threads: 2)
    func measured(_ seed: UInt64) -> ScalarVolume {
      ScalarVolume(
        zip(signal.voxels, Self.noise(shape, seed: seed, deviation: 0.05).voxels).map { $0 + $1 }, shape: shape)
    }
    let found = try FourierShellCorrelation.between(measured(9), measured(10), threads: 2)
    // The power of the signal is exp(−(2πuσ)²), that of the noise 0.0025: the correlation is S/(S + N), 1/4.8 at half a bit's
    // S/N = 0.2071 in the sum, which is half of that in each.
    let frequency = log(1 / (0.1036 * 0.0025)).squareRoot() / (2 * .pi * 2)
    let half = try #require(found.resolution())
    #expect(abs(half * frequency / 0.5 - 1) < 0.08)
    // A voxel that is not known counts in neither.
    var holed = measured(9)
    holed[20, 20, 20] = .nan
    let other = try #require(try FourierShellCorrelation.between(holed, measured(10)).resolution())
    #expect(abs(other - half) < 0.1)
  }

  @Test func aMaskFallsSoftly() throws {
    var body = Volume(repeating: false, shape: VolumeShape(slices: 20, rows: 20, columns: 40))
    body[10, 10, 10] = true
    let mask = try FourierShellCorrelation.softMask(of: body, reach: 3, edge: 8)
    #expect(mask[10, 10, 13] == 1 && abs(mask[10, 10, 17] - 0.5) < 1e-6 && mask[10, 10, 21] == 0)
  }

  @Test func whatDoesNotFitIsRefused() {
    let small = ScalarVolume(repeating: 0, shape: VolumeShape(slices: 8, rows: 20, columns: 20))
    let large = ScalarVolume(repeating: 0, shape: VolumeShape(slices: 20, rows: 20, columns: 20))
    #expect(throws: ImageAnalysisError.self) { try FourierShellCorrelation.between(small, small) }
    #expect(throws: ImageAnalysisError.self) { try FourierShellCorrelation.between(small, large) }
    #expect(throws: ImageAnalysisError.self) { try FourierShellCorrelation.between(large, large, mask: large) }
  }
}
