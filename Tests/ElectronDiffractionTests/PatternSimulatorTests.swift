import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct PatternSimulatorTests {
  static func geometry(rows: Int = 61, columns: Int = 75) -> KikuchiGeometry {
    KikuchiGeometry(
      shape: FrameShape(rows: rows, columns: columns), patternCentre: PatternCentre(x: 0.47, y: 0.3, z: 0.6),
      sampleTilt: -.pi / 4, emission: .exit)
  }

  static let master = MasterPattern(size: 101) { v in
    Float(2 + sin(9 * v.x) * cos(7 * v.y) + 0.5 * sin(11 * v.z + v.x))
  }

  static func orientation(_ item: Int) -> Rotation {
    var generator = SeededGenerator(seed: 1, item: item)
    return Rotation(w: generator.normal(), x: generator.normal(), y: generator.normal(), z: generator.normal())
  }

  @Test func aPixelShowsTheMasterAlongItsRay() {
    let geometry = Self.geometry()
    let simulator = PatternSimulator(master: Self.master, geometry: geometry)
    // The pattern that looks along the pole and the folds of the grid as well.
    let turns = (0..<20).map(Self.orientation) + [geometry.detectorToSample.inverse]
    for orientation in turns {
      let pattern = simulator.pattern(orientation)
      var worst = 0.0
      for row in 0..<geometry.shape.rows {
        for column in 0..<geometry.shape.columns {
          let ray = geometry.ray(row: Double(row), column: Double(column))
          let direction = orientation(geometry.detectorToSample(ray))
          worst = max(
            worst, abs(Double(pattern[row * geometry.shape.columns + column]) - Self.master(direction)))
        }
      }
      #expect(worst < 1e-4)
    }
  }

  @Test func pixelsBehindTheSampleAreDark() {
    var geometry = Self.geometry()
    geometry.sampleTilt = 0.3
    geometry.patternCentre.y = 0.5
    let simulator = PatternSimulator(master: Self.master, geometry: geometry)
    let pattern = simulator.recording(.identity, background: .transmission(geometry), noise: .poisson(meanCount: 40))
    #expect(simulator.isVisible.contains(true) && simulator.isVisible.contains(false))
    for (value, visible) in zip(pattern, simulator.isVisible) where !visible { #expect(value == 0) }
    geometry.emission = .entry
    let back = PatternSimulator(master: Self.master, geometry: geometry)
    #expect(zip(simulator.isVisible, back.isVisible).allSatisfy { $0 != $1 })
  }

  @Test func noiseHasTheStatedRatio() {
    let simulator = PatternSimulator(master: Self.master, geometry: Self.geometry())
    for background in [nil, PatternBackground.backscatter] {
      let clean = simulator.recording(Self.orientation(3), background: background)
      let noisy = simulator.recording(
        Self.orientation(3), background: background, noise: .gaussian(signalToNoise: 0.5), seed: 4, item: 9)
      var flat = PatternBackground.backscatter
      flat.contrast = 0
      let smooth = simulator.recording(Self.orientation(3), background: background == nil ? nil : flat)
      let signal =
        background == nil ? Self.deviation(clean) : Self.deviation(zip(clean, smooth).map { $0 - $1 })
      let noise = Self.deviation(zip(noisy, clean).map { $0 - $1 })
      #expect(abs(signal / noise / 0.5 - 1) < 0.05)
    }
  }

  @Test func countsFollowPoisson() {
    let simulator = PatternSimulator(
      master: MasterPattern(size: 3) { _ in 1 }, geometry: Self.geometry(rows: 100, columns: 100))
    for mean in [3.0, 200] {
      let counts = simulator.recording(.identity, noise: .poisson(meanCount: mean))
      let average = counts.reduce(0.0) { $0 + Double($1) } / 10_000
      #expect(counts.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
      #expect(abs(average - mean) < 4 * (mean / 10_000).squareRoot())
      #expect(abs(Self.deviation(counts) * Self.deviation(counts) / mean - 1) < 0.06)
    }
  }

  @Test func seedAndItemFixTheNoise() {
    let simulator = PatternSimulator(master: Self.master, geometry: Self.geometry())
    func recording(_ seed: UInt64, _ item: Int) -> [Float] {
      simulator.recording(.identity, noise: .gaussian(signalToNoise: 1), seed: seed, item: item)
    }
    #expect(recording(1, 5) == recording(1, 5))
    #expect(recording(1, 5) != recording(1, 6))
    #expect(recording(1, 5) != recording(2, 5))
  }

  static func deviation(_ values: [Float]) -> Double {
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    return (values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)).squareRoot()
  }
}
