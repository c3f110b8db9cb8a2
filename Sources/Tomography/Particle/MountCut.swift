internal import ArrayMath

/// Where a particle is cut off what it stands on.
public struct MountCut: Sendable, Hashable, Codable {
  /// How the place is found.
  public enum Rule: Sendable, Hashable, Codable {
    /// The particle stands free; nothing is cut.
    case none
    /// At the narrowest place between the particle and a face of the volume that it reaches.
    case neck
    /// At the boundary above a slice: the particle is in the slices before it.
    case below(slice: Int)
    /// At the boundary above a slice: the particle is in it and those after it.
    case above(slice: Int)
  }

  /// The particle's slices.
  public var kept: Range<Int>
  /// The area of the mount where it was cut, in voxels².
  public var area: Double
  /// What of the particle lies beyond the cut, in voxels: its own cross-section, followed on to where it vanishes. Less than
  /// 0 where the mount reaches beyond the cut instead.
  public var cap = 0.0
  /// Standard uncertainty of the volume on this side of the mount, in voxels.
  public var uncertainty: Double

  /// The cut of a component from its cross-sections.
  ///
  /// A particle on a needle narrows from its widest slice towards the contact and goes on as wide as the needle, or wider.
  /// The cut is where the cross-section first comes down to a quarter above the smallest one: for a sphere of radius R on a
  /// needle of radius r that is within r²/8R of the contact. Until the cap is known, the place counts as known to ±1 voxel.
  ///
  /// - Parameters:
  ///   - areas: voxels of the component in each slice.
  ///   - rule: how the place is found.
  ///   - complete: the slices that all views see: a mount reaches the last one of them. Nil is all.
  /// - Returns: nil where there is nothing to cut.
  static func find(_ areas: [Int], rule: Rule, complete: Range<Int>? = nil) -> MountCut? {
    let complete = (complete ?? 0..<areas.count).clamped(to: 0..<areas.count)
    let limit = 1 / 3.0.squareRoot()
    switch rule {
    case .none: return nil
    case .below(let slice):
      let end = min(max(slice, 0), areas.count)
      return MountCut(kept: 0..<end, area: end < areas.count ? Double(areas[end]) : 0, uncertainty: 0)
    case .above(let slice):
      let start = min(max(slice, 0), areas.count)
      return MountCut(kept: start..<areas.count, area: start > 0 ? Double(areas[start - 1]) : 0, uncertainty: 0)
    case .neck:
      guard let widest = areas.indices.max(by: { areas[$0] < areas[$1] }), areas[widest] > 0 else { return nil }
      var kept = 0..<areas.count
      var area = 0.0
      guard complete.contains(widest) else { return nil }
      if areas[complete.upperBound - 1] > 0, let end = neck(Array(areas[widest..<complete.upperBound])) {
        kept = kept.lowerBound..<widest + end
        area += Double(areas[widest + end])
      }
      if areas[complete.lowerBound] > 0, let end = neck(Array(areas[complete.lowerBound...widest].reversed())) {
        kept = widest - end + 1..<kept.upperBound
        area += Double(areas[widest - end])
      }
      return kept.count < areas.count ? MountCut(kept: kept, area: area, uncertainty: area * limit) : nil
    }
  }

  /// The first slice that belongs to the mount, counted from the widest one; nil where there is no narrower place.
  private static func neck(_ areas: [Int]) -> Int? {
    // The smallest cross-section of a needle in noise is one of many; that which a tenth lie below moves less. No further
    // than the third: where displaced views leave few slices of the needle, the next ones are the particle's own.
    guard let largest = areas.first, areas.count > 4 else { return nil }
    let narrow = areas.dropFirst().filter { $0 < largest / 2 }.sorted()
    guard !narrow.isEmpty else { return nil }
    let smallest = Double(narrow[min(narrow.count / 10, 2)])
    return areas.firstIndex { Double($0) <= 1.25 * smallest }
  }

  /// The cut with the cap beyond it, from the particle's cross-sections before it.
  ///
  /// Cross-sections of the six slices before the last one (which the mount's blur reaches) are followed to where they
  /// vanish, by a parabola, as those of an ellipsoid are; its uncertainty is how far they scatter about it, and half of what
  /// a straight line through the last four says otherwise is a limit. What the last slice shows beyond the parabola is the
  /// mount's.
  ///
  /// - Parameter areas: voxels of the envelope in each slice of the volume.
  func withCap(_ areas: [Int]) -> MountCut {
    guard uncertainty > 0 else { return self }
    var result = self
    var (cap, variance) = (0.0, 0.0)
    for isLower in [true, false] {
      if isLower ? kept.upperBound == areas.count : kept.lowerBound == 0 { continue }
      let before = isLower ? Array(areas[kept].reversed()) : Array(areas[kept])
      guard let found = Self.cap(before.prefix(7).map(Double.init)) else { return self }
      cap += found.volume
      variance += found.uncertainty * found.uncertainty
    }
    result.cap = cap
    result.uncertainty = variance.squareRoot()
    return result
  }

  /// The integral of cross-sections beyond a cut, from those at 0.5, 1.5, … slices before it; nil where they do not shrink.
  private static func cap(_ areas: [Double]) -> (volume: Double, uncertainty: Double)? {
    guard areas.count == 7, let last = areas.first else { return nil }
    let areas = Array(areas.dropFirst())
    let heights = areas.indices.map { Double($0) + 1.5 }
    func integral(_ fit: PolynomialFit) -> Double? {
      // To the first root beyond the cut, in steps that are short beside the reach of the fit.
      var (sum, height) = (0.0, 0.0)
      while height > -24 {
        let area = fit(height - 0.005)
        if area <= 0 { return sum }
        sum += 0.01 * area
        height -= 0.01
      }
      return nil
    }
    guard let parabola = PolynomialFit(heights, areas, degree: 2), let volume = integral(parabola),
      let line = PolynomialFit(Array(heights.prefix(4)), Array(areas.prefix(4)), degree: 1), let other = integral(line)
    else { return nil }
    // What one cross-section more or less changes, times how far they scatter.
    var variance = 0.0
    let deviation = parabola.deviation
    for index in areas.indices {
      var moved = areas
      moved[index] += max(deviation, 1)
      guard let fit = PolynomialFit(heights, moved, degree: 2), let changed = integral(fit) else { return nil }
      variance +=
        (changed - volume) * (changed - volume) * deviation * deviation / (max(deviation, 1) * max(deviation, 1))
    }
    let difference = (other - volume) / 2 / 3.0.squareRoot()
    // Where the particle ends before the cut, the last slice shows the mount.
    let excess = max(last - max(parabola(0.5), 0) - 3 * deviation, 0)
    return (volume - excess, (variance + difference * difference + excess * excess / 3).squareRoot())
  }
}
