public import ArrayMath

/// A section cut into grains: each place belongs to the grain with the nearest seed.
///
/// Several seeds may carry one grain: a row of them makes a long one (``NanorodTexture``).
public struct VoronoiGrains: Sendable, Hashable {
  public let outline: MeshOutline
  /// In metres.
  public let seeds: [SIMD2<Double>]
  /// The grain of each seed.
  public let grains: [Int32]
  /// The section cut into grains.
  public let partition: SectionPartition

  /// Grains of random places, evened out.
  ///
  /// - Parameters:
  ///   - count: number of grains.
  ///   - outline: of the section.
  ///   - relaxations: how often each seed is moved to the centroid of its grain (S. Lloyd, IEEE Trans. Inf. Theory 28
  ///     (1982) 129); 0 leaves a Poisson-Voronoi structure, some make grains of more equal size.
  ///   - shortestBoundary: shorter boundaries between grains shrink to a vertex, as a part of the mean grain's diameter.
  ///   - generator: draws the seeds.
  public init(
    count: Int, outline: MeshOutline, relaxations: Int = 2, shortestBoundary: Double = 0.06,
    using generator: inout SeededGenerator
  ) throws(SectionError) {
    try SectionError.require(
      (1...100_000).contains(count), "the number of grains", Double(count), "1 to 100000")
    try SectionError.require(
      (0...1000).contains(relaxations), "the number of relaxations", Double(relaxations), "0 to 1000")
    var seeds = try outline.randomPoints(count, using: &generator)
    let grains = (0..<count).map(Int32.init)
    for _ in 0..<relaxations {
      let areas = try VoronoiDiagram(seeds: seeds, outline: outline).partition(grains: grains, shortest: 0).areas()
      // A seed whose grain is not convex may move out of the section; it stays then.
      for (index, grain) in areas.enumerated() where grain.area > 0 && outline.contains(grain.centroid) {
        seeds[index] = grain.centroid
      }
    }
    try self.init(seeds: seeds, grains: grains, outline: outline, shortestBoundary: shortestBoundary)
  }

  /// Grains around given seeds.
  ///
  /// - Parameters:
  ///   - seeds: in metres, different places; those outside the outline only bound the grains inside.
  ///   - grains: the grain of each seed, from 0; nil numbers them in order.
  ///   - shortestBoundary: shorter boundaries shrink to a vertex, as a part of the mean grain's diameter.
  public init(
    seeds: [SIMD2<Double>], grains: [Int32]? = nil, outline: MeshOutline, shortestBoundary: Double = 0.06
  ) throws(SectionError) {
    let grains = grains ?? seeds.indices.map(Int32.init)
    guard !seeds.isEmpty else { throw .wrongCount(name: "seeds of grains", found: 0, expected: "one or more") }
    guard grains.count == seeds.count else {
      throw .wrongCount(name: "grains of seeds", found: grains.count, expected: "one for each of \(seeds.count) seeds")
    }
    try SectionError.require(
      shortestBoundary >= 0 && shortestBoundary < 0.5, "the shortest boundary over the grain's diameter",
      shortestBoundary, "0 to 0.5")
    self.outline = outline
    self.seeds = seeds
    self.grains = grains
    let number = Double((grains.max() ?? 0) + 1)
    let diameter = (outline.area / number).squareRoot()
    partition = try VoronoiDiagram(seeds: seeds, outline: outline)
      .partition(grains: grains, shortest: shortestBoundary * diameter)
  }
}

extension MeshOutline {
  /// The area inside, in m².
  public var area: Double { SectionPartition(self).areas().first?.area ?? 0 }

  /// The smallest box around the outline, in metres.
  public var bounds: (low: SIMD2<Double>, high: SIMD2<Double>) {
    var (low, high) = (SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity))
    for index in sides.indices {
      for step in 0...(sides[index].arcCentre == nil ? 1 : 64) {
        let p = point(onSide: index, fraction: Double(step) / 64)
        (low, high) = (pointwiseMin(low, p), pointwiseMax(high, p))
      }
    }
    return (low, high)
  }

  /// The largest distance of the outline from its centre, in metres.
  var reach: Double {
    var square = 0.0
    for index in sides.indices {
      for step in 0..<4 {
        let d = point(onSide: index, fraction: Double(step) / 4) - centre
        square = max(square, (d * d).sum())
      }
    }
    return square.squareRoot()
  }

  /// Whether a place lies inside.
  public func contains(_ place: SIMD2<Double>) -> Bool {
    var isInside = false
    for (index, side) in sides.enumerated() {
      let (a, b) = (side.start, end(ofSide: index))
      if (a.y > place.y) != (b.y > place.y), place.x < a.x + (place.y - a.y) / (b.y - a.y) * (b.x - a.x) {
        isInside.toggle()
      }
      guard let centre = side.arcCentre else { continue }
      // Between the arc and its chord: inside the circle, on the right of the chord.
      let (u, v) = (b - a, place - a)
      let d = place - centre
      let radius2 = ((a - centre) * (a - centre)).sum()
      if (d * d).sum() < radius2, u.x * v.y - u.y * v.x < 0 { isInside.toggle() }
    }
    return isInside
  }

  /// Places drawn evenly from the inside.
  func randomPoints(_ count: Int, using generator: inout SeededGenerator) throws(SectionError) -> [SIMD2<Double>] {
    let (low, high) = bounds
    var places: [SIMD2<Double>] = []
    // An outline that fills a thousandth of its box still gets its points.
    for _ in 0..<(10_000 + 10_000 * count) {
      if places.count == count { break }
      let x = generator.uniform()
      let y = generator.uniform()
      let place = low + SIMD2(x, y) * (high - low)
      if contains(place) { places.append(place) }
    }
    guard places.count == count else {
      throw .invalidOutline(reason: "it fills too little of its box to place \(count) grains in it")
    }
    return places
  }
}
