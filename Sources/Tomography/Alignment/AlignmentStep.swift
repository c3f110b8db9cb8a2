public import ImageAnalysis

/// What one of the first steps of an alignment found.
public struct AlignmentStep: Sendable {
  /// The displacements, those of projections that were skipped by interpolation between their neighbours.
  public var displacements: [ImageShift]
  /// Standard uncertainty of what the step found, in pixels; infinite where a projection was skipped.
  public var uncertainties: [Double]
  /// Projections that could not be used.
  public var skipped: [Int]
  public var notes: [String]
}

extension AlignmentStep {
  /// Values for all from values of some: between neighbours on a line, beyond the last one as that.
  static func interpolated(_ values: [Int: Double], count: Int) -> [Double] {
    let known = values.keys.sorted()
    guard let first = known.first, let last = known.last else { return Array(repeating: 0, count: count) }
    return (0..<count).map { index in
      if let value = values[index] { return value }
      guard index > first, index < last, let after = known.first(where: { $0 > index }),
        let before = known.last(where: { $0 < index }), let low = values[before], let high = values[after]
      else { return values[index < first ? first : last] ?? 0 }
      let part = Double(index - before) / Double(after - before)
      return (1 - part) * low + part * high
    }
  }

  /// What a step says of projections that it cannot use.
  static func notes(_ profiles: [ViewProfiles], step: String) -> [String] {
    let truncated = profiles.indices.filter { profiles[$0].isTruncated }
    let empty = profiles.indices.filter { profiles[$0].isEmpty }
    var notes: [String] = []
    if !truncated.isEmpty {
      notes.append(
        """
        \(truncated.count) of \(profiles.count) projections fail the mass test: matter reaches beyond the sides of the \
        field (\(Self.list(truncated))); \(step) leaves them out
        """)
    }
    if !empty.isEmpty {
      notes.append("\(empty.count) projections hold nothing that was measured (\(Self.list(empty))); they are left out")
    }
    return notes
  }

  static func list(_ indices: [Int]) -> String {
    let shown = indices.prefix(8).map(String.init).joined(separator: ", ")
    return indices.count > 8 ? shown + ", ..." : shown
  }
}
