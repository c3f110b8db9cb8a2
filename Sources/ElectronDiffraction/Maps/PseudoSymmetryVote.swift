public import Crystallography

/// Lets the points of a grain agree on one of several pseudo-symmetric orientations.
///
/// A domain is what grows together when pseudo-symmetric orientations count as equal. In it each point votes for its
/// variant; pieces of the domain that follow another variant than the winner's are turned to it.
///
/// A real grain in the same relation to its neighbour looks like such a piece: only pieces of at most
/// ``largestPiece`` points are turned.
public struct PseudoSymmetryVote: Sendable, Hashable {
  /// The phase concerned, as an index into ``OrientationMap/phases``.
  public var phase: Int
  /// Turns in the crystal's frame: an orientation g is easily taken for v g, for each v of the list.
  public var variants: [Rotation]
  /// How neighbours are joined.
  public var segmentation: GrainSegmentation
  /// The most points that a piece has which the vote may turn.
  public var largestPiece: Int
  /// Points stay marked as undecided where the winner leads by less than this share of the votes, 0...1.
  public var smallestMargin: Double

  public init(
    phase: Int, variants: [Rotation], segmentation: GrainSegmentation = GrainSegmentation(), largestPiece: Int = .max,
    smallestMargin: Double = 0.1
  ) {
    (self.phase, self.variants, self.segmentation) = (phase, variants, segmentation)
    (self.largestPiece, self.smallestMargin) = (largestPiece, smallestMargin)
  }

  /// What a domain decided.
  public struct Decision: Sendable, Hashable {
    /// Points of the domain.
    public var pointCount: Int
    /// Points that follow the winner, from the start.
    public var agreeingCount: Int
    /// Points that were turned.
    public var turnedCount: Int
    /// Share of the votes by which the winner leads the second, 0...1.
    public var margin: Double

    public init(pointCount: Int, agreeingCount: Int, turnedCount: Int, margin: Double) {
      (self.pointCount, self.agreeingCount) = (pointCount, agreeingCount)
      (self.turnedCount, self.margin) = (turnedCount, margin)
    }
  }

  /// The map after the vote, and what each domain decided, in the order of their first points.
  ///
  /// Votes weigh as much as the confidence of their point, 1 where that is not known. Undecided points do not vote unless
  /// nobody else does.
  public func callAsFunction(_ map: OrientationMap) -> (map: OrientationMap, decisions: [Decision]) {
    let laueClass = map.phases[phase].laueClass
    let turns = [Rotation.identity] + variants
    func similarity(_ first: Rotation, _ second: Rotation) -> Double {
      turns.reduce(0) { largest, turn in
        max(largest, laueClass.halfAngleCosine(turn * first, second), laueClass.halfAngleCosine(turn * second, first))
      }
    }
    var concerned = map
    for index in concerned.points.indices where concerned.points[index].phase != phase {
      concerned.points[index].status = .notIndexed
    }
    let pieces = segmentation.components(of: concerned) { $0.halfAngleCosine($1, $2) }
    let domains = segmentation.components(of: concerned) { similarity($1, $2) }
    var pieceSizes = [Int](repeating: 0, count: Int(pieces.max() ?? -1) + 1)
    for piece in pieces where piece >= 0 { pieceSizes[Int(piece)] += 1 }
    var members = [[Int]](repeating: [], count: Int(domains.max() ?? -1) + 1)
    for (index, domain) in domains.enumerated() where domain >= 0 { members[Int(domain)].append(index) }
    var result = map
    let decisions = members.map { points in
      decide(points, turns: turns, laueClass: laueClass, map: &result) { pieceSizes[Int(pieces[$0])] <= largestPiece }
    }
    return (result, decisions)
  }

  private func decide(
    _ points: [Int], turns: [Rotation], laueClass: LaueClass, map: inout OrientationMap, mayTurn: (Int) -> Bool
  ) -> Decision {
    // Variants are counted from the first point's orientation.
    let candidates = turns.map { $0 * map.points[points[0]].orientation }
    let choices = points.map { index in
      candidates.indices.max { first, second in
        laueClass.halfAngleCosine(map.points[index].orientation, candidates[first])
          < laueClass.halfAngleCosine(map.points[index].orientation, candidates[second])
      } ?? 0
    }
    let everyoneIsUndecided = points.allSatisfy { map.points[$0].status == .undecided }
    var votes = [Double](repeating: 0, count: candidates.count)
    for (index, choice) in zip(points, choices) where everyoneIsUndecided || map.points[index].status == .indexed {
      let confidence = map.points[index].confidence
      votes[choice] += confidence.isFinite ? max(confidence, 0) : 1
    }
    let total = votes.reduce(0, +)
    let winner = votes.indices.max { votes[$0] < votes[$1] } ?? 0
    let second = votes.indices.filter { $0 != winner }.map { votes[$0] }.max() ?? 0
    let margin = total > 0 ? (votes[winner] - second) / total : 0
    var decision = Decision(pointCount: points.count, agreeingCount: 0, turnedCount: 0, margin: margin)
    for (index, choice) in zip(points, choices) {
      if choice == winner {
        decision.agreeingCount += 1
      } else if mayTurn(index) && margin > 0 {
        let orientation = map.points[index].orientation
        let turned = turns.map { $0 * orientation }.max {
          laueClass.halfAngleCosine($0, candidates[winner]) < laueClass.halfAngleCosine($1, candidates[winner])
        }
        map.points[index].orientation = turned ?? orientation
        decision.turnedCount += 1
      } else {
        continue
      }
      map.points[index].status = margin >= smallestMargin ? .indexed : .undecided
    }
    return decision
  }
}
