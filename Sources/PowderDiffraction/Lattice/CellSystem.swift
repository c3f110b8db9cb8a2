public import Crystallography
import Foundation

/// An edge or angle of a unit cell.
public enum CellParameter: String, Sendable, Hashable, Codable, CaseIterable {
  case a, b, c, alpha, beta, gamma
}

/// Which edges and angles of a cell the crystal system leaves free, and how the others follow.
///
/// The free parameters are in metres and radians. A rhombohedral crystal on hexagonal axes is ``hexagonal``.
public struct CellSystem: Sendable, Hashable {
  /// The free parameters, in the order of a, b, c, alpha, beta, gamma.
  public let parameters: [CellParameter]
  /// For each of the six the free parameter that it equals, or none where it is fixed.
  private let ties: [Int?]
  /// Values of those that are fixed; zero for the others.
  private let fixed: [Double]

  private init(_ ties: [Int?], angles: [Double]) {
    self.ties = ties
    fixed = [0, 0, 0] + angles
    let all = CellParameter.allCases
    let count = ties.compactMap(\.self).max().map { $0 + 1 } ?? 0
    parameters = (0..<count).map { free in all[ties.firstIndex(of: free) ?? 0] }
  }

  private static let right = Double.pi / 2

  /// a.
  public static let cubic = CellSystem([0, 0, 0, nil, nil, nil], angles: [right, right, right])
  /// a and c, right angles.
  public static let tetragonal = CellSystem([0, 0, 1, nil, nil, nil], angles: [right, right, right])
  /// a and c, 120° between a and b.
  public static let hexagonal = CellSystem([0, 0, 1, nil, nil, nil], angles: [right, right, 2 * .pi / 3])
  /// a and alpha, all edges and angles equal.
  public static let rhombohedral = CellSystem([0, 0, 0, 1, 1, 1], angles: [0, 0, 0])
  /// a, b and c.
  public static let orthorhombic = CellSystem([0, 1, 2, nil, nil, nil], angles: [right, right, right])
  /// a, b, c and beta: unique axis b.
  public static let monoclinic = CellSystem([0, 1, 2, nil, 3, nil], angles: [right, 0, right])
  /// All six.
  public static let triclinic = CellSystem([0, 1, 2, 3, 4, 5], angles: [0, 0, 0])

  /// The system of a space group in the setting of a cell.
  ///
  /// A monoclinic cell whose unique axis is not b is treated as triclinic: no parameter is lost, two more are free.
  public init(_ group: SpaceGroup, cell: UnitCell) {
    switch group.laueClass {
    case .triclinic: self = .triclinic
    case .monoclinic:
      let isAxisB = cell.alpha == Self.right && cell.gamma == Self.right
      self = isAxisB ? .monoclinic : .triclinic
    case .orthorhombic: self = .orthorhombic
    case .tetragonalLow, .tetragonalHigh: self = .tetragonal
    case .trigonalLow, .trigonalHigh:
      let hasHexagonalAxes = abs(cell.gamma - 2 * .pi / 3) < 1e-3 && abs(cell.alpha - Self.right) < 1e-3
      self = hasHexagonalAxes ? .hexagonal : .rhombohedral
    case .hexagonalLow, .hexagonalHigh: self = .hexagonal
    case .cubicLow, .cubicHigh: self = .cubic
    }
  }

  /// The number of free parameters.
  public var count: Int { parameters.count }

  /// The free parameters of a cell, in metres and radians.
  public func values(of cell: UnitCell) -> [Double] {
    let six = [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma]
    return parameters.map { parameter in six[CellParameter.allCases.firstIndex(of: parameter) ?? 0] }
  }

  /// The cell of free parameters; nil where they enclose no volume.
  ///
  /// - Precondition: there are ``count`` values.
  public func cell(_ values: [Double]) -> UnitCell? {
    let six = (0..<6).map { index in ties[index].map { values[$0] } ?? fixed[index] }
    guard
      UnitCell.isPossible(a: six[0], b: six[1], c: six[2], alpha: six[3], beta: six[4], gamma: six[5])
    else { return nil }
    return UnitCell(a: six[0], b: six[1], c: six[2], alpha: six[3], beta: six[4], gamma: six[5])
  }

  /// 1/d² of planes and its derivatives with respect to the free parameters.
  ///
  /// With the metric G and the reciprocal metric G* = G⁻¹, 1/d² = h G* h and dG* = −G* dG G*, so that
  ///
  ///     ∂(1/d²)/∂p = −uᵀ (∂G/∂p) u,  u = G* h.
  ///
  /// - Returns: 1/d² in 1/m² and the derivatives in 1/m³ or 1/(m² rad).
  public func inverseSquareSpacing(
    _ indices: MillerIndices, cell: UnitCell
  ) -> (value: Double, derivatives: [Double]) {
    let g = cell.reciprocalMetric
    let h = indices.vector
    let u = SIMD3(
      g.xx * h.x + g.xy * h.y + g.xz * h.z, g.xy * h.x + g.yy * h.y + g.yz * h.z,
      g.xz * h.x + g.yz * h.y + g.zz * h.z)
    let (ca, cb, cg) = (cos(cell.alpha), cos(cell.beta), cos(cell.gamma))
    let (yz, xz, xy) = (2 * u.y * u.z, 2 * u.x * u.z, 2 * u.x * u.y)
    let six = [
      2 * cell.a * u.x * u.x + xy * cell.b * cg + xz * cell.c * cb,
      2 * cell.b * u.y * u.y + xy * cell.a * cg + yz * cell.c * ca,
      2 * cell.c * u.z * u.z + xz * cell.a * cb + yz * cell.b * ca,
      -yz * cell.b * cell.c * sin(cell.alpha), -xz * cell.a * cell.c * sin(cell.beta),
      -xy * cell.a * cell.b * sin(cell.gamma),
    ]
    var derivatives = [Double](repeating: 0, count: count)
    for index in 0..<6 {
      if let free = ties[index] { derivatives[free] -= six[index] }
    }
    return ((u * h).sum(), derivatives)
  }
}
