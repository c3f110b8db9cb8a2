import ArrayMath
public import Crystallography
import Foundation

/// Indexes patterns without a start: dictionary, refinement of its best, decision between pseudo-symmetric variants.
public struct WholePatternIndexing: Sendable {
  /// Compares a pattern with the dictionary.
  public let dictionary: DictionaryIndexing
  /// Refines what the dictionary proposes.
  public let refinement: OrientationRefinement
  /// Decides between variants; nil where the cell has none.
  public let decider: VariantDecider?
  /// The symmetries under which two proposals count as one.
  public let group: RotationGroup
  /// How many matches are refined.
  public let proposals: Int

  /// - Parameters:
  ///   - symmetry: the phase's pseudo-symmetry and symmetry.
  ///   - proposals: how many matches of a pattern are refined, at least 1.
  public init(
    dictionary: DictionaryIndexing, refinement: OrientationRefinement, symmetry: PseudoSymmetry, proposals: Int = 3
  ) {
    precondition(proposals >= 1, "something is refined")
    (self.dictionary, self.refinement, group, self.proposals) = (dictionary, refinement, symmetry.group, proposals)
    decider = symmetry.operators.isEmpty ? nil : VariantDecider(symmetry, refinement: refinement)
  }

  /// The orientation of each pattern.
  ///
  /// A pattern of nothing but noise correlates with the best of D projected ones by about √(2 ln D / N), N being its pixels;
  /// one whose best match is not two standard deviations 1/√N above that is not indexed. The confidence is how far the
  /// correlation stands above that of the next orientation that is not the same.
  ///
  /// - Parameters:
  ///   - patterns: all pixels in C order, background taken off.
  ///   - phase: index of the phase.
  ///   - threads: at most so many; the result does not depend on it.
  public func index(_ patterns: [[Float]], phase: Int = 0, threads: Int = 1) throws -> [IndexedPattern] {
    // Neighbours in the dictionary crowd the best places; rivals are farther down.
    let found = dictionary.matches(patterns, best: 8 * proposals, threads: threads)
    return try parallelMap(count: patterns.count, threads: threads) { item in
      index(patterns[item], matches: found[item], phase: phase)
    }
  }

  private func index(_ pattern: [Float], matches: [DictionaryMatch], phase: Int) -> IndexedPattern {
    let pixels = Double(dictionary.projector.count)
    let chance = ((2 * log(Double(dictionary.orientations.count))).squareRoot() + 2) / pixels.squareRoot()
    guard let first = matches.first, Double(first.correlation) > chance else { return .notIndexed }
    var refined: [RefinedPattern] = []
    for match in matches where refined.count < proposals {
      let start = dictionary.orientations[match.index]
      // Starts near one that was refined would only find the same maximum again.
      if refined.contains(where: { group.disorientation($0.pose.orientation, start) < 0.05 }) { continue }
      if let result = refinement.refine(pattern, from: start) { refined.append(result) }
    }
    guard let best = refined.max(by: { $0.correlation < $1.correlation }) else { return .notIndexed }
    if let decider, let decision = decider.decide(pattern, near: best.pose) { return decision.indexed(phase: phase) }
    let rival =
      refined.filter { group.disorientation($0.pose.orientation, best.pose.orientation) > 0.05 }
      .map(\.correlation).max() ?? 0
    return best.indexed(phase: phase, confidence: min(1, max(0, best.correlation - max(0, rival))))
  }
}
