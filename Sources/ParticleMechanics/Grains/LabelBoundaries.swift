/// The boundaries between the grains of a map: chains along the sides of its points, smoothed and straightened.
struct LabelBoundaries {
  /// A chain between two junctions, or a closed one.
  private struct Chain {
    /// Corners of points as (row, column) of the grid of corners, one step apart.
    var corners: [SIMD2<Int>]
    var isClosed: Bool
    /// Labels on either side as the map is drawn, on the way from the first corner to the last.
    var left: Int
    var right: Int
    /// What is left of the corners, as (row, column).
    var points: [SIMD2<Double>] = []
    var coarseness = 3
  }

  private let map: LabelRepair.Whole
  private let tolerance: Double

  init(_ map: LabelRepair.Whole, tolerance: Double) {
    self.map = map
    self.tolerance = tolerance
  }

  /// The partition.
  ///
  /// - Parameters:
  ///   - region: of a label; that of outside for -1.
  ///   - place: of a row and a column of the original map, fractions allowed.
  func partition(
    region: (Int) -> Int32, place: (_ row: Double, _ column: Double) -> SIMD2<Double>
  ) throws(SectionError) -> SectionPartition {
    var chains = trace()
    for index in chains.indices { chains[index].points = drawn(chains[index]) }
    // Chains that cross after simplification are drawn more closely, in the end along the points themselves, where
    // nothing crosses.
    while true {
      let lines = pieces(chains)
      let crossings = PlaneGeometry.crossings(of: lines.map { ($0.start, $0.end) }) { first, second in
        let (a, b) = (lines[first], lines[second])
        return a.start == b.start || a.start == b.end || a.end == b.start || a.end == b.end
      }
      var guilty: Set<Int> = []
      for crossing in crossings {
        for line in [crossing.first, crossing.second] where chains[lines[line].chain].coarseness > 0 {
          guilty.insert(lines[line].chain)
        }
      }
      guard !guilty.isEmpty else { break }
      for index in guilty {
        chains[index].coarseness -= 1
        chains[index].points = drawn(chains[index])
      }
    }
    return assembled(chains, region: region, place: place)
  }

  // MARK: - Chains

  private func label(_ row: Int, _ column: Int) -> Int {
    row < 0 || column < 0 || row >= map.rows || column >= map.columns ? -1 : map.labels[row * map.columns + column]
  }

  /// The labels on the left and the right of the way from a corner to the next one in a direction, as drawn.
  private func sides(_ corner: SIMD2<Int>, _ direction: Int) -> (left: Int, right: Int) {
    let (row, column) = (corner.x, corner.y)
    switch direction {
    case 0: return (label(row - 1, column), label(row, column))  // along the row
    case 1: return (label(row, column), label(row, column - 1))  // down
    case 2: return (label(row, column - 1), label(row - 1, column - 1))  // back along the row
    default: return (label(row - 1, column - 1), label(row - 1, column))  // up
    }
  }

  private static let steps = [SIMD2(0, 1), SIMD2(1, 0), SIMD2(0, -1), SIMD2(-1, 0)]

  private func trace() -> [Chain] {
    let width = map.columns + 1
    func directions(_ corner: SIMD2<Int>) -> [Int] {
      (0..<4).filter { direction in
        let (left, right) = sides(corner, direction)
        return left != right
      }
    }
    var chains: [Chain] = []
    // Whether a side has been walked: four to a corner.
    var isWalked = [Bool](repeating: false, count: 4 * width * (map.rows + 1))
    func walk(from start: SIMD2<Int>, _ first: Int) {
      var chain = Chain(corners: [start], isClosed: false, left: 0, right: 0)
      (chain.left, chain.right) = sides(start, first)
      var (corner, direction) = (start, first)
      while true {
        isWalked[4 * (corner.x * width + corner.y) + direction] = true
        corner &+= Self.steps[direction]
        chain.corners.append(corner)
        let back = (direction + 2) % 4
        isWalked[4 * (corner.x * width + corner.y) + back] = true
        let ways = directions(corner)
        if ways.count > 2 { break }
        if corner == start {
          chain.isClosed = true
          chain.corners.removeLast()
          break
        }
        direction = ways.first { $0 != back } ?? back
      }
      chains.append(chain)
    }
    for isLoop in [false, true] {
      for row in 0...map.rows {
        for column in 0...map.columns {
          let corner = SIMD2(row, column)
          let ways = directions(corner)
          guard isLoop ? ways.count == 2 : ways.count > 2 else { continue }
          for way in ways where !isWalked[4 * (row * width + column) + way] { walk(from: corner, way) }
        }
      }
    }
    return chains
  }

  // MARK: - Lines

  /// The points of a chain at its coarseness: 3 and below smoothed and simplified, 0 the corners themselves.
  private func drawn(_ chain: Chain) -> [SIMD2<Double>] {
    let corners = chain.corners.map { SIMD2<Double>($0) }
    guard chain.coarseness > 0 else { return corners }
    var points: [SIMD2<Double>] = []
    let count = corners.count
    // The middles of the sides cut the stairs' corners.
    for index in 0..<(chain.isClosed ? count : count - 1) {
      points.append((corners[index] + corners[(index + 1) % count]) / 2)
    }
    if !chain.isClosed { points = [corners[0]] + points + [corners[count - 1]] }
    // Smoothing that does not shrink (G. Taubin, SIGGRAPH 1995): steps inwards and outwards by turns.
    for pass in 0..<(chain.coarseness > 1 ? 6 : 0) {
      let factor = pass % 2 == 0 ? 0.5 : -0.53
      let old = points
      for index in points.indices {
        if !chain.isClosed, index == 0 || index == points.count - 1 { continue }
        let before = old[(index + old.count - 1) % old.count]
        let after = old[(index + 1) % old.count]
        points[index] = old[index] + factor * ((before + after) / 2 - old[index])
      }
    }
    let tolerance = tolerance / Double(4 - chain.coarseness)
    if chain.isClosed { return PlaneGeometry.simplifiedLoop(points, tolerance: tolerance) }
    // A chain that comes back to its own junction needs two points between, or it would lie on itself.
    guard chain.corners[0] == chain.corners[count - 1] else {
      return PlaneGeometry.simplified(points, tolerance: tolerance)
    }
    // Its junction stays where it is: two open halves.
    let middle = points.count / 2
    let there = PlaneGeometry.simplified(Array(points[...middle]), tolerance: tolerance)
    let back = PlaneGeometry.simplified(Array(points[middle...]), tolerance: tolerance)
    if there.count > 2 || back.count > 2 { return there + back.dropFirst() }
    return points
  }

  private func pieces(_ chains: [Chain]) -> [(start: SIMD2<Double>, end: SIMD2<Double>, chain: Int)] {
    var lines: [(start: SIMD2<Double>, end: SIMD2<Double>, chain: Int)] = []
    for (index, chain) in chains.enumerated() {
      let points = chain.isClosed ? chain.points + [chain.points[0]] : chain.points
      for (a, b) in zip(points, points.dropFirst()) { lines.append((a, b, index)) }
    }
    return lines
  }

  private func assembled(
    _ chains: [Chain], region: (Int) -> Int32, place: (_ row: Double, _ column: Double) -> SIMD2<Double>
  ) -> SectionPartition {
    var partition = SectionPartition(points: [], edges: [])
    var junctions: [SIMD2<Double>: Int] = [:]
    func vertex(_ point: SIMD2<Double>) -> Int {
      if let known = junctions[point] { return known }
      // Corner 0 is half a step before point 0; the rim was added around the map.
      let shift = Double(map.margin) + 0.5
      partition.points.append(place(point.x - shift, point.y - shift))
      junctions[point] = partition.points.count - 1
      return partition.points.count - 1
    }
    let hasPores = map.labels.contains(LabelRepair.pore)
    for line in pieces(chains) {
      let chain = chains[line.chain]
      let (start, end) = (vertex(line.start), vertex(line.end))
      partition.edges.append(
        SectionPartition.Edge(
          start: start, end: end, left: region(chain.left), right: region(chain.right),
          names: names(chain, hasPores)))
    }
    return partition
  }

  /// All of the outside is surface; the electrolyte does not reach pores.
  private func names(_ chain: Chain, _ hasPores: Bool) -> [String] {
    let outer = min(chain.left, chain.right)
    if outer >= 0 { return [] }
    let isWetted = hasPores && outer != LabelRepair.pore
    return isWetted
      ? [ElementMesh.BoundaryName.surface, ElementMesh.BoundaryName.wetted] : [ElementMesh.BoundaryName.surface]
  }
}
