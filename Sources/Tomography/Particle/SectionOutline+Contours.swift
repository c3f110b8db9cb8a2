public import ArrayMath
internal import Foundation

extension SectionOutline {
  /// The lines on which a plane through a volume passes a level, closed where the volume ends.
  ///
  /// Marching squares between voxels' centres, with the mean of the four where two opposite corners are inside. This is the
  /// one place where rows that run down become coordinates that run up.
  ///
  /// - Parameters:
  ///   - volume: voxels that are NaN count as being below the level.
  ///   - level: what is above lies inside.
  ///   - plane: which plane.
  ///   - voxel: the edge of a voxel, in metres.
  public static func contours(
    of volume: ScalarVolume, level: Float, plane: Plane, voxel: Double
  ) -> SectionOutline {
    let section = Section(volume, plane)
    let loops = ContourTracing(section.image, level: level).loops()
    return SectionOutline(
      polygons: loops.map { loop in
        loop.map { place in
          SIMD2((Double(place.x) + section.origin.x) * voxel, -(Double(place.y) + section.origin.y) * voxel)
        }
      })
  }

  /// An image of a plane through a volume, as rows that run down, with NaN outside.
  public static func section(through volume: ScalarVolume, plane: Plane) -> ScalarImage { Section(volume, plane).image }
}

/// A volume sampled on a plane, linearly between voxels.
private struct Section {
  let image: ScalarImage
  /// Where the middle of the first pixel lies, in voxels.
  let origin: (x: Double, y: Double)

  init(_ volume: ScalarVolume, _ plane: SectionOutline.Plane) {
    let shape = volume.shape
    switch plane {
    case .horizontal(let slice):
      image = Self.sampled(rows: shape.rows, columns: shape.columns) { row, column in
        Self.value(volume, slice - 0.5, Double(row), Double(column))
      }
      origin = (0.5, 0.5)
    case .vertical(let row, let column, let azimuth):
      let reach = Int(hypot(Double(shape.rows), Double(shape.columns)).rounded(.up))
      let (c, s) = (cos(azimuth), sin(azimuth))
      image = Self.sampled(rows: shape.slices, columns: 2 * reach + 1) { slice, step in
        let along = Double(step - reach)
        return Self.value(volume, Double(slice), row - 0.5 + along * s, column - 0.5 + along * c)
      }
      origin = (-Double(reach), 0.5)
    }
  }

  private static func sampled(rows: Int, columns: Int, _ value: (Int, Int) -> Float) -> ScalarImage {
    var pixels: [Float] = []
    pixels.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { pixels.append(value(row, column)) } }
    return ScalarImage(pixels, shape: FrameShape(rows: rows, columns: columns))
  }

  /// The value at a place given in voxels from the middle of the first one; NaN beyond the middles of the last ones.
  private static func value(_ volume: ScalarVolume, _ slice: Double, _ row: Double, _ column: Double) -> Float {
    let extents = [volume.shape.slices, volume.shape.rows, volume.shape.columns]
    var starts = [0, 0, 0]
    var parts: [Float] = [0, 0, 0]
    for (axis, place) in [slice, row, column].enumerated() {
      // What misses a middle by rounding alone lies on it.
      let last = Double(extents[axis] - 1)
      guard place > -1e-6, place < last + 1e-6 else { return .nan }
      let inside = min(max(place, 0), last)
      starts[axis] = min(Int(inside), max(extents[axis] - 2, 0))
      parts[axis] = Float(inside - Double(starts[axis]))
    }
    var sum: Float = 0
    for corner in 0..<8 {
      var weight: Float = 1
      for axis in 0..<3 { weight *= corner >> axis & 1 == 1 ? parts[axis] : 1 - parts[axis] }
      guard weight > 0 else { continue }
      sum += weight * volume[starts[0] + (corner & 1), starts[1] + (corner >> 1 & 1), starts[2] + (corner >> 2)]
    }
    return sum
  }
}

/// Closed lines of one level in an image.
private struct ContourTracing {
  private let rows: Int
  private let columns: Int
  private let level: Float
  private var pixels: [Float]

  init(_ image: ScalarImage, level: Float) {
    (rows, columns, self.level) = (image.rows + 2, image.columns + 2, level)
    let highest = image.pixels.reduce(level) { $1 > $0 ? $1 : $0 }
    let outside = highest > level ? 2 * level - highest : level - 1
    pixels = [Float](repeating: outside, count: rows * columns)
    for row in 0..<image.rows {
      for column in 0..<image.columns where !image[row, column].isNaN {
        pixels[(row + 1) * columns + column + 1] = image[row, column]
      }
    }
  }

  /// Loops in (column, row), rows down, from the middle of the image's first pixel; matter on the left once rows run up.
  func loops() -> [[SIMD2<Float>]] {
    // An edge of the grid is where a line passes from one square to the next: each has one way in and one out.
    var next: [Int: Int] = [:]
    var order: [Int] = []
    for row in 0..<rows - 1 {
      for column in 0..<columns - 1 {
        for (from, to) in segments(row, column) {
          next[from] = to
          order.append(from)
        }
      }
    }
    var result: [[SIMD2<Float>]] = []
    for start in order where next[start] != nil {
      var loop: [SIMD2<Float>] = []
      var edge = start
      while let following = next.removeValue(forKey: edge) {
        loop.append(place(edge))
        edge = following
      }
      if loop.count > 2 { result.append(loop) }
    }
    return result
  }

  /// The lines through a square, from edge to edge.
  private func segments(_ row: Int, _ column: Int) -> [(Int, Int)] {
    let base = row * columns + column
    // Corners clockwise from the top left, rows down.
    let values = [pixels[base], pixels[base + 1], pixels[base + columns + 1], pixels[base + columns]]
    let inside = values.map { $0 > level }
    // Edge k lies between corner k and the one after it.
    let edges = [2 * base, 2 * (base + 1) + 1, 2 * (base + columns), 2 * base + 1]
    // Going clockwise round the square, a line starts where matter begins and ends where matter ends.
    let begins = (0..<4).filter { !inside[$0] && inside[($0 + 1) % 4] }
    let ends = (0..<4).filter { inside[$0] && !inside[($0 + 1) % 4] }
    switch begins.count {
    case 0: return []
    case 1: return [(edges[begins[0]], edges[ends[0]])]
    default:
      let joined = values.reduce(0, +) / 4 > level
      return begins.map { begin in
        // Matter runs from a beginning clockwise to the next end; where it is joined through the middle, the line goes
        // round the empty corner instead.
        let end = joined ? (begin + 3) % 4 : (begin + 1) % 4
        return (edges[begin], edges[end])
      }
    }
  }

  private func place(_ edge: Int) -> SIMD2<Float> {
    let base = edge / 2
    let isVertical = edge % 2 == 1
    let other = base + (isVertical ? columns : 1)
    let part = min(max((level - pixels[base]) / (pixels[other] - pixels[base]), 1e-3), 1 - 1e-3)
    let corner = SIMD2(Float(base % columns - 1), Float(base / columns - 1))
    return corner + (isVertical ? SIMD2(0, part) : SIMD2(part, 0))
  }
}
