import Foundation

/// Orientations spread evenly over all that differ under a Laue class.
///
/// A cubic grid in the cubochoric cube of edge π^(2/3) is mapped to the homochoric ball, volume for volume, and from there
/// to rotations, of which those are kept whose angle is the smallest among their equivalents (Roşca, Morawiec and De Graef,
/// Modelling Simul. Mater. Sci. Eng. 22, 075013 (2014)).
public struct OrientationSampling: Sendable {
  /// The symmetries under which orientations are compared.
  public let group: RotationGroup
  /// The orientations.
  public let orientations: [Rotation]
  /// Edge of the cell of rotation vectors that each orientation stands for, in radians: the cube root of its share of the
  /// volume 8π² of all rotations, measured in turns (ω₁, ω₂, ω₃).
  public let spacing: Double

  /// The greatest angle from any orientation to the nearest of the sample, in radians.
  ///
  /// Half the diagonal of a cubic cell is 0.87 of its edge. The map to the ball stretches cells, and where the fundamental
  /// zone cuts the grid neighbours are missing: the worst of half a million orientations under classes from −1 to m−3m lay
  /// at 1.31 of ``spacing``. The mean is 0.51.
  public var coveringRadius: Double { 1.4 * spacing }

  /// - Parameters:
  ///   - laueClass: the symmetry of the crystal.
  ///   - spacing: the wanted ``spacing`` in radians; the grid is at least as fine.
  /// - Precondition: the spacing is positive and at most 1.
  public init(_ laueClass: LaueClass, spacing: Double) {
    precondition(spacing > 0 && spacing <= 1, "orientations are sampled more finely than one radian")
    group = RotationGroup(laueClass)
    // The volume of the turns is 8π²: cells along an edge of the cube are the cube root of their number.
    let half = Int((Foundation.pow(8 * .pi * .pi, 1.0 / 3) / spacing / 2).rounded(.up))
    self.spacing = Foundation.pow(8 * .pi * .pi, 1.0 / 3) / Double(2 * half)
    let edge = Foundation.pow(Double.pi, 2.0 / 3)
    var kept: [Rotation] = []
    // Centres of cells, so that no two points of opposite faces are one rotation.
    for i in 0..<2 * half {
      for j in 0..<2 * half {
        for k in 0..<2 * half {
          let place = (SIMD3(Double(i), Double(j), Double(k)) + 0.5) / Double(2 * half) - 0.5
          let rotation = Self.rotation(cubochoric: place * edge)
          if Self.isSmallest(rotation, group) { kept.append(rotation) }
        }
      }
    }
    orientations = kept
  }

  /// Whether no equivalent rotation has a smaller angle.
  private static func isSmallest(_ rotation: Rotation, _ group: RotationGroup) -> Bool {
    let own = abs(rotation.quaternion.w)
    return !group.rotations.contains { abs(($0.quaternion * rotation.inverse.quaternion).sum()) > own + 1e-12 }
  }

  /// The rotation of a point of the cubochoric cube −π^(2/3)/2 ... π^(2/3)/2.
  static func rotation(cubochoric point: SIMD3<Double>) -> Rotation {
    let ball = homochoric(cubochoric: point)
    let radius = (ball * ball).sum().squareRoot()
    guard radius > 0 else { return .identity }
    return Rotation(axis: ball, angle: angle(homochoric: radius))
  }

  /// The point of the homochoric ball of radius (3π/4)^(1/3) that belongs to one of the cube, volume for volume.
  ///
  /// Each of the six pyramids of the cube goes to a sixth of the ball: scaled, its square layers become areas of the
  /// plane that Lambert's azimuthal projection makes of the spheres.
  static func homochoric(cubochoric point: SIMD3<Double>) -> SIMD3<Double> {
    let size = SIMD3(abs(point.x), abs(point.y), abs(point.z))
    let greatest = size.max()
    guard greatest > 0 else { return .zero }
    // Turned so that the pyramid is the one about z.
    if greatest == size.z { return pyramid(point) }
    if greatest == size.x {
      let p = pyramid(SIMD3(point.y, point.z, point.x))
      return SIMD3(p.z, p.x, p.y)
    }
    let p = pyramid(SIMD3(point.z, point.x, point.y))
    return SIMD3(p.y, p.z, p.x)
  }

  private static func pyramid(_ point: SIMD3<Double>) -> SIMD3<Double> {
    let p = point * Foundation.pow(.pi / 6, 1.0 / 6)
    let height = (6 / Double.pi).squareRoot() * p.z
    let (major, minor) = abs(p.y) <= abs(p.x) ? (p.x, p.y) : (p.y, p.x)
    guard major != 0 else { return SIMD3(0, 0, height) }
    let angle = .pi / 12 * minor / major
    let (c, s) = (cos(angle), sin(angle))
    let factor = (6 / Double.pi).squareRoot() * Foundation.pow(2, 0.25) * major / (2.0.squareRoot() - c).squareRoot()
    let (first, second) = ((2.0.squareRoot() * c - 1) * factor, 2.0.squareRoot() * s * factor)
    let squared = first * first + second * second
    let inner = max(0, 1 - .pi * squared / (24 * p.z * p.z)).squareRoot()
    let drop = (.pi / 24).squareRoot() * squared / p.z
    return abs(p.y) <= abs(p.x)
      ? SIMD3(first * inner, second * inner, height - drop)
      : SIMD3(second * inner, first * inner, height - drop)
  }

  /// The angle ω of h³ = ¾ (ω − sin ω), by Newton's method.
  static func angle(homochoric h: Double) -> Double {
    let target = 4.0 / 3 * h * h * h
    var angle = min(.pi, Foundation.cbrt(6 * target))
    for _ in 0..<20 {
      let slope = 1 - cos(angle)
      guard slope > 0 else { break }
      let step = (angle - sin(angle) - target) / slope
      angle -= step
      if abs(step) < 1e-14 { break }
    }
    return min(max(angle, 0), .pi)
  }
}
