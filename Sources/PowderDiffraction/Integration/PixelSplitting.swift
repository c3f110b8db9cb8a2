/// How the signal of a pixel is shared between the bins it covers.
public enum PixelSplitting: String, Sendable, Hashable, Codable, CaseIterable {
  /// A pixel belongs to the bin of its centre.
  case none
  /// A pixel is spread evenly over c ± d, where c is the radius of its centre and d the largest distance of a corner's
  /// radius from it. Broadens pixels that stand diagonally to a ring by up to √2.
  case box
  /// A pixel is cut by the edges of the bins as the quadrilateral of its corners in (radius, azimuth).
  case full
}
