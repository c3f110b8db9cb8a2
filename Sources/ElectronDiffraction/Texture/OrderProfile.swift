import Foundation

/// The order parameter S against the distance from the particle's centre.
public struct OrderProfile: Sendable, Hashable {
  /// One ring of the section.
  public struct Ring: Sendable, Hashable {
    /// Distances from the centre, in space, in metres.
    public let inner, outer: Double
    /// S over the area; NaN where nothing is indexed.
    public let value: Double
    /// Standard uncertainty from the scatter of grains; NaN with fewer than two.
    public let uncertainty: Double
    /// Grains with a point in the ring.
    public let grains: Int
  }

  /// The rings from the centre outwards.
  public let rings: [Ring]

  /// - Parameter rings: how many, of equal width.
  public init(_ angles: RadialAngles, rings: Int = 10) throws(TextureError) {
    guard (1...1000).contains(rings) else {
      throw .invalidParameter(name: "number of rings", value: Double(rings), expected: "1 to 1000")
    }
    let geometry = angles.geometry
    let points = angles.points
    let distances = points.positions.map { geometry.distance($0) }
    let low = abs(geometry.height)
    let width = ((distances.max() ?? 0) - low) / Double(rings)
    var sums = [[(square: Double, count: Double)]](repeating: [], count: rings)
    for k in points.grains.indices {
      var own = [(square: Double, count: Double)](repeating: (0, 0), count: rings)
      for place in points.starts[k]..<points.starts[k + 1] {
        let ring = width > 0 ? min(Int((distances[place] - low) / width), rings - 1) : 0
        own[ring].square += geometry.squaredCosine(points.positions[place], points.axes[place])
        own[ring].count += 1
      }
      for ring in 0..<rings where own[ring].count > 0 { sums[ring].append(own[ring]) }
    }
    let (slope, shift) = angles.kind == .inSpace ? (1.5, -0.5) : (2.0, -1.0)
    self.rings = (0..<rings).map { ring in
      let total = sums[ring].reduce(0) { $0 + $1.count }
      let mean = sums[ring].reduce(0) { $0 + $1.square } / total
      let grains = sums[ring].count
      let squares = sums[ring].reduce(0) {
        $0 + ($1.square - mean * $1.count) * ($1.square - mean * $1.count)
      }
      let error = grains >= 2 ? (squares * Double(grains) / Double(grains - 1)).squareRoot() / total : .nan
      return Ring(
        inner: low + Double(ring) * width, outer: low + Double(ring + 1) * width, value: slope * mean + shift,
        uncertainty: slope * error, grains: grains)
    }
  }
}
