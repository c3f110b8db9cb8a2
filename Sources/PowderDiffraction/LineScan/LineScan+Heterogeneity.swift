extension LineScan {
  /// How local states of charge differ between the positions of one pass, beyond their noise.
  ///
  /// The particle charges on while it is scanned. With the coulombic states of charge x of the frames, each local state is
  /// brought to the middle of the pass, `s − κ (x − x̄)`; without them the time skew counts as a difference.
  ///
  /// - Parameters:
  ///   - pass: from 0.
  ///   - local: one for each frame of the series, those left out included; `nil` where there is none. Only usable ones
  ///     enter.
  ///   - charge: the coulombic state of charge of each frame of the series; frames without one do not enter.
  ///   - factor: κ, mean local over coulombic state of charge; see ``ActiveMass/factor``.
  ///   - weights: share of the material at each step; `nil` takes the most precise mean.
  /// - Throws: ``LineScanError`` for lengths that do not fit and fewer than two usable positions.
  public func heterogeneity(
    pass: Int, local: [LocalStateOfCharge?], charge: ChargedSeries? = nil, factor: Double = 1,
    weights: [Double]? = nil
  ) throws(LineScanError) -> Heterogeneity {
    let expected = frames.count + leftOut.count
    guard local.count == expected else {
      throw .lengths(what: "local states of charge", found: local.count, expected: expected)
    }
    if let charge, charge.frames.count != expected {
      throw .lengths(what: "coulombic states of charge", found: charge.frames.count, expected: expected)
    }
    if let weights, weights.count != plan.stepCount {
      throw .lengths(what: "weights", found: weights.count, expected: plan.stepCount)
    }
    var states: [(value: Double, sigma: Double, coulombic: Double, step: Int)] = []
    for frame in frames(ofPass: pass) {
      guard let state = local[frame.index], state.isUsable, state.sigma > 0 else { continue }
      guard let charge else {
        states.append((state.value, state.sigma, 0, frame.step))
        continue
      }
      if let coulombic = charge.frames[frame.index] {
        states.append((state.value, state.sigma, coulombic.middle, frame.step))
      }
    }
    guard states.count >= 2 else { throw .tooFew(what: "usable positions", found: states.count, needed: 2) }
    let middle = states.reduce(0) { $0 + $1.coulombic } / Double(states.count)
    return try Heterogeneity(
      states.map { $0.value - factor * ($0.coulombic - middle) }, sigmas: states.map(\.sigma),
      weights: weights.map { weights in states.map { weights[$0.step] } })
  }
}
