/// One orientation of a dictionary that resembles a pattern.
public struct DictionaryMatch: Sendable, Hashable {
  /// Index into the orientations of the dictionary.
  public var index: Int
  /// Normalised correlation.
  public var correlation: Float

  /// The better match first; of two as good the one of the lower index.
  static func < (left: DictionaryMatch, right: DictionaryMatch) -> Bool {
    left.correlation != right.correlation ? left.correlation > right.correlation : left.index < right.index
  }
}

/// The best matches of one pattern so far, the best first.
///
/// The order is total, so the result does not depend on the order in which matches come.
struct TopMatches: Sendable {
  /// How many are kept.
  let limit: Int
  private(set) var matches: [DictionaryMatch] = []

  init(limit: Int) { self.limit = limit }

  /// A correlation below which nothing is taken any more.
  var threshold: Float { matches.count < limit ? -.infinity : matches[limit - 1].correlation }

  mutating func insert(_ match: DictionaryMatch) {
    if matches.count == limit {
      guard let last = matches.last, match < last else { return }
      matches.removeLast()
    }
    var place = matches.count
    while place > 0, match < matches[place - 1] { place -= 1 }
    matches.insert(match, at: place)
  }

  /// Takes the correlations of consecutive orientations.
  mutating func insert(_ correlations: UnsafeBufferPointer<Float>, first: Int) {
    var index = 0
    // Few blocks hold anything above the threshold; the greatest of a block is found without branches.
    while index < correlations.count {
      let end = min(index + 64, correlations.count)
      var greatest = -Float.infinity
      for k in index..<end { greatest = max(greatest, correlations[k]) }
      if greatest >= threshold {
        for k in index..<end where correlations[k] >= threshold {
          insert(DictionaryMatch(index: first + k, correlation: correlations[k]))
        }
      }
      index = end
    }
  }
}
