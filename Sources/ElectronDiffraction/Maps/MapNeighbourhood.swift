/// Which points of a map are neighbours: the four around one of a square grid, the six of a hexagonal one.
struct MapNeighbourhood {
  private let rows, columns: Int
  /// Steps to the neighbours of a point in an even and in an odd row, in C order.
  private let offsets: [[(row: Int, column: Int)]]
  /// Length of the edge to a neighbour in the same row and to one in another, in metres.
  private let edgeInRow, edgeAcross: Double

  /// - Parameter corners: whether points of a square grid that share a corner count as well.
  init(_ map: OrientationMap, corners: Bool = false) {
    let grid = map.grid
    (rows, columns) = (grid.rows, grid.columns)
    switch grid.kind {
    case .square:
      let edges = [(row: -1, column: 0), (row: 0, column: -1), (row: 0, column: 1), (row: 1, column: 0)]
      let all = [-1, 0, 1].flatMap { row in [-1, 0, 1].map { (row: row, column: $0) } }.filter { $0 != (0, 0) }
      offsets = Array(repeating: corners ? all : edges, count: 2)
      (edgeInRow, edgeAcross) = (grid.stepY, grid.stepX)
    case .hexagonal:
      /// Neighbours in other rows lie half a step to the left and to the right.
      func around(_ left: Int) -> [(row: Int, column: Int)] {
        [(-1, left), (-1, left + 1), (0, -1), (0, 1), (1, left), (1, left + 1)]
      }
      let oddRowsAreMoved = rows < 2 || columns < 1 || map.points[columns].x > map.points[0].x
      offsets = oddRowsAreMoved ? [around(-1), around(0)] : [around(0), around(-1)]
      // Hexagons around the points of a lattice with a row every stepY.
      edgeInRow = grid.stepY * 2 / 3
      edgeAcross = (grid.stepX * grid.stepX / 4 + grid.stepY * grid.stepY / 9).squareRoot()
    case .scattered:
      offsets = [[], []]
      (edgeInRow, edgeAcross) = (0, 0)
    }
  }

  /// Calls `body` with the neighbours of a point, in C order.
  @inline(__always)
  func forEach(of index: Int, _ body: (Int) -> Void) {
    let (row, column) = index.quotientAndRemainder(dividingBy: columns)
    forEach(row: row, column: column, of: offsets[row & 1], body)
  }

  /// Calls `body` with each pair of neighbours, the earlier one in C order second.
  @inline(__always)
  func forEachPair(_ body: (_ later: Int, _ earlier: Int) -> Void) {
    let earlier = offsets.map { $0.filter { $0.row < 0 || ($0.row == 0 && $0.column < 0) } }
    for row in 0..<rows {
      let steps = earlier[row & 1]
      for column in 0..<columns {
        let index = row * columns + column
        forEach(row: row, column: column, of: steps) { body(index, $0) }
      }
    }
  }

  /// Calls `body` for each pair of neighbours with the length of the edge between them in metres: of each point in C
  /// order those that come later.
  func forEachEdge(_ body: (_ first: Int, _ second: Int, _ length: Double) -> Void) {
    for index in 0..<rows * columns {
      let row = index / columns
      forEach(of: index) { other in
        if other > index { body(index, other, other / columns == row ? edgeInRow : edgeAcross) }
      }
    }
  }

  /// The points that are reached in at most so many steps, for points of even and of odd rows: steps of row and column.
  func kernel(order: Int) -> [[(row: Int, column: Int)]] {
    (0..<2).map { parity in
      var found = [(row: 0, column: 0)]
      var front = found
      for _ in 0..<order {
        var next: [(row: Int, column: Int)] = []
        for place in front {
          for step in offsets[(parity + place.row) & 1] {
            let reached = (row: place.row + step.row, column: place.column + step.column)
            if !found.contains(where: { $0 == reached }) {
              found.append(reached)
              next.append(reached)
            }
          }
        }
        front = next
      }
      return Array(found.dropFirst())
    }
  }

  /// Calls `body` with the points at some steps from one, those outside the map left out.
  @inline(__always)
  func forEach(row: Int, column: Int, of steps: [(row: Int, column: Int)], _ body: (Int) -> Void) {
    for step in steps {
      let (r, c) = (row + step.row, column + step.column)
      if r >= 0, c >= 0, r < rows, c < columns { body(r * columns + c) }
    }
  }
}
