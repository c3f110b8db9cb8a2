import ArrayMath
import Foundation
import ImageAnalysis
import Tomography

/// A simulated scan with known displacements.
struct AlignmentSetting {
  var stack: ProjectionStack
  let truth: [ImageShift]

  /// The reference's test: 180 projections of 128 × 64 pixels.
  init(
    views: Int = 180, shape: FrameShape = FrameShape(rows: 64, columns: 128), jitter: Double = 4, noise: Double = 0.02,
    radius: Double = 24, samples: Int = 2, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var geometry = ProjectionGeometry(
      angles: ProjectionGeometry.halfTurn(views), axisColumn: Double(shape.columns) / 2)
    geometry.displacements = (0..<views).map { _ in
      ImageShift(rows: jitter * (2 * random.uniform() - 1), columns: jitter * (2 * random.uniform() - 1))
    }
    let phantom = EllipsoidPhantom.porousGrain(radius: radius, height: Double(shape.rows) / 2, seed: seed)
    stack = try phantom.projections(geometry, shape: shape, samples: samples, threads: 2)
    truth = geometry.displacements
    let sigma = Float(noise) * (stack.pixels.max() ?? 0)
    for index in stack.pixels.indices { stack.pixels[index] += sigma * Float(random.normal()) }
    stack.geometry.displacements = Array(repeating: ImageShift(rows: 0, columns: 0), count: views)
  }

  /// What displacements miss the truth by, without what is free.
  func errors(_ displacements: [ImageShift], used: [Int]? = nil) -> [ImageShift] {
    AlignmentGauge.removed(
      from: zip(displacements, truth).map { $0 + -$1 }, geometry: stack.geometry, used: used)
  }
}

extension [ImageShift] {
  var rows: Double { (reduce(0) { $0 + $1.rows * $1.rows } / Double(count)).squareRoot() }
  var columns: Double { (reduce(0) { $0 + $1.columns * $1.columns } / Double(count)).squareRoot() }
}
