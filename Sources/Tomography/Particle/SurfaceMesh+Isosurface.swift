public import ArrayMath

extension SurfaceMesh {
  /// The surface on which a volume passes a level, closed where the volume ends.
  ///
  /// Marching tetrahedra: each cube between eight voxels' centres is cut into six tetrahedra about its diagonal, the same
  /// way everywhere, so that neighbours share their faces' diagonals; in each the volume is linear and the surface plane.
  /// Unlike with marching cubes no case is ambiguous, and the surface is watertight (A. Guéziec, R. Hummel, IEEE Trans.
  /// Vis. Comput. Graph. 1 (1995) 328).
  ///
  /// - Parameters:
  ///   - volume: voxels that are NaN count as being below the level.
  ///   - level: what is above lies inside.
  ///   - voxel: the edge of a voxel, in metres.
  /// - Throws: ``TomographyError`` where there are more vertices than 32-bit numbers can count.
  public static func isosurface(of volume: ScalarVolume, level: Float, voxel: Double) throws -> SurfaceMesh {
    let field = PaddedField(volume, level: level)
    var extraction = IsosurfaceExtraction(field, level: level)
    try extraction.run()
    let offset = SIMD3<Double>(repeating: -0.5)
    let frame = SIMD3<Double>(voxel, -voxel, -voxel)
    return SurfaceMesh(
      vertices: extraction.vertices.map { (SIMD3<Double>($0) + offset) * frame }, triangles: extraction.triangles)
  }
}

/// A volume with a layer of voxels about it that lie below the level.
private struct PaddedField {
  let slices: Int
  let rows: Int
  let columns: Int
  var voxels: [Float]

  init(_ volume: ScalarVolume, level: Float) {
    (slices, rows, columns) = (volume.shape.slices + 2, volume.shape.rows + 2, volume.shape.columns + 2)
    var highest = level
    for value in volume.voxels where value > highest { highest = value }
    // The surface closes half-way to the layer where the volume is highest, which is about where voxels end.
    let outside = highest > level ? 2 * level - highest : level - 1
    voxels = [Float](repeating: outside, count: slices * rows * columns)
    for slice in 0..<volume.shape.slices {
      for row in 0..<volume.shape.rows {
        let source = (slice * volume.shape.rows + row) * volume.shape.columns
        let target = ((slice + 1) * rows + row + 1) * columns + 1
        for column in 0..<volume.shape.columns {
          let value = volume.voxels[source + column]
          voxels[target + column] = value.isNaN ? outside : value
        }
      }
    }
  }
}

/// The triangles of an isosurface in the frame (column, row, slice) of the padded field.
private struct IsosurfaceExtraction {
  private let field: PaddedField
  private let level: Float
  private(set) var vertices: [SIMD3<Float>] = []
  private(set) var triangles: [SIMD3<Int32>] = []
  /// Vertices on the edges that start in this slice and in the next: seven edges a voxel.
  private var lower: [Int32]
  private var upper: [Int32]

  /// The tetrahedra of a cube as corners (bit 0 column, bit 1 row, bit 2 slice), all of the same handedness.
  private static let tetrahedra: [[Int]] = [
    [0, 1, 3, 7], [0, 1, 7, 5], [0, 2, 7, 3], [0, 2, 6, 7], [0, 4, 5, 7], [0, 4, 7, 6],
  ]

  /// For each set of corners inside (a bit each), the triangles as pairs of corners whose edge is cut.
  private static let cases: [[[(Int, Int)]]] = (0..<16).map { inside in
    let corners = Array(0..<4)
    let within = corners.filter { inside >> $0 & 1 == 1 }
    let beyond = corners.filter { inside >> $0 & 1 == 0 }
    // The other corners in the order that makes the permutation even.
    func ordered(_ first: Int) -> [Int] {
      switch first {
      case 0: [1, 2, 3]
      case 1: [0, 3, 2]
      case 2: [0, 1, 3]
      default: [0, 2, 1]
      }
    }
    switch within.count {
    case 1:
      let a = within[0]
      let rest = ordered(a)
      return [rest.map { (a, $0) }]
    case 3:
      let a = beyond[0]
      let rest = ordered(a)
      return [[(a, rest[0]), (a, rest[2]), (a, rest[1])]]
    case 2:
      let (a, b) = (within[0], within[1])
      // (a, b, c, d) is an even permutation for these choices of c.
      let even = [[0, 1]: 2, [0, 2]: 3, [0, 3]: 1, [1, 2]: 0, [1, 3]: 2, [2, 3]: 0][[a, b]] ?? 0
      let c = even
      let d = beyond.first { $0 != c } ?? 0
      return [[(a, c), (a, d), (b, d)], [(a, c), (b, d), (b, c)]]
    default: return []
    }
  }

  init(_ field: PaddedField, level: Float) {
    self.field = field
    self.level = level
    lower = [Int32](repeating: -1, count: field.rows * field.columns * 7)
    upper = lower
  }

  mutating func run() throws {
    let (rows, columns) = (field.rows, field.columns)
    let plane = rows * columns
    let offsets = (0..<8).map { ($0 >> 2) * plane + ($0 >> 1 & 1) * columns + ($0 & 1) }
    for slice in 0..<field.slices - 1 {
      for index in upper.indices { upper[index] = -1 }
      for row in 0..<rows - 1 {
        let start = slice * plane + row * columns
        // The four corners on the left of a cube are those on the right of the one before.
        var left = 0
        for (bit, corner) in [0, 2, 4, 6].enumerated() where field.voxels[start + offsets[corner]] > level {
          left |= 1 << bit
        }
        for column in 0..<columns - 1 {
          var right = 0
          if field.voxels[start + column + 1] > level { right |= 1 }
          if field.voxels[start + column + 1 + columns] > level { right |= 2 }
          if field.voxels[start + column + 1 + plane] > level { right |= 4 }
          if field.voxels[start + column + 1 + plane + columns] > level { right |= 8 }
          if left | right != 0, left & right != 15 {
            addCube(start + column, inPlane: row * columns + column, offsets: offsets, at: (slice, row, column))
          }
          left = right
        }
      }
      guard vertices.count < Int(Int32.max) else {
        throw TomographyError.invalid("the surface has more than 2^31 vertices; bin the volume before")
      }
      swap(&lower, &upper)
    }
  }

  private mutating func addCube(_ base: Int, inPlane: Int, offsets: [Int], at place: (Int, Int, Int)) {
    for corners in Self.tetrahedra {
      var inside = 0
      for index in 0..<4 where field.voxels[base + offsets[corners[index]]] > level { inside |= 1 << index }
      for triangle in Self.cases[inside] {
        var indices = SIMD3<Int32>()
        for side in 0..<3 {
          indices[side] = vertex(
            corners[triangle[side].0], corners[triangle[side].1], base, inPlane: inPlane, offsets: offsets, at: place)
        }
        triangles.append(indices)
      }
    }
  }

  /// The vertex on the edge between two corners of a cube, made where it is first met.
  private mutating func vertex(
    _ first: Int, _ second: Int, _ base: Int, inPlane: Int, offsets: [Int], at place: (Int, Int, Int)
  ) -> Int32 {
    // Of the two corners of an edge one has all the bits of the other.
    let (from, to) = (min(first, second), max(first, second))
    let start = inPlane + (from >> 1 & 1) * field.columns + (from & 1)
    let key = start * 7 + (to - from) - 1
    let isUpper = from >> 2 == 1
    let known = isUpper ? upper[key] : lower[key]
    if known >= 0 { return known }
    let (a, b) = (field.voxels[base + offsets[from]], field.voxels[base + offsets[to]])
    // Kept off the ends, so that no two vertices coincide and no triangle is without area.
    let part = min(max((level - a) / (b - a), 1e-3), 1 - 1e-3)
    let corner = SIMD3<Float>(
      Float(place.2 + (from & 1)), Float(place.1 + (from >> 1 & 1)), Float(place.0 + (from >> 2)))
    let along = SIMD3<Float>(Float((to - from) & 1), Float((to - from) >> 1 & 1), Float((to - from) >> 2))
    let index = Int32(truncatingIfNeeded: vertices.count)
    vertices.append(corner + part * along)
    if isUpper { upper[key] = index } else { lower[key] = index }
    return index
  }
}
