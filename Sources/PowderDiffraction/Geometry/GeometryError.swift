/// Why a detector geometry cannot be expressed in another convention.
public enum GeometryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The plate does not cross the beam downstream, where the convention counts from.
  case noBeamCentre
  /// A length, an angle or a vector is not finite or not of the size it needs.
  case value(String)
  /// The directions of the pixels are not unit vectors at right angles; the cosine between them.
  case skewed(Double)
  /// The stored image is mirrored as seen from the source, which DAWN's rotation cannot express.
  case mirrored

  public var description: String {
    switch self {
    case .noBeamCentre: "the beam does not meet the plate downstream of the sample"
    case .value(let what): what
    case .skewed(let cosine): "the directions of the pixels are not at right angles (cosine \(cosine))"
    case .mirrored: "the stored image is mirrored as seen from the source; flip the frames before the export"
    }
  }
}
