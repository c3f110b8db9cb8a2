import Foundation

/// The intensity of Kikuchi diffraction for every direction of the crystal.
///
/// Both hemispheres lie on square, equal-area Lambert grids (Roşca, New Astron. 15, 504 (2010); Callahan and De Graef,
/// Microsc. Microanal. 19, 1255 (2013)): `size` by `size` points, odd, row-major, columns along x from −1 to 1 and rows
/// along y from −1 to 1 (row 0 is y = −1), the pole of c* in the middle, the equator along the edges.
public struct MasterPattern: Sendable, Hashable {
  /// Points along an edge; odd.
  public let size: Int
  /// The hemisphere of z ≥ 0, `size * size` values.
  public let north: [Float]
  /// The hemisphere of z ≤ 0; equal to the inversion of the north for the patterns of a centrosymmetric crystal.
  public let south: [Float]

  /// - Precondition: `size` is odd and at least 3; both hemispheres have `size * size` values.
  public init(size: Int, north: [Float], south: [Float]) {
    precondition(size >= 3 && size % 2 == 1, "the grid of a hemisphere has a point at its pole")
    precondition(north.count == size * size && south.count == size * size, "a hemisphere fills its grid")
    (self.size, self.north, self.south) = (size, north, south)
  }

  /// A master pattern of a function of unit directions in the crystal's frame.
  public init(size: Int, intensity: (SIMD3<Double>) throws -> Float) rethrows {
    var hemispheres: [[Float]] = [[], []]
    for (index, sign) in [1.0, -1.0].enumerated() {
      for row in 0..<size {
        for column in 0..<size {
          let point = SIMD2(Double(2 * column), Double(2 * row)) / Double(size - 1) - 1
          var direction = Self.direction(point)
          direction.z *= sign
          hemispheres[index].append(try intensity(direction))
        }
      }
    }
    self.init(size: size, north: hemispheres[0], south: hemispheres[1])
  }

  /// The point of the square −1...1 that stands for a direction; z only tells by its size.
  public static func point(_ direction: SIMD3<Double>) -> SIMD2<Double> {
    let length = (direction * direction).sum().squareRoot()
    let radius = max(0, 1 - abs(direction.z) / length).squareRoot()
    let (x, y) = (direction.x, direction.y)
    if x == 0 && y == 0 { return .zero }
    if abs(x) >= abs(y) {
      let edge = x < 0 ? -radius : radius
      return SIMD2(edge, edge * (4 / .pi) * atan(y / x))
    }
    let edge = y < 0 ? -radius : radius
    return SIMD2(edge * (4 / .pi) * atan(x / y), edge)
  }

  /// The unit direction with z ≥ 0 of a point of the square −1...1.
  public static func direction(_ point: SIMD2<Double>) -> SIMD3<Double> {
    let (x, y) = (point.x, point.y)
    let radius = max(abs(x), abs(y))
    if radius == 0 { return SIMD3(0, 0, 1) }
    let z = 1 - radius * radius
    let planar = (1 - z * z).squareRoot()
    if abs(x) >= abs(y) {
      let angle = .pi / 4 * y / x
      let signed = x < 0 ? -planar : planar
      return SIMD3(signed * cos(angle), signed * sin(angle), z)
    }
    let angle = .pi / 4 * x / y
    let signed = y < 0 ? -planar : planar
    return SIMD3(signed * sin(angle), signed * cos(angle), z)
  }

  /// The intensity along a direction in the crystal's frame, of any length, interpolated between four points.
  public func callAsFunction(_ direction: SIMD3<Double>) -> Double {
    let place = (Self.point(direction) + 1) * (Double(size - 1) / 2)
    let column = min(max(Int(place.x), 0), size - 2)
    let row = min(max(Int(place.y), 0), size - 2)
    let (u, v) = (place.x - Double(column), place.y - Double(row))
    let grid = direction.z < 0 ? south : north
    let first = row * size + column
    let upper = Double(grid[first]) * (1 - u) + Double(grid[first + 1]) * u
    let lower = Double(grid[first + size]) * (1 - u) + Double(grid[first + size + 1]) * u
    return upper * (1 - v) + lower * v
  }
}
