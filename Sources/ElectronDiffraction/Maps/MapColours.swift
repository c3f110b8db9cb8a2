import Crystallography

extension OrientationMap {
  /// Colours of the crystal directions that lie along one direction of the map: an inverse pole figure map.
  ///
  /// - Parameter direction: in the map's frame, of length 1; z is the normal of the map.
  /// - Returns: red, green and blue, 0...1, for each point in C order; nil where nothing was indexed.
  public func inversePoleFigureColours(along direction: SIMD3<Double>) -> [SIMD3<Double>?] {
    let keys = phases.map { InversePoleFigureKey($0.laueClass) }
    let inSample = mapToSample(direction)
    return points.map { point in isIndexed(point) ? keys[point.phase](point.orientation, along: inSample) : nil }
  }

  /// Colours of the c axes, see ``AxisColourKey``: a hue for the direction in the map, white for c along its normal.
  ///
  /// - Returns: red, green and blue, 0...1, for each point in C order; nil where nothing was indexed.
  public func cAxisColours() -> [SIMD3<Double>?] {
    let key = AxisColourKey()
    return points.indices.map { isIndexed(points[$0]) ? key(cAxis(at: $0)) : nil }
  }
}
