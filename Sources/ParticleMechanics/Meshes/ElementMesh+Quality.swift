import Foundation

extension ElementMesh {
  /// The smallest angle between the straight lines through the corners of the triangles of a section, in radians.
  public var smallestAngle: Double {
    var smallest = Double.pi
    let count = shape.nodeCount
    let corners = shape == .quadrilateral9 ? 4 : 3
    for element in 0..<elementCount {
      for corner in 0..<corners {
        let p = position(Int(elements[count * element + corner]))
        let u = position(Int(elements[count * element + (corner + 1) % corners])) - p
        let v = position(Int(elements[count * element + (corner + corners - 1) % corners])) - p
        smallest = min(smallest, acos((u * v).sum() / ((u * u).sum() * (v * v).sum()).squareRoot()))
      }
    }
    return smallest
  }

  /// The smallest Jacobian determinant over that of a straight element of the same corners, at the nodes of the six-node
  /// triangles of a section: more than 0 where every element is oriented positively.
  public var smallestRelativeJacobian: Double {
    guard shape == .triangle6 || shape == .triangle3 else { return .nan }
    var smallest = Double.infinity
    let count = shape.nodeCount
    let places: [SIMD2<Double>] = [
      SIMD2(0, 0), SIMD2(1, 0), SIMD2(0, 1), SIMD2(0.5, 0), SIMD2(0.5, 0.5), SIMD2(0, 0.5), SIMD2(1, 1) / 3,
    ]
    for element in 0..<elementCount {
      let p = (0..<count).map { position(Int(elements[count * element + $0])) }
      let (a, b) = (p[1] - p[0], p[2] - p[0])
      let straight = a.x * b.y - a.y * b.x
      guard straight > 0 else { return straight == 0 ? 0 : -1 }
      guard count == 6 else {
        smallest = min(smallest, 1)
        continue
      }
      for place in places {
        let (x, y) = (place.x, place.y)
        let l = 1 - x - y
        let alongX = [1 - 4 * l, 4 * x - 1, 0, 4 * (l - x), 4 * y, -4 * y]
        let alongY = [1 - 4 * l, 0, 4 * y - 1, -4 * x, 4 * x, 4 * (l - y)]
        var (u, v) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
        for node in 0..<6 {
          u += alongX[node] * p[node]
          v += alongY[node] * p[node]
        }
        smallest = min(smallest, (u.x * v.y - u.y * v.x) / straight)
      }
    }
    return smallest
  }
}
