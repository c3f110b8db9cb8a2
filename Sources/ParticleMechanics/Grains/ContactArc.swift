import Foundation

/// The part of a surface that a droplet touches: that seen from a centre in a range of directions.
struct ContactArc {
  /// Anticlockwise from x, in radians.
  var directions: ClosedRange<Double>

  func validate() throws(SectionError) {
    let width = directions.upperBound - directions.lowerBound
    try SectionError.require(
      width > 0 && width <= 2 * .pi, "the width of the arc of contact in radians", width, "more than 0, at most 2π")
  }

  func contains(_ offset: SIMD2<Double>) -> Bool {
    var angle = atan2(offset.y, offset.x) - directions.lowerBound
    angle -= 2 * .pi * (angle / (2 * .pi)).rounded(.down)
    return angle <= directions.upperBound - directions.lowerBound
  }

  /// The names of pieces of an outline, `wetted` on those in the arc alone.
  ///
  /// - Parameter pieces: names, and the way from the centre to the middle. Where some are wetted already, as around a
  ///   section with pores, no others become so.
  func names(_ pieces: [(names: [String], offset: SIMD2<Double>)]) -> [[String]] {
    let wetted = ElementMesh.BoundaryName.wetted
    let candidate = pieces.contains { $0.names.contains(wetted) } ? wetted : ElementMesh.BoundaryName.surface
    return pieces.map { piece in
      guard piece.names.contains(candidate) else { return piece.names }
      return piece.names.filter { $0 != wetted } + (contains(piece.offset) ? [wetted] : [])
    }
  }
}

extension SectionPartition {
  /// The partition with an arc of contact: pieces of its surface whose middles are seen from a place in a range of
  /// directions are named `wetted` too.
  ///
  /// - Parameters:
  ///   - directions: angles anticlockwise from x, in radians; the upper bound may pass 2π.
  ///   - centre: where they are seen from, in metres.
  public func wetted(
    _ directions: ClosedRange<Double>, from centre: SIMD2<Double> = .zero
  ) throws(SectionError) -> SectionPartition {
    let arc = ContactArc(directions: directions)
    try arc.validate()
    var result = self
    let names = arc.names(
      edges.map { ($0.names, $0.point(from: points[$0.start], to: points[$0.end], fraction: 0.5) - centre) })
    for index in edges.indices { result.edges[index].names = names[index] }
    return result
  }
}
