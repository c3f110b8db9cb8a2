/// One component of stress along a straight line, linear between the places where it is known.
public struct StressAlongLine: Sendable, Hashable {
  /// Places along the line, ascending, in metres.
  public let positions: [Double]
  /// Stress at each place, in pascals, positive in tension.
  public let values: [Double]

  /// - Throws: ``CrackingError/invalidField(name:reason:)`` unless there are at least two places in ascending order, as
  ///   many values, and all are finite.
  public init(positions: [Double], values: [Double]) throws(CrackingError) {
    let name = "the stress along a line"
    guard positions.count == values.count, positions.count >= 2 else {
      throw .invalidField(
        name: name,
        reason: "\(positions.count) places and \(values.count) values; expected a value for each of two or more places")
    }
    guard positions.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite) else {
      throw .invalidField(name: name, reason: "a place or a value is not a finite number")
    }
    if let index = positions.indices.dropFirst().first(where: { positions[$0] <= positions[$0 - 1] }) {
      throw .invalidField(
        name: name,
        reason:
          "place \(index + 1), \(positions[index]) m, does not lie beyond the one before; expected ascending places")
    }
    self.positions = positions
    self.values = values
  }

  /// The hoop stress of a profile against the depth below the particle's surface.
  ///
  /// - Parameters:
  ///   - profile: ascending radii, the last of them at the surface.
  public init(hoopStressBelowSurface profile: RadialProfile) throws(CrackingError) {
    guard let surface = profile.radius.last, profile.hoopStress.count == profile.radius.count else {
      throw .invalidField(name: "the radial profile", reason: "no radii, or not a hoop stress for each of them")
    }
    try self.init(
      positions: profile.radius.reversed().map { surface - $0 }, values: profile.hoopStress.reversed())
  }

  /// The stress at a place of the line; beyond its ends that of the end.
  public func callAsFunction(_ position: Double) -> Double {
    var (low, high) = (0, positions.count - 1)
    if position <= positions[low] { return values[low] }
    if position >= positions[high] { return values[high] }
    while high - low > 1 {
      let middle = (low + high) / 2
      if positions[middle] <= position { low = middle } else { high = middle }
    }
    let part = (position - positions[low]) / (positions[high] - positions[low])
    return values[low] + part * (values[high] - values[low])
  }

  /// The known places strictly inside a stretch, with its ends.
  func breaks(from start: Double, to end: Double) -> [Double] {
    [start] + positions.filter { $0 > start && $0 < end } + [end]
  }

  /// - Throws: ``CrackingError/flawBeyondStress(reach:known:)`` where the stretch is not covered, rounding aside.
  func requireCovers(from start: Double, to end: Double) throws(CrackingError) {
    let (first, last) = (positions[0], positions[positions.count - 1])
    let rounding = 1e-9 * (last - first)
    if start < first - rounding { throw .flawBeyondStress(reach: start, known: first...last) }
    if end > last + rounding { throw .flawBeyondStress(reach: end, known: first...last) }
  }
}
