internal import Foundation

/// A body whose projection is known in closed form, in any direction.
///
/// Coordinates are (x, y, z) in metres: y runs down along the rotation axis, x to the right at angle 0 and z along the
/// beam at angle 0.
public struct Ellipsoid: Sendable, Hashable, Codable {
  /// A point or a direction.
  public struct Vector: Sendable, Hashable, Codable {
    public var x: Double
    public var y: Double
    public var z: Double

    public init(x: Double, y: Double, z: Double) {
      self.x = x
      self.y = y
      self.z = z
    }

    func dot(_ other: Vector) -> Double { x * other.x + y * other.y + z * other.z }
    var length: Double { dot(self).squareRoot() }
  }

  public var centre: Vector
  /// Half lengths of the three axes, in metres.
  public var semiAxes: Vector
  /// The directions of the three axes: unit vectors at right angles.
  public var directions: [Vector]
  /// What the body adds to the density of what it lies in: 1 for matter, −1 for a pore in it.
  public var density: Double

  public init(centre: Vector, semiAxes: Vector, directions: [Vector] = Self.upright, density: Double) {
    precondition(directions.count == 3, "an ellipsoid has three axes")
    self.centre = centre
    self.semiAxes = semiAxes
    self.directions = directions
    self.density = density
  }

  /// Along x, y and z.
  public static let upright = [Vector(x: 1, y: 0, z: 0), Vector(x: 0, y: 1, z: 0), Vector(x: 0, y: 0, z: 1)]

  /// In cubic metres.
  public var volume: Double { 4 / 3 * .pi * semiAxes.x * semiAxes.y * semiAxes.z }

  /// Whether a point lies inside; `grown` adds a length to each half axis first.
  public func contains(_ point: Vector, grown: Double = 0) -> Bool {
    let offset = Vector(x: point.x - centre.x, y: point.y - centre.y, z: point.z - centre.z)
    let lengths = [semiAxes.x, semiAxes.y, semiAxes.z]
    var sum = 0.0
    for (direction, length) in zip(directions, lengths) {
      let part = offset.dot(direction) / (length + grown)
      sum += part * part
    }
    return sum <= 1
  }

  /// The body's shadow along the beam.
  ///
  /// With S = Σ aᵢ² eᵢ eᵢᵀ the shadow is the ellipse of S₂ = P S Pᵀ, P the two axes of the detector, and a ray that passes
  /// the shadow's centre at p runs 2 √(det S/det S₂) √(1 − pᵀ S₂⁻¹ p) inside.
  ///
  /// - Parameter angle: of the rotation about y, in radians: a point (x, y, z) falls on column x cos θ + z sin θ.
  func shadow(angle: Double) -> Shadow {
    let right = Vector(x: cos(angle), y: 0, z: sin(angle))
    let lengths = [semiAxes.x, semiAxes.y, semiAxes.z]
    var yy = 0.0
    var xx = 0.0
    var xy = 0.0
    for (direction, length) in zip(directions, lengths) {
      let u = direction.dot(right)
      let v = direction.y
      yy += length * length * v * v
      xx += length * length * u * u
      xy += length * length * u * v
    }
    let determinant = xx * yy - xy * xy
    return Shadow(
      y: centre.y, x: centre.dot(right), halfHeight: yy.squareRoot(), halfWidth: xx.squareRoot(),
      inverse: (yy: xx / determinant, xx: yy / determinant, xy: -xy / determinant),
      chord: 2 * semiAxes.x * semiAxes.y * semiAxes.z / determinant.squareRoot())
  }

  /// An ellipse on the detector and the longest path through the body behind it.
  struct Shadow {
    let y: Double
    let x: Double
    let halfHeight: Double
    let halfWidth: Double
    let inverse: (yy: Double, xx: Double, xy: Double)
    let chord: Double

    /// The path of a ray inside the body, in metres.
    func path(y: Double, x: Double) -> Double {
      let dy = y - self.y
      let dx = x - self.x
      let square = inverse.yy * dy * dy + inverse.xx * dx * dx + 2 * inverse.xy * dy * dx
      return square < 1 ? chord * (1 - square).squareRoot() : 0
    }
  }
}
