public import Crystallography
import Foundation

/// Which of several pseudo-symmetric orientations a pattern shows, and how sure that is.
public struct VariantDecision: Sendable, Hashable {
  /// The variant that fits best.
  public var best: RefinedPattern
  /// Its number among ``PseudoSymmetry/variants(of:)`` of the orientation that was asked about; 0 confirms it.
  public var variant: Int
  /// Normalised correlation of each variant; −1 where it does not resemble the pattern.
  public var correlations: [Double]
  /// How far the best correlation stands above the next; NaN without rivals.
  public var margin: Double
  /// The difference of the squared residuals of the best and its nearest rival over its standard error; infinite without
  /// rivals.
  public var statistic: Double
  /// `undecided` where ``statistic`` is below the limit.
  public var status: IndexingStatus

  /// The pattern as a point of a map; its confidence is the margin.
  public func indexed(phase: Int = 0, bands: Int = 0, fit: Double = .nan) -> IndexedPattern {
    best.indexed(
      phase: phase, status: status, confidence: margin.isNaN ? max(0, best.correlation) : max(0, min(1, margin)),
      bands: bands, fit: fit)
  }
}

/// Decides between pseudo-symmetric orientations on all pixels of a pattern.
///
/// Each variant is projected from the master and, unless it is far behind, refined. Two variants are compared by
///
///     L = Σ_i (r′_i² − r_i²),
///
/// r and r′ being what the better and the worse leave of the pattern. L is summed in about a hundred square blocks; the
/// blocks see different bands and independent noise, so their scatter s gives the standard error of L = √n s without any
/// belief in the master, and t = L / (√n s) is standard normal where both fit equally badly (Vuong, Econometrica 57, 307
/// (1989)). Below a limit of 2 (one wrong decision in 44 patterns that fit both equally badly) the pattern is left undecided.
/// A wrong master gives both variants large residuals that differ from block to block, and t shows that.
public struct VariantDecider: Sendable {
  /// The variants.
  public let symmetry: PseudoSymmetry
  /// Refines each of them.
  public let refinement: OrientationRefinement
  /// The least ``VariantDecision/statistic`` of a decision.
  public let limit: Double

  private let blocks: PixelBlocks

  public init(_ symmetry: PseudoSymmetry, refinement: OrientationRefinement, limit: Double = 2) {
    (self.symmetry, self.refinement, self.limit) = (symmetry, refinement, limit)
    blocks = PixelBlocks(refinement.projector.mask)
  }

  /// Decides between the variants of an orientation.
  ///
  /// - Parameters:
  ///   - pattern: all pixels in C order, background taken off.
  ///   - orientation: within the reach of the refinement of one of the variants.
  /// - Returns: nil where the pattern resembles none of them.
  public func decide(_ pattern: [Float], near orientation: Rotation) -> VariantDecision? {
    decide(pattern, near: CrystalPose(orientation, in: refinement.projector.geometry))
  }

  /// Decides between the variants of a pose; see ``decide(_:near:)-(_,Rotation)``.
  public func decide(_ pattern: [Float], near start: CrystalPose) -> VariantDecision? {
    let values = OrientationRefinement.normalised(refinement.projector.mask.values(pattern))
    var variants = symmetry.variants(of: start.orientation).map { orientation in
      var pose = start
      pose.orientation = orientation
      return Candidate(pose, values: values, refinement.projector)
    }
    // A rival that is far behind even before refinement is not worth refining.
    var leader = Self.leader(variants)
    for index in variants.indices
    where index == leader || statistic(variants[leader], variants[index]) < 2 * limit {
      guard let refined = refinement.refine(values: values, from: variants[index].pose) else { continue }
      variants[index] = Candidate(refined.pose, values: values, refinement.projector)
      variants[index].refined = refined
    }
    leader = Self.leader(variants)
    guard
      let best = variants[leader].refined
        ?? refinement.refine(values: values, from: variants[leader].pose)
    else { return nil }
    var (least, margin) = (Double.infinity, Double.nan)
    for index in variants.indices where index != leader {
      least = min(least, statistic(variants[leader], variants[index]))
      let difference = best.correlation - variants[index].correlation
      margin = margin.isNaN ? difference : min(margin, difference)
    }
    return VariantDecision(
      best: best, variant: leader, correlations: variants.map(\.correlation), margin: margin, statistic: least,
      status: least >= limit ? .indexed : .undecided)
  }

  private static func leader(_ variants: [Candidate]) -> Int {
    variants.indices.reduce(0) { variants[$1].correlation > variants[$0].correlation ? $1 : $0 }
  }

  /// t of a better and a worse candidate.
  private func statistic(_ better: Candidate, _ worse: Candidate) -> Double {
    var sums = [Double](repeating: 0, count: blocks.count)
    for (index, block) in blocks.numbers.enumerated() {
      let (r, s) = (better.residuals[index], worse.residuals[index])
      sums[Int(block)] += Double(s * s - r * r)
    }
    let total = sums.reduce(0, +)
    let n = Double(blocks.count)
    let scatter = sums.reduce(0) { $0 + ($1 - total / n) * ($1 - total / n) } * n / max(n - 1, 1)
    return scatter > 0 ? total / scatter.squareRoot() : 0
  }
}

/// A pose, its correlation with a pattern and what it leaves of it.
private struct Candidate {
  var pose: CrystalPose
  var correlation: Double
  var residuals: [Float]
  var refined: RefinedPattern?

  init(_ pose: CrystalPose, values: [Float], _ projector: PatternProjector) {
    self.pose = pose
    let model = OrientationRefinement.normalised(projector.pattern(pose))
    var product = 0.0
    for index in values.indices { product += Double(values[index] * model[index]) }
    correlation = product / Double(values.count)
    // What resembles the negative of the pattern explains nothing of it.
    let gain = Float(max(correlation, 0))
    residuals = values.indices.map { values[$0] - gain * model[$0] }
    if !(correlation > -1) { correlation = -1 }
  }
}
