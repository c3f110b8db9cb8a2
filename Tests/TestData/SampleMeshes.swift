import Foundation
public import ParticleMechanics

/// Small meshes of every shape for tests of the solvers.
public enum SampleMeshes {
  /// The unit square or the unit cube in `count` cells along each axis, scaled to `size`, inner nodes moved at random
  /// and the middles of edges along with them.
  ///
  /// - Parameters:
  ///   - shape: any but lines.
  ///   - distortion: how far an inner corner moves, per cell.
  ///   - bend: how far the middles of inner edges leave the straight line, per cell.
  public static func box(
    _ shape: ElementShape, count: Int, size: Double = 1, distortion: Double = 0, bend: Double = 0, seed: UInt64 = 1
  ) -> ElementMesh {
    var random = Scatter(state: seed)
    let isSpace = shape.dimension == 3
    let depth = isSpace ? count : 0
    func corner(_ i: Int, _ j: Int, _ k: Int) -> Int { (k * (count + 1) + j) * (count + 1) + i }
    var corners: [SIMD3<Double>] = []
    for k in 0...depth {
      for j in 0...count {
        for i in 0...count {
          var place = SIMD3(Double(i), Double(j), Double(k))
          let inner = (1..<count).contains(i) && (1..<count).contains(j) && (!isSpace || (1..<count).contains(k))
          let shift = random.vector()
          if inner { place += distortion * (isSpace ? shift : SIMD3(shift.x, shift.y, 0)) }
          corners.append(size / Double(count) * place)
        }
      }
    }
    var cells: [[Int]] = []
    for k in 0..<max(depth, 1) {
      for j in 0..<count {
        for i in 0..<count {
          let bottom = [corner(i, j, k), corner(i + 1, j, k), corner(i + 1, j + 1, k), corner(i, j + 1, k)]
          switch shape {
          case .quadrilateral9: cells.append(bottom)
          case .triangle3, .triangle6:
            cells += [[bottom[0], bottom[1], bottom[2]], [bottom[0], bottom[2], bottom[3]]]
          default:
            let top = [
              corner(i, j, k + 1), corner(i + 1, j, k + 1), corner(i + 1, j + 1, k + 1), corner(i, j + 1, k + 1),
            ]
            // Kuhn's six tetrahedra about the diagonal of the cube.
            for path in [[1, 2], [1, 5], [3, 2], [3, 7], [4, 5], [4, 7]] {
              let nodes = [bottom[0]] + path.map { ($0 < 4 ? bottom : top)[$0 % 4] } + [top[2]]
              cells.append(nodes)
            }
          }
        }
      }
    }
    if isSpace {
      for index in cells.indices where volume(cells[index].map { corners[$0] }) < 0 { cells[index].swapAt(2, 3) }
    }
    return refined(
      shape, corners: corners, cells: cells,
      bend: { a, b in
        let middle = 0.5 * (a + b)
        let isInner = (0..<(isSpace ? 3 : 2)).allSatisfy { middle[$0] > 1e-9 && middle[$0] < size - 1e-9 }
        let shift = random.vector()
        return isInner ? bend * size / Double(count) * (isSpace ? shift : SIMD3(shift.x, shift.y, 0)) : .zero
      })
  }

  /// A disc of rings of curved six-node triangles about the centre; boundary `surface`.
  public static func disc(radius: Double, rings: Int, radii: [Double]? = nil) -> ElementMesh {
    let radii = radii ?? (0...rings).map { radius * Double($0) / Double(rings) }
    var corners = [SIMD3<Double>.zero]
    var starts = [0]
    for ring in 1...rings {
      starts.append(corners.count)
      for step in 0..<6 * ring {
        let angle = 2 * Double.pi * Double(step) / Double(6 * ring)
        corners.append(radii[ring] * SIMD3(cos(angle), sin(angle), 0))
      }
    }
    func node(_ ring: Int, _ step: Int) -> Int { ring == 0 ? 0 : starts[ring] + step % (6 * ring) }
    var cells: [[Int]] = []
    for ring in 1...rings {
      for sextant in 0..<6 {
        for step in 0..<ring {
          let (outer, inner) = (sextant * ring + step, sextant * (ring - 1) + step)
          cells.append([node(ring - 1, inner), node(ring, outer), node(ring, outer + 1)])
          if step < ring - 1 {
            cells.append([node(ring - 1, inner), node(ring, outer + 1), node(ring - 1, inner + 1)])
          }
        }
      }
    }
    var mesh = refined(
      .triangle6, corners: corners, cells: cells,
      bend: { a, b in
        let (ra, rb) = ((a * a).sum().squareRoot(), (b * b).sum().squareRoot())
        guard abs(ra - rb) < 1e-9 * radius else { return .zero }
        let middle = 0.5 * (a + b)
        return (ra / (middle * middle).sum().squareRoot() - 1) * middle
      })
    mesh.boundaries = [ElementMesh.BoundaryName.surface: mesh.outerFacets()]
    return mesh
  }

  private static func volume(_ p: [SIMD3<Double>]) -> Double {
    let (a, b, c) = (p[1] - p[0], p[2] - p[0], p[3] - p[0])
    return a.x * (b.y * c.z - b.z * c.y) + a.y * (b.z * c.x - b.x * c.z) + a.z * (b.x * c.y - b.y * c.x)
  }

  /// Cells of corners as elements of a shape, with nodes at the middles of edges and of cells where the shape has them.
  private static func refined(
    _ shape: ElementShape, corners: [SIMD3<Double>], cells: [[Int]],
    bend: (SIMD3<Double>, SIMD3<Double>) -> SIMD3<Double>
  ) -> ElementMesh {
    let edges: [(Int, Int)] =
      switch shape {
      case .triangle6: [(0, 1), (1, 2), (2, 0)]
      case .quadrilateral9: [(0, 1), (1, 2), (2, 3), (3, 0)]
      case .tetrahedron10: [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]
      default: []
      }
    var places = corners
    var middles: [SIMD2<Int>: Int] = [:]
    var elements: [Int32] = []
    for cell in cells {
      var nodes = cell
      for (first, second) in edges {
        let (a, b) = (min(cell[first], cell[second]), max(cell[first], cell[second]))
        if let known = middles[SIMD2(a, b)] {
          nodes.append(known)
        } else {
          middles[SIMD2(a, b)] = places.count
          nodes.append(places.count)
          places.append(0.5 * (corners[a] + corners[b]) + bend(corners[a], corners[b]))
        }
      }
      if shape == .quadrilateral9 {
        let sum = cell.reduce(SIMD3<Double>.zero) { $0 + corners[$1] }
        nodes.append(places.count)
        places.append(0.25 * sum)
      }
      elements += nodes.map(Int32.init)
    }
    let points = places.flatMap { shape.dimension == 3 ? [$0.x, $0.y, $0.z] : [$0.x, $0.y] }
    return ElementMesh(points: points, shape: shape, elements: elements)
  }
}

/// Numbers from −½ to ½ by a linear congruence: meshes must be the same everywhere.
private struct Scatter {
  var state: UInt64

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 0x1p53 - 0.5
  }

  mutating func vector() -> SIMD3<Double> { SIMD3(next(), next(), next()) }
}
