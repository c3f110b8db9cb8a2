import Foundation

/// The filled silhouette of a particle in a map: the largest connected set of indexed points, its holes closed.
struct SectionOutline {
  /// Middles of the edges between the silhouette and what lies outside, in the map's frame, in metres.
  let edges: [SIMD2<Double>]
  /// Area centroid of the silhouette, in metres.
  let centroid: SIMD2<Double>
  /// Area of the silhouette, in square metres.
  let area: Double

  init(_ map: OrientationMap) throws(TextureError) {
    let (rows, columns) = (map.grid.rows, map.grid.columns)
    // A margin of one point, so that the outside is connected all round.
    let width = columns + 2
    var indexed = [Bool](repeating: false, count: (rows + 2) * width)
    for row in 0..<rows {
      for column in 0..<columns where map.points[row * columns + column].status != .notIndexed {
        indexed[(row + 1) * width + column + 1] = true
      }
    }
    let body = Self.largest(indexed, width: width)
    let points = body.count { $0 }
    guard points >= 12 else { throw .noOutline(points: points) }
    let outside = Self.outside(body, width: width)
    let (stepX, stepY) = (map.grid.stepX, map.grid.stepY)
    let origin = SIMD2(map.points[0].x, map.points[0].y)
    var edges = [SIMD2<Double>]()
    var sum = SIMD2<Double>.zero
    var count = 0.0
    for place in outside.indices where !outside[place] {
      let (row, column) = (place / width - 1, place % width - 1)
      let position = origin + SIMD2(Double(column) * stepX, Double(row) * stepY)
      sum += position
      count += 1
      if outside[place - 1] { edges.append(position - SIMD2(stepX / 2, 0)) }
      if outside[place + 1] { edges.append(position + SIMD2(stepX / 2, 0)) }
      if outside[place - width] { edges.append(position - SIMD2(0, stepY / 2)) }
      if outside[place + width] { edges.append(position + SIMD2(0, stepY / 2)) }
    }
    self.edges = edges
    centroid = sum / count
    area = count * stepX * stepY
  }

  /// The largest set of points that touch at sides or corners.
  private static func largest(_ mask: [Bool], width: Int) -> [Bool] {
    var component = [Int](repeating: 0, count: mask.count)
    var sizes = [0]
    let steps = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    for start in mask.indices where mask[start] && component[start] == 0 {
      let label = sizes.count
      var stack = [start]
      component[start] = label
      var size = 0
      while let place = stack.popLast() {
        size += 1
        for step in steps where mask[place + step] && component[place + step] == 0 {
          component[place + step] = label
          stack.append(place + step)
        }
      }
      sizes.append(size)
    }
    guard let best = sizes.indices.max(by: { (sizes[$0], -$0) < (sizes[$1], -$1) }), sizes[best] > 0 else {
      return [Bool](repeating: false, count: mask.count)
    }
    return component.map { $0 == best }
  }

  /// What is reached from the margin without crossing the body.
  private static func outside(_ body: [Bool], width: Int) -> [Bool] {
    var outside = [Bool](repeating: false, count: body.count)
    var stack = [0]
    outside[0] = true
    while let place = stack.popLast() {
      let column = place % width
      for (step, isInside) in [
        (-1, column > 0), (1, column < width - 1), (-width, place >= width), (width, place + width < body.count),
      ] where isInside && !body[place + step] && !outside[place + step] {
        outside[place + step] = true
        stack.append(place + step)
      }
    }
    return outside
  }
}
