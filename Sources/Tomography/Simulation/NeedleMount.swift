internal import ArrayMath
internal import Foundation

/// The needle that carries a particle: an upright cone that widens downwards and leaves the field at the bottom, its tip
/// cut off and in touch with the particle from below.
public struct NeedleMount: Sendable, Hashable, Codable {
  /// Where its axis is, along columns and rows of a slice, in metres.
  public var x: Double
  public var y: Double
  /// Height of the flat tip, downwards positive, in metres.
  public var top: Double
  /// Radius of the tip, in metres.
  public var radius: Double
  /// By how much the radius grows for every metre downwards.
  public var slope: Double
  /// Electrons per cubic metre.
  public var electronDensity: Double

  public init(x: Double, y: Double, top: Double, radius: Double, slope: Double, electronDensity: Double) {
    self.x = x
    self.y = y
    self.top = top
    self.radius = radius
    self.slope = slope
    self.electronDensity = electronDensity
  }

  func radius(at z: Double) -> Double { z < top ? 0 : radius + slope * (z - top) }

  /// Adds what a detector sees of the part outside of `envelope`.
  func add(
    to image: UnsafeMutablePointer<Double>, _ view: DetectorView, outside envelope: EllipsoidBody, density: Double,
    samples: Int
  ) {
    let lowest = envelope.centre.z + envelope.reach(SIMD3(0, 0, 1))
    let first = DetectorView.clamped(view.row + top / view.pixel, .infinity, view.shape.rows)
    let middle = dot(SIMD3(x, y, 0), view.right)
    for row in first {
      let line = image + row * view.shape.columns
      for sample in 0..<samples {
        let z = view.z(Double(row) + (Double(sample) + 0.5) / Double(samples))
        let radius = radius(at: z)
        guard radius > 0 else { continue }
        view.addArc(
          to: line, middle: middle, squaredHalfWidth: radius * radius,
          scale: 2 * density / (view.pixel * Double(samples)))
        guard z < lowest else { continue }
        takeOverlap(from: line, view, z, radius, middle, envelope, density / Double(samples))
      }
    }
  }

  /// Takes off the path that a row's rays have in both needle and envelope, the mean of eight rays a pixel.
  private func takeOverlap(
    from line: UnsafeMutablePointer<Double>, _ view: DetectorView, _ z: Double, _ radius: Double, _ middle: Double,
    _ envelope: EllipsoidBody, _ density: Double
  ) {
    let columns = DetectorView.clamped(
      view.column + (middle - radius) / view.pixel, view.column + (middle + radius) / view.pixel,
      view.shape.columns)
    let along = dot(SIMD3(x, y, 0), view.beam)
    for column in columns {
      for ray in 0..<8 {
        let t = view.t(Double(column) + (Double(ray) + 0.5) / 8)
        let square = radius * radius - (t - middle) * (t - middle)
        guard square > 0, let inside = envelope.passage(t * view.right + SIMD3(0, 0, z), along: view.beam)
        else { continue }
        let half = square.squareRoot()
        let both = min(inside.upperBound, along + half) - max(inside.lowerBound, along - half)
        if both > 0 { line[column] -= density * both / 8 }
      }
    }
  }

  /// Adds its density outside of `envelope` to a plane of voxels.
  func add(
    to plane: UnsafeMutablePointer<Double>, slice: Int, _ grid: VoxelGrid, outside envelope: EllipsoidBody,
    density: Double, samples: Int
  ) {
    let share = density / Double(samples * samples)
    for depth in 0..<samples {
      let z = grid.position(Double(slice) + (Double(depth) + 0.5) / Double(samples), grid.centre(0))
      let radius = radius(at: z)
      guard radius > 0 else { continue }
      for row in grid.range(y, reach: radius, grid.centre(1), count: grid.shape.rows) {
        for sample in 0..<samples {
          let place = grid.position(Double(row) + (Double(sample) + 0.5) / Double(samples), grid.centre(1))
          let square = radius * radius - (place - y) * (place - y)
          guard square > 0 else { continue }
          let (first, last) = (x - square.squareRoot(), x + square.squareRoot())
          let line = plane + row * grid.shape.columns
          guard let inside = envelope.passage(SIMD3(0, place, z), along: SIMD3(1, 0, 0)),
            inside.upperBound > first, inside.lowerBound < last
          else {
            grid.addSpan(to: line, first...last, share)
            continue
          }
          if inside.lowerBound > first { grid.addSpan(to: line, first...inside.lowerBound, share) }
          if inside.upperBound < last { grid.addSpan(to: line, inside.upperBound...last, share) }
        }
      }
    }
  }
}
