/// A closed surface of triangles.
///
/// Every edge belongs to two triangles that run along it in opposite directions, so that volume and area follow from the
/// divergence theorem. Seen from outside, the corners of a triangle follow each other counterclockwise.
///
/// The frame is that of a model: x along the columns of the volume, z up (against the slices), y away from the source
/// (against the rows); it is right-handed like (column, row, slice), which is turned about x by half a turn.
public struct SurfaceMesh: Sendable, Hashable {
  /// In metres.
  public var vertices: [SIMD3<Double>]
  /// Three indices of vertices each.
  public var triangles: [SIMD3<Int32>]

  public init(vertices: [SIMD3<Double>], triangles: [SIMD3<Int32>]) {
    self.vertices = vertices
    self.triangles = triangles
  }

  /// The area, in m².
  public var area: Double {
    triangles.reduce(0) { sum, triangle in
      let (a, b, c) = corners(triangle)
      let n = Self.cross(b - a, c - a)
      return sum + (n * n).sum().squareRoot() / 2
    }
  }

  /// The volume inside, in m³: ∮ r·n dA / 3. Surfaces that are turned inside out, such as those of pores, count less.
  public var volume: Double {
    guard let origin = vertices.first else { return 0 }
    return triangles.reduce(0) { sum, triangle in
      let (a, b, c) = corners(triangle)
      return sum + ((a - origin) * Self.cross(b - origin, c - origin)).sum() / 6
    }
  }

  /// The smallest and largest coordinates, in metres; nil without vertices.
  public var bounds: (lower: SIMD3<Double>, upper: SIMD3<Double>)? {
    guard let first = vertices.first else { return nil }
    return vertices.reduce((first, first)) {
      (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1))
    }
  }

  /// Whether every edge is run along once in each direction.
  public var isWatertight: Bool {
    var edges: [UInt64] = []
    edges.reserveCapacity(3 * triangles.count)
    // The direction is the lowest bit, so that the two uses of an edge are neighbours once they are sorted.
    func key(_ a: Int32, _ b: Int32) -> UInt64 {
      let (low, high) = (UInt64(UInt32(bitPattern: min(a, b))), UInt64(UInt32(bitPattern: max(a, b))))
      return low << 33 | high << 1 | (a < b ? 0 : 1)
    }
    for t in triangles {
      edges.append(key(t.x, t.y))
      edges.append(key(t.y, t.z))
      edges.append(key(t.z, t.x))
    }
    edges.sort()
    guard edges.count.isMultiple(of: 2) else { return false }
    var index = 0
    // Where more than two triangles meet in an edge, as many run one way as the other.
    while index < edges.count {
      let edge = edges[index] >> 1
      var balance = 0
      while index < edges.count, edges[index] >> 1 == edge {
        balance += edges[index] & 1 == 0 ? 1 : -1
        index += 1
      }
      if balance != 0 { return false }
    }
    return true
  }

  private func corners(_ t: SIMD3<Int32>) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
    (vertices[Int(t.x)], vertices[Int(t.y)], vertices[Int(t.z)])
  }

  private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }
}
