import ArrayMath
public import Crystallography
import Foundation

/// The forward model: what a screen records of a crystal in an orientation.
///
/// A pixel shows the master pattern along g(R(ray)), with the ray and R of ``KikuchiGeometry`` and the orientation g. Rays
/// are worked out once, so that a pattern costs one look into the master a pixel, in single precision.
public struct PatternSimulator: Sendable {
  public let geometry: KikuchiGeometry
  /// Which pixels electrons reach; the others are 0 in every pattern.
  public let isVisible: [Bool]

  /// Unit rays in the sample's frame, eight pixels together; the last ones repeat.
  private let rays: [Rays]
  private let size: Int
  /// North, then south.
  private let hemispheres: [Float]

  private struct Rays {
    var x = SIMD8<Float>.zero
    var y = SIMD8<Float>.zero
    var z = SIMD8<Float>.zero
  }

  public init(master: MasterPattern, geometry: KikuchiGeometry) {
    self.geometry = geometry
    size = master.size
    hemispheres = master.north + master.south
    let (shape, toSample) = (geometry.shape, geometry.detectorToSample.matrix)
    var rays = [Rays](repeating: Rays(), count: (shape.count + 7) / 8)
    var visible = [Bool](repeating: false, count: shape.count)
    for index in 0..<8 * rays.count {
      let pixel = min(index, shape.count - 1)
      let ray = geometry.ray(row: Double(pixel / shape.columns), column: Double(pixel % shape.columns))
      let direction = SIMD3<Float>(toSample * (ray / (ray * ray).sum().squareRoot()))
      rays[index / 8].x[index % 8] = direction.x
      rays[index / 8].y[index % 8] = direction.y
      rays[index / 8].z[index % 8] = direction.z
      visible[pixel] = geometry.isVisible(SIMD3<Double>(direction))
    }
    (self.rays, isVisible) = (rays, visible)
  }

  /// The diffracted intensity at each pixel in C order, in the unit of the master pattern.
  public func pattern(_ orientation: Rotation) -> [Float] {
    [Float](unsafeUninitializedCapacity: geometry.shape.count) { buffer, count in
      count = geometry.shape.count
      draw(orientation, buffer)
    }
  }

  /// As ``pattern(_:)``, into memory of the caller.
  ///
  /// - Precondition: `pattern` has a place for each pixel.
  public func draw(_ orientation: Rotation, into pattern: inout [Float]) {
    precondition(pattern.count == geometry.shape.count, "a pattern has a place for each pixel")
    pattern.withUnsafeMutableBufferPointer { draw(orientation, $0) }
  }

  private func draw(_ orientation: Rotation, _ pattern: UnsafeMutableBufferPointer<Float>) {
    let count = geometry.shape.count
    let matrix = orientation.matrix
    let (a, b, c) = (SIMD3<Float>(matrix.row1), SIMD3<Float>(matrix.row2), SIMD3<Float>(matrix.row3))
    let half = Float(size - 1) / 2
    let south = Int32(size * size)
    hemispheres.withUnsafeBufferPointer { grid in
      for (block, ray) in rays.enumerated() {
        let x = a.x * ray.x + a.y * ray.y + a.z * ray.z
        let y = b.x * ray.x + b.y * ray.y + b.z * ray.z
        let z = c.x * ray.x + c.y * ray.y + c.z * ray.z
        // The point of the Lambert square, see MasterPattern.point: the larger of |x| and |y| lies along the radius.
        let (ax, ay) = (Self.magnitude(x), Self.magnitude(y))
        let (long, short) = (pointwiseMax(ax, ay), pointwiseMin(ax, ay))
        let radius = pointwiseMax(.zero, 1 - Self.magnitude(z)).squareRoot()
        // At the pole the ratio is 0 over the least number, and the radius 0.
        let other = radius * Self.scaledArctangent(short / pointwiseMax(long, SIMD8(repeating: .leastNormalMagnitude)))
        let steep = ay .> ax
        let px = radius.replacing(with: other, where: steep)
        let py = other.replacing(with: radius, where: steep)
        let column = (px.replacing(with: -px, where: x .< 0) + 1) * half
        let row = (py.replacing(with: -py, where: y .< 0) + 1) * half
        let (i, j) = (Self.cell(column, last: size - 2), Self.cell(row, last: size - 2))
        let (s, t) = (column - i.value, row - j.value)
        let first = j.index &* Int32(size) &+ i.index &+ SIMD8<Int32>.zero.replacing(with: south, where: z .< 0)
        let start = 8 * block
        for lane in 0..<min(8, count - start) {
          let place = Int(first[lane])
          let upper = grid[place] + s[lane] * (grid[place + 1] - grid[place])
          let lower = grid[place + size] + s[lane] * (grid[place + size + 1] - grid[place + size])
          pattern[start + lane] = upper + t[lane] * (lower - upper)
        }
      }
    }
    for pixel in 0..<count where !isVisible[pixel] { pattern[pixel] = 0 }
  }

  /// 4/π atan t for t from 0 to 1, to 2e-6: the odd polynomial of degree 11 that is nearest to the arctangent
  /// (Abramowitz and Stegun, 4.4.49, has one of degree 9).
  @inline(__always)
  private static func scaledArctangent(_ t: SIMD8<Float>) -> SIMD8<Float> {
    let s = t * t
    var sum = SIMD8<Float>(repeating: -0.01172120)
    sum = sum * s + 0.05265332
    sum = sum * s - 0.11643287
    sum = sum * s + 0.19354346
    sum = sum * s - 0.33262347
    sum = sum * s + 0.99997726
    return t * sum * (4 / Float.pi)
  }

  /// The points of the grid at or before places along an axis, at most `last`.
  ///
  /// Adding 1.5 · 2²³ leaves no room for a fraction and puts the integer into the last bits; a place on a point may give
  /// the one before, whose cell ends there.
  @inline(__always)
  private static func cell(_ place: SIMD8<Float>, last: Int) -> (value: SIMD8<Float>, index: SIMD8<Int32>) {
    let magic = SIMD8<Float>(repeating: 0x1.8p23)
    let floor = (place - 0.5) + magic - magic
    let value = pointwiseMin(pointwiseMax(floor, .zero), SIMD8(repeating: Float(last)))
    let bits = unsafeBitCast(value + magic, to: SIMD8<Int32>.self)
    return (value, bits &- unsafeBitCast(magic, to: SIMD8<Int32>.self))
  }

  @inline(__always)
  private static func magnitude(_ v: SIMD8<Float>) -> SIMD8<Float> { v.replacing(with: -v, where: v .< 0) }
}
