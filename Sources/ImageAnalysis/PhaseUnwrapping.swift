public import ArrayMath

/// Takes the jumps of whole turns out of a phase.
///
/// Pixels that are not finite or outside the mask are left out: they get NaN, and parts of the image that they cut off from
/// each other are regions, each with a constant of its own. Where neighbours contradict nothing, which is where there are no
/// residues, all methods give the same phase; where there are residues, the method decides on which path the missing turn
/// is put. Results depend on the input alone.
public struct PhaseUnwrapping: Sendable, Hashable {
  /// How a path is chosen.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// Neighbours are joined in the order of their reliability, the smoothest first (``ReliabilitySorting``).
    case reliabilitySorted = "reliability"
    /// The phase whose differences come closest to the wrapped ones, in the sense of weighted least squares, and then the
    /// congruent one next to it (``LeastSquaresUnwrapping``).
    case leastSquares = "least-squares"
    /// Residues are joined by cuts that no path crosses (``BranchCuts``).
    case branchCuts = "branch-cuts"
  }

  /// How a path is chosen.
  public var method: Method

  public init(_ method: Method = .reliabilitySorted) { self.method = method }

  /// - Parameters:
  ///   - phase: radians; whole turns are taken off first.
  ///   - mask: true where a pixel counts; all do without one.
  ///   - weights: how much a pixel counts with ``Method/leastSquares``, not negative, for example the illumination; the
  ///     other methods do not look at it.
  /// - Returns: the phase, which differs from `phase` by whole turns in every pixel.
  /// - Throws: ``ImageAnalysisError`` where the mask or the weights have another extent, or a weight is not a finite number
  ///   from 0.
  public func callAsFunction(
    _ phase: ScalarImage, mask: Image<Bool>? = nil, weights: ScalarImage? = nil
  ) throws -> UnwrappedPhase {
    let field = try WrappedField(phase, mask: mask)
    if let weights {
      try ImageAnalysisError.requireSameShape(weights.shape, phase.shape, "the image of weights")
      guard weights.pixels.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw ImageAnalysisError.invalid("a weight is negative or not finite; leave pixels out by a weight of 0")
      }
    }
    let regions = PhaseRegions(field)
    let residues = PhaseResidues(field)
    var turns = regions.turns
    var passes = 0
    var converged = true
    if !regions.isConsistent {
      switch method {
      case .reliabilitySorted:
        turns = ReliabilitySorting.turns(field)
      case .branchCuts:
        turns = ReliabilitySorting.turns(field, cuts: BranchCuts(field, residues: residues).pixels)
      case .leastSquares:
        let solution = LeastSquaresUnwrapping(field, weights: weights, regions: regions)
        (turns, passes, converged) = (solution.turns, solution.passes, solution.converged)
      }
    }
    Self.centre(&turns, regions)
    var unwrapped = [Float](repeating: .nan, count: phase.shape.count)
    for index in 0..<unwrapped.count where field.valid[index] == 1 {
      unwrapped[index] = Float(Double(field.phase[index]) + 2 * .pi * Double(turns[index]))
    }
    return UnwrappedPhase(
      phase: ScalarImage(unwrapped, shape: phase.shape), residues: residues, regions: regions.regions,
      regionOfPixel: Image(regions.labels, shape: phase.shape), passes: passes, converged: converged)
  }

  /// Takes the commonest number of turns of each region off it; of equally common ones the lowest.
  private static func centre(_ turns: inout [Int32], _ regions: PhaseRegions) {
    var low = [Int32](repeating: .max, count: regions.regions.count)
    var high = [Int32](repeating: .min, count: regions.regions.count)
    for (index, label) in regions.labels.enumerated() where label >= 0 {
      low[Int(label)] = min(low[Int(label)], turns[index])
      high[Int(label)] = max(high[Int(label)], turns[index])
    }
    var starts = [0]
    for (low, high) in zip(low, high) { starts.append(starts[starts.count - 1] + Int(high - low) + 1) }
    var counts = [Int](repeating: 0, count: starts[starts.count - 1])
    for (index, label) in regions.labels.enumerated() where label >= 0 {
      counts[starts[Int(label)] + Int(turns[index] - low[Int(label)])] += 1
    }
    let commonest = low.indices.map { region -> Int32 in
      let bins = starts[region]..<starts[region + 1]
      // `max` keeps the last of equal ones, hence the reversal.
      let bin = bins.reversed().max { counts[$0] < counts[$1] } ?? bins.lowerBound
      return low[region] + Int32(bin - bins.lowerBound)
    }
    for (index, label) in regions.labels.enumerated() where label >= 0 { turns[index] -= commonest[Int(label)] }
  }
}
