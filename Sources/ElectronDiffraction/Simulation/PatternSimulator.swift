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

  /// x, y, z of the unit rays in the sample's frame, one plane after the other.
  private let rays: [Float]
  private let size: Int
  /// North, then south.
  private let hemispheres: [Float]

  public init(master: MasterPattern, geometry: KikuchiGeometry) {
    self.geometry = geometry
    size = master.size
    hemispheres = master.north + master.south
    let (shape, toSample) = (geometry.shape, geometry.detectorToSample.matrix)
    var rays = [Float](repeating: 0, count: 3 * shape.count)
    var visible = [Bool](repeating: false, count: shape.count)
    for pixel in 0..<shape.count {
      let ray = geometry.ray(row: Double(pixel / shape.columns), column: Double(pixel % shape.columns))
      let direction = toSample * (ray / (ray * ray).sum().squareRoot())
      for axis in 0..<3 { rays[axis * shape.count + pixel] = Float(direction[axis]) }
      visible[pixel] = geometry.isVisible(direction)
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
    let last = Float(size - 1)
    rays.withUnsafeBufferPointer { rays in
      hemispheres.withUnsafeBufferPointer { grid in
        for pixel in 0..<count {
          let (u, v, w) = (rays[pixel], rays[count + pixel], rays[2 * count + pixel])
          let x = a.x * u + a.y * v + a.z * w
          let y = b.x * u + b.y * v + b.z * w
          let z = c.x * u + c.y * v + c.z * w
          // The point of the Lambert square, see MasterPattern.point: the larger of |x| and |y| lies along the radius.
          let (ax, ay) = (abs(x), abs(y))
          let (long, short) = (max(ax, ay), min(ax, ay))
          let radius = max(0, 1 - abs(z)).squareRoot()
          let ratio = long > 0 ? short / long : 0
          let other = radius * Self.scaledArctangent(ratio)
          let px = ax >= ay ? radius : other
          let py = ax >= ay ? other : radius
          let column = ((x < 0 ? -px : px) + 1) * (last / 2)
          let row = ((y < 0 ? -py : py) + 1) * (last / 2)
          let i = min(max(Int(column), 0), size - 2)
          let j = min(max(Int(row), 0), size - 2)
          let (s, t) = (column - Float(i), row - Float(j))
          let first = j * size + i + (z < 0 ? size * size : 0)
          let upper = grid[first] + s * (grid[first + 1] - grid[first])
          let lower = grid[first + size] + s * (grid[first + size + 1] - grid[first + size])
          pattern[pixel] = upper + t * (lower - upper)
        }
      }
    }
    for pixel in 0..<count where !isVisible[pixel] { pattern[pixel] = 0 }
  }

  /// 4/π atan t for t from 0 to 1, to 2e-6: the odd polynomial of degree 11 that is nearest to the arctangent
  /// (Abramowitz and Stegun, 4.4.49, has one of degree 9).
  @inline(__always)
  private static func scaledArctangent(_ t: Float) -> Float {
    let s = t * t
    var sum: Float = -0.01172120
    sum = sum * s + 0.05265332
    sum = sum * s - 0.11643287
    sum = sum * s + 0.19354346
    sum = sum * s - 0.33262347
    sum = sum * s + 0.99997726
    return t * sum * (4 / .pi)
  }
}
