import Foundation

extension MasterPattern {
  /// The master pattern averaged over directions with a Gaussian weight, as a broad beam of directions would see it.
  ///
  /// Each value is the weighted mean at 37 directions, the centre and three rings out to 2 sigma, so a blur of the sphere
  /// and not of the grid.
  ///
  /// - Parameters:
  ///   - sigma: standard deviation along each of two perpendicular directions, in radians, well below 1.
  ///   - size: points along an edge of the result; as many as here where nil.
  public func smoothed(by sigma: Double, size: Int? = nil) -> MasterPattern {
    var offsets: [(x: Double, y: Double, weight: Double)] = [(0, 0, 1)]
    for ring in 1...3 {
      for step in 0..<6 * ring {
        let angle = 2 * Double.pi * (Double(step) / Double(6 * ring) + Double(ring) / 12)
        let radius = Double(ring) * 2 / 3
        offsets.append(
          (sigma * radius * cos(angle), sigma * radius * sin(angle), exp(-radius * radius / 2)))
      }
    }
    let total = offsets.reduce(0) { $0 + $1.weight }
    return MasterPattern(size: size ?? self.size) { direction in
      let helper = abs(direction.z) < 0.7 ? SIMD3(0.0, 0, 1) : SIMD3(1.0, 0, 0)
      var u = helper - direction * (helper * direction).sum()
      u /= (u * u).sum().squareRoot()
      let v = SIMD3(
        direction.y * u.z - direction.z * u.y, direction.z * u.x - direction.x * u.z,
        direction.x * u.y - direction.y * u.x)
      var sum = 0.0
      for offset in offsets { sum += offset.weight * self(direction + u * offset.x + v * offset.y) }
      return Float(sum / total)
    }
  }
}
