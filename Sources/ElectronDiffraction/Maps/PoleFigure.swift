public import Crystallography
import Foundation

/// How the upper half of the sphere is drawn in a disk of radius 1, z in its middle.
public enum SphereProjection: String, Sendable, Hashable, Codable, CaseIterable {
  /// Lambert's: equal areas stay equal, r = √2 sin(t/2).
  case equalArea
  /// Circles stay circles and angles are kept, r = tan(t/2).
  case stereographic

  /// The place of an axis in the disk; of ±v the one with z ≥ 0 is drawn.
  ///
  /// - Parameter axis: of length 1.
  public func callAsFunction(_ axis: SIMD3<Double>) -> SIMD2<Double> {
    let v = axis.z < 0 ? -axis : axis
    switch self {
    case .equalArea: return SIMD2(v.x, v.y) / (1 + v.z).squareRoot()
    case .stereographic: return SIMD2(v.x, v.y) / (1 + v.z)
    }
  }

  /// The unit vector with z ≥ 0 of a place in the disk.
  public func direction(_ place: SIMD2<Double>) -> SIMD3<Double> {
    let square = (place * place).sum()
    switch self {
    case .equalArea:
      let scale = max(2 - square, 0).squareRoot()
      return SIMD3(place.x * scale, place.y * scale, 1 - square)
    case .stereographic:
      return SIMD3(2 * place.x, 2 * place.y, 1 - square) / (1 + square)
    }
  }
}

extension OrientationMap {
  /// The directions of a crystal direction and all its symmetric equivalents at a point, in the map's frame.
  ///
  /// - Parameters:
  ///   - pole: in the crystal's Cartesian frame, of length 1, for example ``UnitCell/planeNormal(_:)``.
  ///   - index: the point.
  ///   - group: of the point's phase.
  /// - Returns: unit vectors, one of each pair ±v.
  public func poles(_ pole: SIMD3<Double>, at index: Int, group: RotationGroup) -> [SIMD3<Double>] {
    var equivalents: [SIMD3<Double>] = []
    for rotation in group.rotations {
      let image = rotation(pole)
      if !equivalents.contains(where: { abs(($0 * image).sum()) > 1 - 1e-9 }) { equivalents.append(image) }
    }
    let (toSample, toMap) = (points[index].orientation.inverse, mapToSample.inverse)
    return equivalents.map { toMap(toSample($0)) }
  }
}
