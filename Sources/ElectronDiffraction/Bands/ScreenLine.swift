import Foundation

/// The geometry of a line on the screen: how its parameters and the plane through it and the source depend on each other.
///
/// With the pattern centre at (X, Y) pixels from the pattern's centre and the screen L pixels away, the line
/// x cos θ + y sin θ = ρ has the gnomonic distance p = (ρ − X cos θ − Y sin θ) / L from the pattern centre, and the plane
/// through it the normal (cos θ, sin θ, −p) / √(1 + p²).
struct ScreenLine: Sendable {
  /// The unit normal of the plane.
  let normal: SIMD3<Double>
  /// Directions in which the normal moves with θ and ρ, at right angles to it and to each other.
  let alongTheta, alongRho: SIMD3<Double>
  /// 1 + p², the change of p with θ, and L in pixels.
  private let stretch, slope, distance: Double

  /// - Parameters:
  ///   - rho: in pixels.
  ///   - halfAngle: half the angle between the band's edges, in radians; the middle of the two hyperbolas, to which a
  ///     transform responds, lies farther from the pattern centre than the plane: by a part of (1 + p²) halfAngle².
  init(theta: Double, rho: Double, halfAngle: Double = 0, centre: ScreenCentre) {
    let (c, s) = (cos(theta), sin(theta))
    let middle = (rho - centre.x * c - centre.y * s) / centre.distance
    let p = middle / (1 + (1 + middle * middle) * halfAngle * halfAngle)
    let length = (1 + p * p).squareRoot()
    normal = SIMD3(c, s, -p) / length
    alongTheta = SIMD3(-s, c, 0)
    alongRho = SIMD3(-p * c, -p * s, -1) / length
    stretch = 1 + p * p
    slope = (centre.x * s - centre.y * c) / centre.distance
    distance = centre.distance
  }

  /// How far the line of a nearby normal lies from this one: the change of θ in radians and of ρ in pixels.
  func offset(to other: SIMD3<Double>) -> SIMD2<Double> {
    let difference = other - normal
    let theta = stretch.squareRoot() * (difference * alongTheta).sum()
    return SIMD2(theta, distance * (stretch * (difference * alongRho).sum() - slope * theta))
  }

  /// Vectors whose products with a change of the normal are the changes of θ and ρ, see ``offset(to:)``.
  var gradients: (theta: SIMD3<Double>, rho: SIMD3<Double>) {
    let theta = stretch.squareRoot() * alongTheta
    return (theta, distance * (stretch * alongRho - slope * theta))
  }
}

/// Where the pattern centre is, in pixels from the middle of the pattern (x to the right, y up), and how far the screen.
struct ScreenCentre: Sendable, Hashable {
  var x, y, distance: Double

  /// - Parameter shape: the pixels of the pattern whose pattern centre is given.
  init(_ centre: PatternCentre, rows: Int, columns: Int) {
    x = Double(columns) * (centre.x - 0.5)
    y = Double(rows) * (0.5 - centre.y)
    distance = Double(rows) * centre.z
  }

  /// Half the width in pixels of a band at the foot of a line, the place of the line nearest to the pattern's centre.
  func halfWidth(theta: Double, rho: Double, halfAngle: Double) -> Double {
    let (c, s) = (cos(theta), sin(theta))
    let (u, v) = ((rho * c - x) / distance, (rho * s - y) / distance)
    let p = u * c + v * s
    return halfAngle * distance * ((1 + p * p) * (1 + u * u + v * v)).squareRoot()
  }

  /// The θ in 0..<π and ρ of the middle of the band of a plane; nil for a plane parallel to the screen.
  func line(normal: SIMD3<Double>, halfAngle: Double = 0) -> (theta: Double, rho: Double)? {
    let planar = (normal.x * normal.x + normal.y * normal.y).squareRoot()
    guard planar > 1e-6 else { return nil }
    var n = normal / planar
    if n.y < 0 || (n.y == 0 && n.x < 0) { n = -n }
    let theta = atan2(n.y, n.x)
    let middle = -n.z * (1 + (1 + n.z * n.z) * halfAngle * halfAngle)
    return (theta < .pi ? theta : 0, middle * distance + x * n.x + y * n.y)
  }
}
