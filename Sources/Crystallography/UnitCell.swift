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
  /// The volume as a fraction of that of a right-angled cell, squared.
  private var squaredSkew: Double {
    let (ca, cb, cg) = (cos(alpha), cos(beta), cos(gamma))
    return 1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg
  }

  /// Whether the edges are positive and the angles enclose a volume.
  public var isPossible: Bool {
    let edges = [a, b, c].allSatisfy { $0 > 0 && $0.isFinite }
    let angles = [alpha, beta, gamma].allSatisfy { $0 > 0 && $0 < .pi }
    return edges && angles && squaredSkew > 1e-12
  }

  /// The volume, in cubic metres.
  public var volume: Double { a * b * c * squaredSkew.squareRoot() }
}
