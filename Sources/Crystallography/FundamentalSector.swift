import Foundation

/// The part of the sphere to which a Laue class brings every direction of a crystal, for example the standard triangle.
///
/// Directions are those of the crystal's Cartesian frame (x along a, z along c*, twofold axes of −3m along a).
public struct FundamentalSector: Sendable, Hashable {
  public let laueClass: LaueClass
  /// Inward unit normals of the great circles that bound it.
  public let normals: [SIMD3<Double>]
  /// Its corners, unit vectors; empty for the hemisphere of −1.
  public let corners: [SIMD3<Double>]
  private let operators: [Matrix3]

  public init(_ laueClass: LaueClass) {
    self.laueClass = laueClass
    operators = RotationGroup(laueClass).rotations.map(\.matrix)
    let z = SIMD3(0.0, 0, 1)
    func equator(_ degrees: Double) -> SIMD3<Double> {
      SIMD3(cos(degrees * .pi / 180), sin(degrees * .pi / 180), 0)
    }
    let cornersOfWedge: (from: Double, to: Double)? =
      switch laueClass {
      case .orthorhombic, .tetragonalLow: (0, 90)
      case .tetragonalHigh: (0, 45)
      case .trigonalLow: (-30, 90)
      case .trigonalHigh: (-30, 30)
      case .hexagonalLow: (0, 60)
      case .hexagonalHigh: (0, 30)
      case .triclinic, .monoclinic, .cubicLow, .cubicHigh: nil
      }
    let (edge, body) = (0.5.squareRoot(), (1.0 / 3).squareRoot())
    if let wedge = cornersOfWedge {
      corners = [z, equator(wedge.from), equator(wedge.to)]
      normals = [z, equator(wedge.from + 90), equator(wedge.to - 90)]
    } else if laueClass == .triclinic {
      (corners, normals) = ([], [z])
    } else if laueClass == .monoclinic {
      // The mirror is across b.
      (corners, normals) = ([equator(0), equator(180)], [z, equator(90)])
    } else if laueClass == .cubicLow {
      corners = [z, SIMD3(edge, 0, edge), SIMD3(body, body, body), SIMD3(0, edge, edge)]
      normals = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(-edge, 0, edge), SIMD3(0, -edge, edge)]
    } else {
      corners = [z, SIMD3(edge, 0, edge), SIMD3(body, body, body)]
      normals = [SIMD3(0, 1, 0), SIMD3(-edge, 0, edge), SIMD3(edge, -edge, 0)]
    }
  }

  /// The equivalent of a direction that lies in the sector; ±v are equivalent in every Laue class.
  public func reduced(_ direction: SIMD3<Double>) -> SIMD3<Double> {
    var (best, depth) = (direction, -Double.infinity)
    for matrix in operators {
      let image = matrix * direction
      var (least, largest) = (Double.infinity, -Double.infinity)
      for normal in normals {
        let height = (normal * image).sum()
        (least, largest) = (min(least, height), max(largest, height))
      }
      // The margin makes ties go to the first, whatever the rounding.
      if least > depth + 1e-12 { (best, depth) = (image, least) }
      if -largest > depth + 1e-12 { (best, depth) = (-image, -largest) }
    }
    return best
  }

  /// Whether a direction lies in the sector or on its border.
  public func contains(_ direction: SIMD3<Double>) -> Bool {
    normals.allSatisfy { ($0 * direction).sum() >= -1e-9 }
  }
}
