import Foundation

/// Where the pixels of a picture lie in a section, so that any field can be drawn from its values at the nodes.
///
/// Elements are cut into triangles (in space into tetrahedra, cut by a plane) at their nodes, between which values are
/// linear: enough for a picture.
struct SectionRaster: Sendable {
  let pixels: Int
  /// Metres, lower left and upper right.
  let xExtent: ClosedRange<Double>
  let yExtent: ClosedRange<Double>
  /// Four nodes a pixel with their weights; weight 0 fills up. Nodes of -1 lie outside. Row 0 at the top.
  private let nodes: [SIMD4<Int32>]
  private let weights: [SIMD4<Float>]
  /// The region of each pixel; -1 outside.
  let regions: [Int32]

  /// The corners of a cell of VTK's type.
  static func cornerCount(_ cellType: Int) -> Int {
    switch cellType {
    case 5, 22: 3
    case 9, 28, 10, 24: 4
    default: 3
    }
  }

  /// The simplices that a cell of VTK's type is cut into, by its own nodes.
  private static func pieces(_ cellType: Int) -> [[Int]] {
    switch cellType {
    case 22: [[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]]
    case 28: [[0, 4, 8], [0, 8, 7], [4, 1, 5], [4, 5, 8], [8, 5, 2], [8, 2, 6], [7, 8, 6], [7, 6, 3]]
    case 10: [[0, 1, 2, 3]]
    case 24:
      [
        [0, 4, 6, 7], [4, 1, 5, 8], [6, 5, 2, 9], [7, 8, 9, 3], [4, 9, 6, 5], [4, 9, 5, 8], [4, 9, 8, 7], [4, 9, 7, 6],
      ]
    default: [[0, 1, 2]]
    }
  }

  /// - Parameter pixels: along the longer edge of the picture, which is square.
  init(_ fields: CyclingFields, pixels: Int) {
    let d = fields.dimension
    let count = fields.nodeCount
    let x = (0..<count).map { fields.points[d * $0] }, y = (0..<count).map { fields.points[d * $0 + 1] }
    let z = d == 3 ? (0..<count).map { fields.points[d * $0 + 2] } : []
    let (left, right) = (x.min() ?? 0, x.max() ?? 1), (low, high) = (y.min() ?? 0, y.max() ?? 1)
    let span = max(right - left, high - low, 1e-12) * 1.02
    xExtent = (left + right - span) / 2...(left + right + span) / 2
    yExtent = (low + high - span) / 2...(low + high + span) / 2
    self.pixels = pixels
    // The plane through the centre, moved off the faces that may lie in it.
    let (bottom, top) = (z.min() ?? 0, z.max() ?? 0)
    let plane = (bottom < 0 && top > 0 ? 0 : bottom == 0 ? 0 : (bottom + top) / 2) + 1e-7 * (top - bottom)
    var nodes = [SIMD4<Int32>](repeating: SIMD4(repeating: -1), count: pixels * pixels)
    var weights = [SIMD4<Float>](repeating: .zero, count: pixels * pixels)
    var regions = [Int32](repeating: -1, count: pixels * pixels)
    let size = span / Double(pixels), pieces = Self.pieces(fields.cellType)
    for element in 0..<fields.elements.count / fields.cellSize {
      for piece in pieces {
        let corner = piece.map { fields.elements[element * fields.cellSize + $0] }
        let xs = corner.map { x[$0] }, ys = corner.map { y[$0] }
        if d == 3 {
          let zs = corner.map { z[$0] }
          guard (zs.min() ?? 0) <= plane, (zs.max() ?? 0) >= plane else { continue }
        }
        let first = max(Int(((xs.min() ?? 0) - xExtent.lowerBound) / size - 0.5), 0)
        let last = min(Int(((xs.max() ?? 0) - xExtent.lowerBound) / size + 0.5), pixels - 1)
        let top = max(Int((yExtent.upperBound - (ys.max() ?? 0)) / size - 0.5), 0)
        let bottom = min(Int((yExtent.upperBound - (ys.min() ?? 0)) / size + 0.5), pixels - 1)
        guard first <= last, top <= bottom else { continue }
        for row in top...bottom {
          for column in first...last {
            let px = xExtent.lowerBound + (Double(column) + 0.5) * size
            let py = yExtent.upperBound - (Double(row) + 0.5) * size
            let found =
              d == 3
              ? Self.barycentric(xs, ys, corner.map { z[$0] }, px, py, plane) : Self.barycentric(xs, ys, px, py)
            guard let found else { continue }
            let place = row * pixels + column
            var own = SIMD4<Int32>(repeating: Int32(corner[0])), part = SIMD4<Float>.zero
            for index in corner.indices {
              own[index] = Int32(corner[index])
              part[index] = Float(found[index])
            }
            (nodes[place], weights[place], regions[place]) = (own, part, Int32(fields.regions[element]))
          }
        }
      }
    }
    (self.nodes, self.weights, self.regions) = (nodes, weights, regions)
  }

  /// The picture of values at the nodes, NaN outside; `[row × pixels + column]`.
  func picture(_ values: [Double], factor: Double = 1) -> [Float] {
    zip(nodes, weights).map { nodes, weights in
      guard nodes[0] >= 0 else { return .nan }
      var sum: Float = 0
      for index in 0..<4 { sum += weights[index] * Float(values[Int(nodes[index])] * factor) }
      return sum
    }
  }

  /// The picture of a value a region, NaN outside.
  func picture(regions values: [Double]) -> [Float] {
    regions.map { $0 >= 0 && Int($0) < values.count ? Float(values[Int($0)]) : .nan }
  }

  private static let slack = -1e-6

  private static func barycentric(_ x: [Double], _ y: [Double], _ px: Double, _ py: Double) -> SIMD4<Double>? {
    let (ax, ay, bx, by) = (x[1] - x[0], y[1] - y[0], x[2] - x[0], y[2] - y[0])
    let determinant = ax * by - ay * bx
    guard determinant != 0 else { return nil }
    let (dx, dy) = (px - x[0], py - y[0])
    let first = (dx * by - dy * bx) / determinant, second = (ax * dy - ay * dx) / determinant
    let rest = 1 - first - second
    return min(first, second, rest) >= slack ? SIMD4(rest, first, second, 0) : nil
  }

  private static func barycentric(
    _ x: [Double], _ y: [Double], _ z: [Double], _ px: Double, _ py: Double, _ pz: Double
  ) -> SIMD4<Double>? {
    func edge(_ place: Int) -> SIMD3<Double> { SIMD3(x[place] - x[0], y[place] - y[0], z[place] - z[0]) }
    func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
    let (a, b, c) = (edge(1), edge(2), edge(3)), p = SIMD3(px - x[0], py - y[0], pz - z[0])
    let volume = (cross(a, b) * c).sum()
    guard volume != 0 else { return nil }
    let first = (cross(p, b) * c).sum() / volume, second = (cross(a, p) * c).sum() / volume
    let third = (cross(a, b) * p).sum() / volume, rest = 1 - first - second - third
    return min(min(first, second), min(third, rest)) >= slack ? SIMD4(rest, first, second, third) : nil
  }
}
