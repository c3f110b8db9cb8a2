public import Crystallography
import Foundation

/// What the points of a grain say of its pseudo-symmetric variant.
public struct GrainVerdict: Sendable, Hashable {
  /// The label of the grain.
  public var grain: Int
  /// The orientation of the winning variant at the point that spoke most clearly.
  public var orientation: Rotation
  /// Points with a vote.
  public var points: Int
  /// Weight of the votes for the winner over that of all.
  public var share: Double
  /// How far the winner's share stands above the next one's.
  public var margin: Double
}

extension PseudoSymmetry {
  /// Gives each grain the variant that most of its points show.
  ///
  /// Only one of the variants can be true in a grain. Points vote with their weights; all points of the grain then get
  /// the variant of their own orientation that is nearest to the winner's.
  ///
  /// - Parameters:
  ///   - grains: a label for each point, negative for none. Grains built with ``disorientation(_:_:)``, so that variants
  ///     lie in one.
  ///   - orientations: of each point.
  ///   - weights: of each point's vote, 0 for none; for example 1 where decided, or ``VariantDecision/statistic``.
  /// - Returns: the orientations, a changed one within the misfit of an operator of its refined place, and a verdict for
  ///   each grain in ascending order of labels.
  /// - Precondition: as many labels and weights as orientations.
  public func majority(
    grains: [Int], orientations: [Rotation], weights: [Double]
  ) -> (orientations: [Rotation], verdicts: [GrainVerdict]) {
    precondition(grains.count == orientations.count && weights.count == grains.count, "a label and a weight a point")
    var members: [Int: [Int]] = [:]
    for (point, grain) in grains.enumerated() where grain >= 0 { members[grain, default: []].append(point) }
    var result = orientations
    var verdicts: [GrainVerdict] = []
    for (grain, points) in members.sorted(by: { $0.key < $1.key }) {
      let voters = points.filter { weights[$0] > 0 }
      guard let first = voters.first else { continue }
      let clearest = voters.reduce(first) { weights[$1] > weights[$0] ? $1 : $0 }
      let references = variants(of: orientations[clearest])
      var votes = [Double](repeating: 0, count: references.count)
      for point in voters { votes[nearest(references, orientations[point])] += weights[point] }
      let winner = votes.indices.reduce(0) { votes[$1] > votes[$0] ? $1 : $0 }
      let total = votes.reduce(0, +)
      let next = votes.indices.filter { $0 != winner }.map { votes[$0] }.max() ?? 0
      for point in points {
        let own = variants(of: orientations[point])
        result[point] = own[nearest(own, references[winner])]
      }
      verdicts.append(
        GrainVerdict(
          grain: grain, orientation: references[winner], points: voters.count, share: votes[winner] / total,
          margin: (votes[winner] - next) / total))
    }
    return (result, verdicts)
  }

  private func nearest(_ candidates: [Rotation], _ orientation: Rotation) -> Int {
    let angles = candidates.map { group.disorientation($0, orientation) }
    return angles.indices.reduce(0) { angles[$1] < angles[$0] ? $1 : $0 }
  }
}
