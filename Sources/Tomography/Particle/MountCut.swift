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
  /// The area that was cut through, in voxels².
  public var area: Double
  /// Standard uncertainty of the place of the cut, in slices.
  public var uncertainty: Double

  /// The cut of a component from its cross-sections.
  ///
  /// A particle on a needle narrows from its widest slice towards the contact and goes on as wide as the needle, or wider.
  /// The cut is where the cross-section first comes down to a quarter above the smallest one: for a sphere of radius R on a
  /// needle of radius r that is within r²/8R of the contact. The place is known to a voxel, as the blur of a volume hides
  /// more: a limit of ±1.
  ///
  /// - Parameters:
  ///   - areas: voxels of the component in each slice.
  ///   - rule: how the place is found.
  /// - Returns: nil where there is nothing to cut.
  static func find(_ areas: [Int], rule: Rule) -> MountCut? {
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
      if let last = areas.last, last > 0, let end = neck(Array(areas[widest...])) {
        kept = kept.lowerBound..<widest + end
        area += Double(areas[widest + end])
      }
      if let first = areas.first, first > 0, let end = neck(Array(areas[...widest].reversed())) {
        kept = widest - end + 1..<kept.upperBound
        area += Double(areas[widest - end])
      }
      return kept.count < areas.count ? MountCut(kept: kept, area: area, uncertainty: limit) : nil
    }
  }

  /// The first slice that belongs to the mount, counted from the widest one; nil where there is no narrower place.
  private static func neck(_ areas: [Int]) -> Int? {
    // The smallest cross-section of a needle in noise is one of many; that which a tenth lie below moves less.
    guard let largest = areas.first, areas.count > 4 else { return nil }
    let narrow = areas.dropFirst().filter { $0 < largest / 2 }.sorted()
    guard !narrow.isEmpty else { return nil }
    let smallest = Double(narrow[narrow.count / 10])
    return areas.firstIndex { Double($0) <= 1.25 * smallest }
  }
}
