/// Finer elements along the outline and the grain boundaries of a section: the size grows with the distance from them.
public struct BoundaryRefinement: Sendable, Hashable {
  /// Size at the outline, in metres; nil leaves it.
  public var surfaceSize: Double?
  /// Size at boundaries between grains, in metres; nil leaves it.
  public var grainBoundarySize: Double?
  /// By how much the size grows for each metre of distance.
  public var growth: Double

  public init(surfaceSize: Double? = nil, grainBoundarySize: Double? = nil, growth: Double = 0.25) {
    self.surfaceSize = surfaceSize
    self.grainBoundarySize = grainBoundarySize
    self.growth = growth
  }

  func validate(elementSize: Double) throws(SectionError) {
    for (name, size) in [
      ("the element size at the surface in metres", surfaceSize),
      ("the element size at grain boundaries in metres", grainBoundarySize),
    ] {
      guard let size else { continue }
      try SectionError.require(
        size > 1e-4 * elementSize && size <= elementSize, name, size, "at most the element size, more than 1e-4 of it")
    }
    try SectionError.require(growth > 0 && growth <= 1, "the growth of element sizes", growth, "more than 0, at most 1")
  }

  func size(at place: SIMD2<Double>, _ field: BoundaryDistanceField, _ largest: Double) -> Double {
    var size = largest
    if let surfaceSize { size = min(size, surfaceSize + growth * field.surface(place)) }
    if let grainBoundarySize { size = min(size, grainBoundarySize + growth * field.grainBoundary(place)) }
    return size
  }
}

/// Distances from the outline and from grain boundaries, on a grid over a section.
///
/// Nearest samples are passed on from cell to cell in two sweeps (P.-E. Danielsson, Comput. Graph. Image Process. 14
/// (1980) 227): good to a fraction of a cell, enough to choose sizes by.
struct BoundaryDistanceField {
  private static let cells = 400
  private let origin: SIMD2<Double>
  private let cell: Double
  private var surfaceSamples: [SIMD2<Double>]
  private var grainSamples: [SIMD2<Double>]

  init(_ partition: SectionPartition) {
    var samples: [(place: SIMD2<Double>, edge: SectionPartition.Edge)] = []
    var (low, high) = (SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity))
    for pass in 0..<2 {
      let step = pass == 0 ? Double.infinity : (high - low).max() / Double(Self.cells) / 3
      for edge in partition.edges {
        let (a, b) = (partition.points[edge.start], partition.points[edge.end])
        let count = max(8, Int(edge.length(from: a, to: b) / step))
        for index in 0...count {
          let place = edge.point(from: a, to: b, fraction: Double(index) / Double(count))
          if pass == 0 { (low, high) = (pointwiseMin(low, place), pointwiseMax(high, place)) }
          if pass == 1 { samples.append((place, edge)) }
        }
      }
    }
    cell = (high - low).max() / Double(Self.cells)
    origin = (low + high) / 2 - SIMD2(repeating: cell * Double(Self.cells) / 2)
    let nowhere = SIMD2(repeating: Double.infinity)
    surfaceSamples = [SIMD2<Double>](repeating: nowhere, count: Self.cells * Self.cells)
    grainSamples = surfaceSamples
    for sample in samples {
      let index = self.index(sample.place)
      // Planes of symmetry are neither.
      if sample.edge.names.contains(ElementMesh.BoundaryName.surface) { surfaceSamples[index] = sample.place }
      if sample.edge.left >= 0, sample.edge.right >= 0 { grainSamples[index] = sample.place }
    }
    surfaceSamples = spread(surfaceSamples)
    grainSamples = spread(grainSamples)
  }

  func surface(_ place: SIMD2<Double>) -> Double { distance(place, surfaceSamples) }
  func grainBoundary(_ place: SIMD2<Double>) -> Double { distance(place, grainSamples) }

  private func distance(_ place: SIMD2<Double>, _ samples: [SIMD2<Double>]) -> Double {
    let d = place - samples[index(place)]
    return (d * d).sum().squareRoot()
  }

  private func index(_ place: SIMD2<Double>) -> Int {
    let p = (place - origin) / cell
    let last = Double(Self.cells - 1)
    return Int(min(max(p.y, 0), last)) * Self.cells + Int(min(max(p.x, 0), last))
  }

  private func spread(_ samples: [SIMD2<Double>]) -> [SIMD2<Double>] {
    var samples = samples
    let n = Self.cells
    func take(_ row: Int, _ column: Int, _ r: Int, _ c: Int) {
      guard r >= 0, r < n, c >= 0, c < n else { return }
      let middle = origin + cell * SIMD2(Double(column) + 0.5, Double(row) + 0.5)
      let (old, new) = (middle - samples[row * n + column], middle - samples[r * n + c])
      if (new * new).sum() < (old * old).sum() { samples[row * n + column] = samples[r * n + c] }
    }
    for row in 0..<n {
      for column in 0..<n {
        for (r, c) in [(-1, -1), (-1, 0), (-1, 1), (0, -1)] { take(row, column, row + r, column + c) }
      }
      for column in stride(from: n - 1, through: 0, by: -1) { take(row, column, row, column + 1) }
    }
    for row in stride(from: n - 1, through: 0, by: -1) {
      for column in stride(from: n - 1, through: 0, by: -1) {
        for (r, c) in [(1, 1), (1, 0), (1, -1), (0, 1)] { take(row, column, row + r, column + c) }
      }
      for column in 0..<n { take(row, column, row, column - 1) }
    }
    return samples
  }
}
