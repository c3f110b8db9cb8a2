public import ArrayMath
import Foundation

/// The axes of a crystal in the frame of the particle: x along a, z along c, y completes the right-handed frame.
public struct GrainFrame: Sendable, Hashable {
  /// Of unit length and at right angles.
  public let x: SIMD3<Double>
  public let y: SIMD3<Double>
  public let z: SIMD3<Double>

  /// The axes of the particle themselves.
  public static let identity = GrainFrame(unchecked: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))

  init(unchecked x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// - Parameters:
  ///   - x: along a.
  ///   - y: at right angles to a and c.
  ///   - z: along c.
  /// - Throws: where the axes are not unit vectors at right angles, right-handed, to 10⁻⁶.
  public init(x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>) throws(SectionError) {
    let products = [
      (x * x).sum() - 1, (y * y).sum() - 1, (z * z).sum() - 1, (x * y).sum(), (y * z).sum(), (x * z).sum(),
    ]
    let handed = (cross(x, y) * z).sum() - 1
    let worst = (products + [handed]).map { $0.isNaN ? Double.infinity : abs($0) }.max() ?? 0
    try SectionError.require(
      worst < 1e-6, "the departure of a crystal's axes from a right-handed orthonormal frame", worst, "less than 1e-6")
    self.init(unchecked: x, y, z)
  }

  /// A frame with c along a direction, a turned about it by an angle from an arbitrary start: enough where the crystal is
  /// isotropic across c.
  ///
  /// - Parameters:
  ///   - cAxis: of any length but 0.
  ///   - turn: in radians.
  /// - Precondition: `cAxis` is finite and not zero.
  public init(cAxis: SIMD3<Double>, turn: Double = 0) {
    let length = (cAxis * cAxis).sum().squareRoot()
    precondition(length > 0 && length.isFinite, "a direction has a length")
    let z = cAxis / length
    // The coordinate axis most across c is a safe start.
    let start = abs(z.x) < 0.7 ? SIMD3<Double>(1, 0, 0) : SIMD3(0, 1, 0)
    let projected = start - (start * z).sum() * z
    let first = projected / (projected * projected).sum().squareRoot()
    let second = cross(z, first)
    let x = cos(turn) * first + sin(turn) * second
    self.init(unchecked: x, cross(z, x), z)
  }

  /// A frame drawn evenly from all orientations: a quaternion drawn evenly from the unit sphere (G. Marsaglia, Ann. Math.
  /// Stat. 43 (1972) 645).
  public static func random(using generator: inout SeededGenerator) -> GrainFrame {
    var q = SIMD4<Double>.zero
    var square = 0.0
    repeat {
      q = SIMD4(generator.normal(), generator.normal(), generator.normal(), generator.normal())
      square = (q * q).sum()
    } while square < 1e-12
    q /= square.squareRoot()
    let (a, b, c, d) = (q.x, q.y, q.z, q.w)
    return GrainFrame(
      unchecked: SIMD3(1 - 2 * (c * c + d * d), 2 * (b * c + a * d), 2 * (b * d - a * c)),
      SIMD3(2 * (b * c - a * d), 1 - 2 * (b * b + d * d), 2 * (c * d + a * b)),
      SIMD3(2 * (b * d + a * c), 2 * (c * d - a * b), 1 - 2 * (b * b + c * c)))
  }
}
