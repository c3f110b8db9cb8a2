/// What a plane cuts out of a particle: closed polygons.
///
/// Outer boundaries run counterclockwise and those of holes clockwise, with matter on the left. Coordinates are a model's:
/// x to the right, y up.
public struct SectionOutline: Sendable, Hashable {
  /// A plane through a volume.
  public enum Plane: Sendable, Hashable {
    /// Across the axis of rotation, at a place along the slices (slice i covers i...i + 1): x runs along the columns, y
    /// against the rows.
    case horizontal(slice: Double)
    /// Parallel to the axis of rotation, through a place of the slices: x runs from it in the direction of the azimuth
    /// (radians; 0 along the columns, positive towards rising rows), y against the slices.
    case vertical(row: Double, column: Double, azimuth: Double)
  }

  /// Corners in metres, one after another; the last is joined to the first.
  public var polygons: [[SIMD2<Double>]]

  public init(polygons: [[SIMD2<Double>]]) { self.polygons = polygons }

  /// The area inside, holes left out, in m².
  public var area: Double { polygons.reduce(0) { $0 + Self.signedArea($1) } }

  /// The length of all polygons, in metres.
  public var perimeter: Double {
    polygons.reduce(0) { sum, polygon in
      sum + zip(polygon, polygon.dropFirst() + polygon.prefix(1)).reduce(0) { $0 + Self.distance($1.0, $1.1) }
    }
  }

  /// The area of a polygon in m²: positive where it runs counterclockwise.
  public static func signedArea(_ polygon: [SIMD2<Double>]) -> Double {
    guard let origin = polygon.first else { return 0 }
    return zip(polygon, polygon.dropFirst()).reduce(0) { sum, side in
      let (a, b) = (side.0 - origin, side.1 - origin)
      return sum + (a.x * b.y - a.y * b.x) / 2
    }
  }

  private static func distance(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
    let d = b - a
    return (d * d).sum().squareRoot()
  }
}
