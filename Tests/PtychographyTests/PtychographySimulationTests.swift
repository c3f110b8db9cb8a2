import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct PtychographySimulationTests {
  @Test func theFullExperimentHasThePixelOfItsGeometry() throws {
    let experiment = ParticleExperiment.full()
    // h c/E z/(N p) with the exact constants of the SI.
    let expected = 6.626_070_15e-34 * 299_792_458 / (9700 * 1.602_176_634e-19) * 9.47 / (512 * 55e-6)
    #expect(abs(experiment.objectPixel.height - expected) < 1e-15)
    #expect(String(format: "%.2f", experiment.objectPixel.width * 1e9) == "42.98")
    #expect(experiment.pattern.count == 256 && experiment.angles.count == 600)
    #expect(abs(experiment.angles[599] - .pi * 599 / 600) < 1e-12)
    let reduced = ParticleExperiment.reduced()
    #expect(abs(reduced.objectPixel.height - experiment.objectPixel.height) < 1e-15)
    #expect(reduced.window.rows == 128)
  }

  @Test func scansCoverTheirFieldWithoutARepeat() {
    var generator = SeededGenerator(seed: 1)
    let jittered = ScanPattern.jitteredRaster(rows: 16, columns: 16, step: 1e-6, jitter: 0.3)
      .positions(using: &generator)
    #expect(jittered.count == 256)
    let extent = (jittered.map(\.x).max() ?? 0) - (jittered.map(\.x).min() ?? 0)
    #expect(extent > 15e-6 && extent < 16e-6)
    let spiral = ScanPattern.fermatSpiral(count: 256, step: 1e-6).positions(using: &generator)
    // 256 points of 1 um² fill a disc of 9.03 um radius.
    #expect(abs(hypot(spiral[255].x, spiral[255].y) - 9.0e-6) < 0.1e-6)
    #expect(ScanRegularity(spiral).step > 0.7e-6)
    #expect(ScanRegularity(ScanPattern.raster(rows: 8, columns: 8, step: 1e-6).positions(using: &generator)).isLattice)
    #expect(!ScanRegularity(jittered).isLattice && !ScanRegularity(spiral).isLattice)
  }

  @Test(arguments: [0.02, 0.7, 4, 11, 80, 3e4, 2e6]) func countsHaveMeanAndVarianceOfPhotons(mean: Double) {
    var generator = SeededGenerator(seed: 1)
    let count = 40_000
    let draws = (0..<count).map { _ in generator.poisson(mean: mean) }
    let average = draws.reduce(0, +) / Double(count)
    let variance = draws.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(count)
    #expect(abs(average - mean) < 5 * (mean / Double(count)).squareRoot())
    // The variance's own: (mean + 2 mean²)/n.
    #expect(abs(variance - mean) < 5 * ((mean + 2 * mean * mean) / Double(count)).squareRoot())
    let skew = draws.reduce(0) { $0 + pow($1 - average, 3) } / Double(count) / pow(variance, 1.5)
    #expect(abs(skew - 1 / mean.squareRoot()) < 0.06 + 0.2 / mean.squareRoot())
  }

  /// 32 x 32 windows of a Gaussian probe on a smooth object.
  private func small(modes: Int = 1) -> (PtychographySimulation, ComplexImage) {
    let window = FrameShape(rows: 32, columns: 32)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
    let probes = (0..<modes).map { mode in
      ComplexImage(
        (0..<window.count).map { i in
          let y = Double(i / 32) - 16
          let x = Double(i % 32) - 16
          let radial: Double = exp(-(x * x + y * y) / 30)
          let shape: Double = mode == 0 ? radial : radial * x / 8
          return ComplexFloat(modulus: Float(shape), phase: Float(0.02 * (x * x + y * y)))
        }, shape: window)
    }
    var generator = SeededGenerator(seed: 3)
    let pixel = geometry.objectPixel(for: window).height
    let positions = ScanPattern.jitteredRaster(rows: 6, columns: 6, step: 4 * pixel, jitter: 0.3)
      .positions(using: &generator)
    let simulation = PtychographySimulation(
      geometry: geometry, window: window, probes: probes, positions: positions, photons: 1e6)
    let shape = simulation.objectShape()
    let object = ComplexImage(
      (0..<shape.count).map { i in
        let phase: Double = sin(Double(i / shape.columns) * 0.25) * cos(Double(i % shape.columns) * 0.2)
        return ComplexFloat(modulus: 1, phase: Float(phase))
      }, shape: shape)
    return (simulation, object)
  }

  @Test func noLightIsLostOnTheWay() throws {
    var (simulation, object) = small(modes: 2)
    simulation.isNoisy = false
    let scan = try simulation.run(object: object, seed: 1)
    #expect(abs(scan.probes.reduce(0) { $0 + $1.power } - 1e6) < 10)
    // A pure phase object scatters every photon onto the detector; rounding takes or gives half a count a pixel.
    for index in 0..<scan.count { #expect(abs(scan.data.total(index) - 1e6) < 300) }
  }

  @Test func aFractionOfAPixelEqualsAnObjectThatIsMoved() throws {
    var (simulation, object) = small()
    simulation.isNoisy = false
    func transmission(down: Double, right: Double) -> ComplexImage {
      ComplexImage(
        (0..<object.shape.count).map { i in
          let row = Double(i / object.columns) + down
          let column = Double(i % object.columns) + right
          let phase: Double = sin(row * 0.25) * cos(column * 0.2)
          return ComplexFloat(modulus: 1, phase: Float(phase))
        }, shape: object.shape)
    }
    let pixel = simulation.geometry.objectPixel(for: simulation.window).height
    simulation.positions = [ScanPosition(y: 0.3 * pixel, x: 0.45 * pixel)]
    let moved = try simulation.run(object: transmission(down: 0, right: 0), seed: 1).data.pattern(0)
    simulation.positions = [ScanPosition(y: 0, x: 0)]
    let whole = try simulation.run(object: transmission(down: 0.3, right: 0.45), seed: 1).data.pattern(0)
    let unmoved = try simulation.run(object: transmission(down: 0, right: 0), seed: 1).data.pattern(0)
    func distance(_ a: ScalarImage, _ b: ScalarImage) -> Double {
      zip(a.pixels, b.pixels).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / 1e6
    }
    #expect(distance(moved, whole) < 1e-3, "\(distance(moved, whole))")
    #expect(distance(unmoved, whole) > 1e-2)
  }

  @Test func theSameSeedGivesTheSameCountsOnAnyNumberOfThreads() throws {
    var (simulation, object) = small(modes: 2)
    simulation.positionError = PositionError(random: 1e-8, matrix: [1.01, 0.002, -0.002, 0.99])
    simulation.faults = DetectorFaults(background: 0.2, deadPixels: 5, hotPixels: 3)
    let one = try simulation.run(object: object, seed: 4, item: 2, threads: 1)
    let two = try simulation.run(object: object, seed: 4, item: 2, threads: 2)
    #expect(one.frames == two.frames && one.windows == two.windows)
    #expect(try simulation.run(object: object, seed: 5, item: 2).frames != one.frames)
    #expect(try simulation.run(object: object, seed: 4, item: 3).frames != one.frames)
    #expect(one.truePositions != one.nominalPositions)
  }

  @Test func aDetectorsFaultsAreInTheFramesAndInTheMask() throws {
    var (simulation, object) = small()
    simulation.faults = DetectorFaults(
      background: 1, beamStop: .init(radius: 2), chips: ChipGrid(rows: [.init(first: 20, width: 2)], columns: []),
      deadPixels: 4, hotPixels: 2, saturation: 4095)
    simulation.photons = 4e6
    let scan = try simulation.run(object: object, seed: 1)
    guard case .narrow(let counts) = scan.frames else {
      Issue.record("4095 counts fit two bytes")
      return
    }
    #expect(counts[20 * 32] == .max && counts[21 * 32 + 31] == .max)
    #expect(counts.filter { $0 != .max }.max() ?? 0 <= 4095)
    #expect(scan.mask.pixels.count(where: \.self) == 13 + 64 + 6)
    #expect(counts[16 * 32 + 16] < 12)
    // Corner-centred, the stop is at the corner and not measured.
    #expect(scan.data.pattern(0)[0, 0].isNaN && scan.data.pattern(0)[31, 31].isNaN)
  }

  @Test func whatCannotBeSimulatedIsRefused() {
    let (simulation, object) = small()
    let tooSmall = object.cropped(rows: 0..<40, columns: 0..<40)
    #expect(throws: PtychographyError.self) { try simulation.run(object: tooSmall, seed: 1) }
    var other = simulation
    other.probes = []
    #expect(throws: PtychographyError.self) { try other.run(object: object, seed: 1) }
    other = simulation
    other.probes = [ComplexImage(repeating: .zero, shape: simulation.window)]
    #expect(throws: PtychographyError.self) { try other.run(object: object, seed: 1) }
    other = simulation
    other.photons = .nan
    #expect(throws: PtychographyError.self) { try other.run(object: object, seed: 1) }
    other = simulation
    other.positions = []
    #expect(throws: PtychographyError.self) { try other.run(object: object, seed: 1) }
    other = simulation
    other.geometry.distance = -1
    #expect(throws: PtychographyError.self) { try other.run(object: object, seed: 1) }
  }
}
