import Foundation

/// The edges and angles of a crystal's unit cell.
public struct UnitCell: Sendable, Hashable, Codable {
  /// Edge lengths, in metres.
  public let a, b, c: Double
  /// Angles between b and c, c and a, a and b, in radians.
  public let alpha, beta, gamma: Double

  /// - Precondition: the edges are positive and the angles can be those of a cell; see ``isPossible``.
  public init(a: Double, b: Double, c: Double, alpha: Double, beta: Double, gamma: Double) {
    (self.a, self.b, self.c) = (a, b, c)
    (self.alpha, self.beta, self.gamma) = (alpha, beta, gamma)
    precondition(isPossible, "the edges and angles enclose a volume")
  }
}

extension UnitCell {
  /// Whether edges are positive and angles enclose a volume, so that a cell can be made of them.
  ///
  /// - Parameters:
  ///   - a: edge, in metres; so are `b` and `c`.
  ///   - alpha: angle, in radians; so are `beta` and `gamma`.
  public static func isPossible(
    a: Double, b: Double, c: Double, alpha: Double, beta: Double, gamma: Double
  ) -> Bool {
    let edges = [a, b, c].allSatisfy { $0 > 0 && $0.isFinite }
    let angles = [alpha, beta, gamma].allSatisfy { $0 > 0 && $0 < .pi }
    return edges && angles && squaredSkew(alpha, beta, gamma) > 1e-12
  }

  /// The volume as a fraction of that of a right-angled cell, squared.
  private static func squaredSkew(_ alpha: Double, _ beta: Double, _ gamma: Double) -> Double {
    let (ca, cb, cg) = (cos(alpha), cos(beta), cos(gamma))
    return 1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg
  }

  /// Whether the edges are positive and the angles enclose a volume.
  public var isPossible: Bool { Self.isPossible(a: a, b: b, c: c, alpha: alpha, beta: beta, gamma: gamma) }

  /// The volume, in cubic metres.
  public var volume: Double { a * b * c * Self.squaredSkew(alpha, beta, gamma).squareRoot() }
}
