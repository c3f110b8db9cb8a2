/// The proper rotations of a Laue class: what maps a crystal onto itself, in its Cartesian frame (x along a, z along c*).
///
/// Diffraction adds an inversion to every crystal, so orientations are compared under these alone.
public struct RotationGroup: Sendable, Hashable {
  /// The Laue class.
  public let laueClass: LaueClass
  /// The rotations, the identity first.
  public let rotations: [Rotation]

  /// The group of a class. Trigonal classes have their twofold axes along a (−3m1), the monoclinic one along b.
  public init(_ laueClass: LaueClass) {
    self.laueClass = laueClass
    let z = SIMD3(0.0, 0, 1)
    let x = SIMD3(1.0, 0, 0)
    let generators: [(axis: SIMD3<Double>, fold: Int)] =
      switch laueClass {
      case .triclinic: []
      case .monoclinic: [(SIMD3(0, 1, 0), 2)]
      case .orthorhombic: [(z, 2), (x, 2)]
      case .tetragonalLow: [(z, 4)]
      case .tetragonalHigh: [(z, 4), (x, 2)]
      case .trigonalLow: [(z, 3)]
      case .trigonalHigh: [(z, 3), (x, 2)]
      case .hexagonalLow: [(z, 6)]
      case .hexagonalHigh: [(z, 6), (x, 2)]
      case .cubicLow: [(z, 2), (SIMD3(1, 1, 1), 3)]
      case .cubicHigh: [(z, 4), (SIMD3(1, 1, 1), 3)]
      }
    var found = [Rotation.identity]
    var index = 0
    let turns = generators.map { Rotation(axis: $0.axis, angle: 2 * .pi / Double($0.fold)) }
    while index < found.count {
      for turn in turns {
        let product = turn * found[index]
        if !found.contains(where: { abs(($0.quaternion * product.quaternion).sum()) > 1 - 1e-9 }) {
          found.append(product)
        }
      }
      index += 1
    }
    rotations = found
  }

  /// The smallest angle between two orientations of crystals that look alike under the group, in radians.
  public func disorientation(_ first: Rotation, _ second: Rotation) -> Double {
    laueClass.disorientation(first, second)
  }
}
