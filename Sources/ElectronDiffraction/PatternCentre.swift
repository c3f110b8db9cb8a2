/// Where the perpendicular from the lit point of the sample meets the screen, and how far the screen is.
///
/// Kept in Bruker's convention: ``x`` from the left edge in widths of the screen, ``y`` from the upper edge in heights,
/// ``z`` the distance in heights; seen from the screen towards the sample. It may lie outside the screen.
public struct PatternCentre: Sendable, Hashable, Codable {
  public var x, y, z: Double

  /// A centre in Bruker's convention.
  public init(x: Double, y: Double, z: Double) { (self.x, self.y, self.z) = (x, y, z) }
}
