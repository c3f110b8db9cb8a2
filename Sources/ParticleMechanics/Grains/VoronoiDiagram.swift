/// The boundaries between the nearest regions of seeds, cut off at an outline.
struct VoronoiDiagram {
  let outline: MeshOutline
  private let seeds: [SIMD2<Double>]
  private let triangulation: Triangulation
  private let seedOfPoint: [Int32]

  /// - Throws: ``SectionError/invalidOutline(reason:)`` for seeds that coincide.
  init(seeds: [SIMD2<Double>], outline: MeshOutline) throws(SectionError) {
    self.outline = outline
    var (low, high) = outline.bounds
    for seed in seeds { (low, high) = (pointwiseMin(low, seed), pointwiseMax(high, seed)) }
    let middle = (low + high) / 2
    // A five-hundredth of the square's extent: its corners are so far that they change nothing near the outline.
    let unit = (high - low).max() / 2 / Double(GridPoint.frame / 512)
    var triangulation = Triangulation()
    var seedOfPoint: [Int32] = [-1, -1, -1, -1]
    var snapped: [SIMD2<Double>] = []
    for (index, seed) in seeds.enumerated() {
      let p = ((seed - middle) / unit).rounded(.toNearestOrEven)
      guard p.x.isFinite, p.y.isFinite else {
        throw .parameterOutOfRange(name: "a coordinate of seed \(index + 1)", value: p.x, expected: "a finite number")
      }
      let count = triangulation.points.count
      guard let point = triangulation.insert(GridPoint(x: Int(p.x), y: Int(p.y))), Int(point) == count else {
        throw .invalidOutline(reason: "two seeds of grains lie at (\(seed.x), \(seed.y)) m; expected different places")
      }
      seedOfPoint.append(Int32(index))
      snapped.append(middle + unit * p)
    }
    self.seeds = snapped
    self.triangulation = triangulation
    self.seedOfPoint = seedOfPoint
    self.middle = middle
    self.unit = unit
  }

  private let middle: SIMD2<Double>
  private let unit: Double

  /// The seed nearest to a place.
  private func nearestSeed(_ place: SIMD2<Double>) -> Int {
    var (best, distance) = (0, Double.infinity)
    for (index, seed) in seeds.enumerated() {
      let d = place - seed
      let square = (d * d).sum()
      if square < distance { (best, distance) = (index, square) }
    }
    return best
  }

  /// The centre of the circle through a triangle's corners, in metres.
  private func circumcentre(_ index: Int) -> SIMD2<Double> {
    let (p, q, r) = triangulation.corners(Int32(index))
    let (u, v) = (q - p, r - p)
    let area = Double(u.x * v.y - u.y * v.x)
    let (uu, vv) = (Double(u.squaredLength), Double(v.squaredLength))
    let x = uu * Double(v.y) - vv * Double(u.y)
    let y = vv * Double(u.x) - uu * Double(v.x)
    return middle + unit * (SIMD2(Double(p.x), Double(p.y)) + SIMD2(x, y) / (2 * area))
  }

  /// For each triangle the first one with the same circumcentre: four seeds on a circle, as those of a lattice, have their
  /// boundaries meet in one vertex.
  private func coincidences(_ centres: [SIMD2<Double>]) -> [Int] {
    let limit = 1e-9 * unit * Double(GridPoint.frame / 512)
    var first = Array(centres.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while first[index] != index { index = first[index] }
      return index
    }
    for (index, triangle) in triangulation.triangles.enumerated() where triangle.isAlive {
      for edge in 0..<3 {
        let other = Int(triangle.neighbours[edge])
        guard other > index else { continue }
        let d = centres[index] - centres[other]
        guard (d * d).sum().squareRoot() <= limit else { continue }
        let (a, b) = (root(index), root(other))
        first[max(a, b)] = min(a, b)
      }
    }
    return centres.indices.map(root)
  }

  /// The section cut into grains.
  ///
  /// - Parameters:
  ///   - grains: the grain of each seed; between seeds of one grain there is no boundary.
  ///   - shortest: boundaries shorter than this shrink to a vertex, in metres.
  func partition(grains: [Int32], shortest: Double) throws(SectionError) -> SectionPartition {
    var builder = PartitionBuilder(outline: outline)
    let centres = triangulation.triangles.indices.map { circumcentre($0) }
    let keys = coincidences(centres)
    for (index, triangle) in triangulation.triangles.enumerated() where triangle.isAlive {
      for edge in 0..<3 {
        let other = Int(triangle.neighbours[edge])
        guard other > index else { continue }
        let start = seedOfPoint[Int(triangle.corners[(edge + 1) % 3])]
        let end = seedOfPoint[Int(triangle.corners[(edge + 2) % 3])]
        guard start >= 0, end >= 0 else { continue }
        // On the way across the edge, out of this triangle, its start is on the right and its end on the left.
        let (right, left) = (grains[Int(start)], grains[Int(end)])
        guard left != right, keys[index] != keys[other] else { continue }
        let (p, q) = (seeds[Int(start)], seeds[Int(end)])
        let d = p - q
        builder.add(
          PartitionBuilder.Line(
            base: (p + q) / 2, direction: SIMD2(-d.y, d.x) / (d * d).sum().squareRoot(), from: centres[index],
            to: centres[other], startKey: keys[index], endKey: keys[other], left: left, right: right))
      }
    }
    let partition = builder.finish { grains[nearestSeed($0)] }
    return shortest > 0 ? partition.contracted(shortest: shortest, fixed: outline.sides.count) : partition
  }
}
