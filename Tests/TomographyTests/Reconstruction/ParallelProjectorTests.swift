import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct ParallelProjectorTests {
  static func noise(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed, item: 0)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// Every quadrant and the diagonals, an axis off the middle, displacements along and across rows.
  static func geometry(tilt: Double, sense: RotationSense = .counterclockwise) -> ProjectionGeometry {
    let angles = (0..<16).map { Double($0) * .pi / 8 } + [0.3, 1.2, 2.9, -0.7]
    return ProjectionGeometry(
      angles: angles, axisColumn: 17.3, axisTilt: tilt, sense: sense,
      displacements: angles.indices.map { index in
        ImageShift(rows: 1.7 * sin(Double(index)), columns: 2.3 * cos(Double(3 * index)))
      })
  }

  @Test(arguments: [0, 0.02, -0.4]) func isWhatThePlainOneIs(tilt: Double) throws {
    let extent = VolumeShape(slices: 19, rows: 21, columns: 26)
    let volume = ScalarVolume(Self.noise(extent.count, seed: 1), shape: extent)
    let shape = FrameShape(rows: 20, columns: 35)
    for sense in RotationSense.allCases {
      let geometry = Self.geometry(tilt: tilt, sense: sense)
      let plain = try PlainReconstruction.project(volume, geometry: geometry, shape: shape)
      let fast = try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 2)
      let worst = zip(plain.pixels, fast.pixels).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst < 2e-5)
    }
  }

  @Test(arguments: [0, 0.02, -0.4]) func hasAnExactAdjoint(tilt: Double) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let extent = VolumeShape(slices: 19, rows: 70, columns: 66)
      let shape = FrameShape(rows: 20, columns: 75)
      let geometry = Self.geometry(tilt: tilt)
      let volume = ScalarVolume(Self.noise(extent.count, seed: seed), shape: extent)
      let stack = try ProjectionStack(
        Self.noise(geometry.count * shape.count, seed: seed + 100), shape: shape, geometry: geometry)
      let forward = try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 2)
      let backward = try ParallelProjector().adjoint(stack, shape: extent, threads: 2)
      func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
      let (there, back) = (dot(forward.pixels, stack.pixels), dot(volume.voxels, backward.voxels))
      let scale = (dot(forward.pixels, forward.pixels) * dot(stack.pixels, stack.pixels)).squareRoot()
      #expect(abs(there - back) < 1e-6 * scale)
    }
  }

  @Test func doesNotDependOnThreads() throws {
    let extent = VolumeShape(slices: 37, rows: 40, columns: 40)
    let volume = ScalarVolume(Self.noise(extent.count, seed: 1), shape: extent)
    let shape = FrameShape(rows: 36, columns: 44)
    for tilt in [0, 0.02] {
      let geometry = Self.geometry(tilt: tilt)
      let one = try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 1)
      let many = try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 5)
      #expect(one.pixels == many.pixels)
      let back = try ParallelProjector().adjoint(one, shape: extent, threads: 1)
      #expect(back == (try ParallelProjector().adjoint(one, shape: extent, threads: 5)))
    }
  }

  @Test func aSphereIsSeenAsWhatItIs() throws {
    // A ball of radius 12 px: the longest chord is 24.
    let extent = VolumeShape(slices: 32, rows: 32, columns: 32)
    var volume = ScalarVolume(repeating: 0, shape: extent)
    for slice in 0..<32 {
      for row in 0..<32 {
        for column in 0..<32 {
          let square = [slice, row, column].reduce(0.0) { $0 + pow(Double($1) - 15.5, 2) }
          if square <= 144 { volume[slice, row, column] = 1 }
        }
      }
    }
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(7), axisColumn: 16)
    let stack = try ParallelProjector()(
      volume, geometry: geometry, shape: FrameShape(rows: 32, columns: 32), threads: 1)
    let mass = volume.voxels.reduce(0) { $0 + Double($1) }
    for view in 0..<7 {
      let image = stack.image(view)
      #expect(abs(image.pixels.reduce(0) { $0 + Double($1) } / mass - 1) < 1e-3)
      #expect(abs(image[16, 16] - 24) < 1)
    }
  }
}
