import Foundation

extension Rotation {
  /// The axis of the turn, of length 1, on the side from which its angle is 0...π; z for the identity.
  public var axis: SIMD3<Double> {
    let q = quaternion.w < 0 ? -quaternion : quaternion
    let v = SIMD3(q.x, q.y, q.z)
    let length = (v * v).sum().squareRoot()
    return length > 0 ? v / length : SIMD3(0, 0, 1)
  }

  /// The vector along the axis, as long as the angle in radians; what ``init(vector:)`` takes.
  public var vector: SIMD3<Double> { axis * angle }

  /// The vector of Rodrigues and Frank, axis · tan(angle / 2); infinite for a half turn.
  public var rodrigues: SIMD3<Double> {
    SIMD3(quaternion.x, quaternion.y, quaternion.z) / quaternion.w
  }

  /// A rotation from its vector of Rodrigues and Frank.
  ///
  /// - Precondition: the vector is finite: a half turn has none and is made from its axis.
  public init(rodrigues v: SIMD3<Double>) { self.init(w: 1, x: v.x, y: v.y, z: v.z) }

  /// The homochoric vector: along the axis, of length (3/4 (ω − sin ω))^⅓.
  ///
  /// It maps rotations to a ball of radius (3π/4)^⅓ so that equal volumes hold equally many of them (Frank 1988).
  public var homochoric: SIMD3<Double> {
    let turn = angle
    // The difference loses its digits near zero, where ω − sin ω = ω³/6 (1 − ω²/20).
    let difference = turn < 1e-2 ? turn * turn * turn / 6 * (1 - turn * turn / 20) : turn - sin(turn)
    return axis * cbrt(0.75 * difference)
  }

  /// A rotation drawn evenly from all, by the method of Shoemake (Graphics Gems III, 1992).
  public static func random(using generator: inout some RandomNumberGenerator) -> Rotation {
    // Evenly from 0 up to 1, by a rule of its own: that of the standard library may change.
    func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
    let u = uniform()
    let (first, second) = (2 * .pi * uniform(), 2 * .pi * uniform())
    let (r, s) = ((1 - u).squareRoot(), u.squareRoot())
    return Rotation(w: s * cos(second), x: r * sin(first), y: r * cos(first), z: s * sin(second))
  }
}
