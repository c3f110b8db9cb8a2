import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct ExtentTests {
  /// Odd extents, slices larger and smaller than the projections, views far out of sight.
  @Test func anyExtentsGiveNumbers() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed, item: 0)
      let (views, rows) = (Int.random(in: 1...20, using: &generator), Int.random(in: 1...40, using: &generator))
      let (columns, size) = (Int.random(in: 1...90, using: &generator), Int.random(in: 1...150, using: &generator))
      var geometry = ProjectionGeometry(
        angles: (0..<views).map { _ in Double.random(in: -10...10, using: &generator) },
        axisColumn: Double(columns) * Double.random(in: -1...2, using: &generator))
      geometry.axisTilt = seed.isMultiple(of: 3) ? Double.random(in: -0.9...0.9, using: &generator) : 0
      geometry.displacements = (0..<views).map { _ in
        ImageShift(
          rows: Double(rows) * Double.random(in: -2...2, using: &generator),
          columns: Double(columns) * Double.random(in: -2...2, using: &generator))
      }
      let shape = FrameShape(rows: rows, columns: columns)
      var pixels = ParallelProjectorTests.noise(views * shape.count, seed: seed)
      for place in stride(from: 0, to: pixels.count, by: 7) { pixels[place] = .nan }
      let stack = try ProjectionStack(pixels, shape: shape, geometry: geometry)
      var method = FilteredBackProjection(size: size)
      method.edges = seed.isMultiple(of: 2) ? .extended : .zeros
      let volume = try method(stack, threads: 2)
      #expect(!volume.voxels.contains { !$0.isFinite })
      let frugal = try method(stack, threads: 1, memory: method.workingMemory(stack, threads: 1).least)
      #expect(volume == frugal)
      let again = try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 2)
      #expect(!again.pixels.contains { !$0.isFinite })
      let extent = VolumeShape(slices: rows + 3, rows: size, columns: columns)
      let spread = try ParallelProjector().adjoint(stack, shape: extent, threads: 2)
      #expect(!spread.voxels.contains { !$0.isFinite })
    }
  }
}
