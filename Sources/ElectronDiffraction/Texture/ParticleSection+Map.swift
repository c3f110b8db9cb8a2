import Foundation

extension ParticleSection {
  /// How to look for the centre in a map.
  public enum Search: Sendable, Hashable {
    /// The circle where the outline is round within 5 % of its radius, otherwise the arc.
    case automatic
    /// The area centroid of the filled silhouette.
    case areaCentroid
    /// The circle nearest to the outline.
    case circle
    /// The ellipse nearest to the outline.
    case ellipse
    /// The circle of the largest part of the outline: a cracked or cut particle.
    ///
    /// - Parameter tolerance: distance within which points belong to the arc, in metres; nil takes 2.5 % of the radius of
    ///   a circle of equal area, at least two steps of the map.
    case arc(tolerance: Double?, seed: UInt64)
  }

  /// Finds the particle in a map: the largest connected set of indexed points.
  ///
  /// The covariance of the centre is that of leaving out one sector of the outline after another, which knows of the
  /// outline's roughness and of gaps but not of a particle that grew from a place other than its middle. To first order
  /// the area centroid moves with the outline as the circle's centre does, and has its covariance.
  ///
  /// - Throws: ``TextureError`` where too little is indexed or no circle fits.
  public init(of map: OrientationMap, search: Search = .automatic) throws(TextureError) {
    let outline = try SectionOutline(map)
    let equalArea = (outline.area / .pi).squareRoot()
    guard let circle = OutlineCircle(fitting: outline.edges) else {
      throw .noArc(reason: "no circle fits its \(outline.edges.count) points")
    }
    switch search {
    case .automatic:
      let square = outline.edges.reduce(0) { $0 + circle.distance($1) * circle.distance($1) }
      let roundness = (square / Double(outline.edges.count)).squareRoot() / circle.radius
      try self.init(of: map, search: roundness < 0.05 ? .circle : .arc(tolerance: nil, seed: 1))
    case .circle: self.init(.circle, outline.edges) { OutlineCircle(fitting: $0).map { ($0.centre, $0.radius) } }
    case .areaCentroid:
      let fitted = ParticleSection(.circle, outline.edges) {
        OutlineCircle(fitting: $0).map { ($0.centre, $0.radius) }
      }
      self.init(
        method: .areaCentroid, centre: outline.centroid, covariance: fitted.covariance, radius: equalArea,
        radiusUncertainty: fitted.radiusUncertainty, outline: outline.edges)
    case .ellipse:
      guard OutlineConic(fitting: outline.edges) != nil else {
        throw .noArc(reason: "no ellipse fits its \(outline.edges.count) points")
      }
      self.init(.ellipse, outline.edges) { OutlineConic(fitting: $0).map { ($0.centre, $0.meanRadius) } }
    case .arc(let tolerance, let seed):
      if let tolerance { try TextureError.requirePositive(tolerance, "tolerance of the arc") }
      let reach = tolerance ?? max(0.025 * equalArea, 2 * max(map.grid.stepX, map.grid.stepY))
      let near = try OutlineCircle.arc(outline.edges, tolerance: reach, seed: seed)
      guard OutlineCircle(fitting: near) != nil else { throw .noArc(reason: "its points lie on a line") }
      self.init(.arc, near) { OutlineCircle(fitting: $0).map { ($0.centre, $0.radius) } }
    }
  }

  /// A fit with the covariance of leaving out one of twelve sectors (Efron, "The Jackknife, the Bootstrap and Other Resampling
  /// Plans", 1982).
  private init(
    _ method: Method, _ points: [SIMD2<Double>],
    fit: ([SIMD2<Double>]) -> (centre: SIMD2<Double>, radius: Double)?
  ) {
    let best = fit(points) ?? (points.reduce(.zero, +) / Double(points.count), 0)
    let sectors = 12
    var members = [Int](repeating: 0, count: points.count)
    for (index, point) in points.enumerated() {
      let d = point - best.centre
      let turn = (atan2(d.y, d.x) / (2 * .pi) + 1).truncatingRemainder(dividingBy: 1)
      members[index] = min(Int(turn * Double(sectors)), sectors - 1)
    }
    let fits = Set(members).sorted().compactMap { sector in
      fit(zip(points, members).filter { $0.1 != sector }.map(\.0))
    }
    let count = Double(fits.count)
    let middle = fits.reduce(SIMD2<Double>.zero) { $0 + $1.centre } / max(count, 1)
    let radius = fits.reduce(0) { $0 + $1.radius } / max(count, 1)
    var covariance = PlaneCovariance.zero
    var variance = 0.0
    let factor = count > 0 ? (count - 1) / count : 0
    for fit in fits {
      let d = fit.centre - middle
      covariance.xx += factor * d.x * d.x
      covariance.xy += factor * d.x * d.y
      covariance.yy += factor * d.y * d.y
      variance += factor * (fit.radius - radius) * (fit.radius - radius)
    }
    self.init(
      method: method, centre: best.centre, covariance: covariance, radius: best.radius,
      radiusUncertainty: variance.squareRoot(), outline: points)
  }
}
