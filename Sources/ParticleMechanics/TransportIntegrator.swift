import ArrayMath

/// Integrates M du/dt + K u = f in time: four backward Euler steps after a jump of the surface, then SDIRK4.
///
/// The diagonally implicit method of five stages and order 4 of Hairer and Wanner (Solving Ordinary Differential
/// Equations II, table 6.5) is L-stable and stiffly accurate; its embedded method of order 3 gives the error of a
/// step. All stages share the matrix M + h/4 K, and steps lie on a ladder of powers of two, so that a whole leg needs one
/// factor a rung. Backward Euler with a quarter of the smallest step shares its factor; it keeps the sign of every
/// mode, so the jump is smoothed without undershoot.
final class TransportIntegrator {
  let system: TransportSystem
  private let analysis: CholeskyFactor
  private var factors: [(step: Double, factor: CholeskyFactor, lastUse: Int)] = []
  private var uses = 0
  /// Factors kept at once; a leg with output times in simple ratios needs about twenty.
  private static let keptFactors = 32

  var statistics: TransportStatistics

  static let gamma = 0.25
  static let stages: [[Double]] = [
    [], [1 / 2], [17 / 50, -1 / 25], [371 / 1360, -137 / 2720, 15 / 544], [25 / 24, -49 / 48, 125 / 16, -85 / 12],
  ]
  static let nodes: [Double] = [1 / 4, 3 / 4, 11 / 20, 1 / 2, 1]
  static let weights: [Double] = [25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4]
  /// The difference to the embedded method.
  static let errorWeights: [Double] = [-3 / 16, -27 / 32, 25 / 32, 0, 1 / 4]

  init(system: TransportSystem) throws(CholeskyError) {
    self.system = system
    analysis = try CholeskyFactor(pattern: system.freePattern, order: .given(system.eliminationOrder))
    statistics = TransportStatistics(unknowns: system.freeCount)
  }

  /// How a leg is followed.
  struct Settings {
    /// Largest error of one step, in lithiation.
    var tolerance: Double
    /// Steps never get shorter than about this, in seconds; the first step after a jump has this length.
    var firstStep: Double
    /// The lithiation that the arc is held at.
    var surface: Double
  }

  /// What a leg has reached at an output time.
  struct Record {
    var time: Double
    var lithiation: [Double]
    /// The integral over time of what enters through the arc, in m² of lithiation.
    var entered: Double
  }

  /// Follows a leg.
  ///
  /// - Parameters:
  ///   - start: lithiation of the nodes at time 0, before the surface jumps.
  ///   - times: output times, ascending, the last one the end of the leg.
  ///   - load: adds f at a time to its argument; for a source of lithium.
  ///   - progress: called after each step with the time reached; an error it throws ends the leg.
  ///   - output: gets a record for each output time.
  func follow(
    from start: [Double], times: [Double], settings: Settings, load: ((Double, inout [Double]) -> Void)? = nil,
    progress: (Double) throws -> Void, output: (Record) -> Void
  ) throws {
    var state = Record(time: 0, lithiation: start, entered: 0)
    track(start)
    let base = Self.commonMeasure(times)
    var wished = 0.0
    for time in times {
      guard time > state.time else {
        output(state)
        continue
      }
      let ladder = StepLadder(interval: time - state.time, base: base, smallest: settings.firstStep)
      let begin = state.time
      var done = 0
      if begin == 0 {
        try startUp(&state, step: ladder.unit, surface: settings.surface, load: load)
        track(state.lithiation)
        done = 1
        wished = ladder.unit
      }
      while done < ladder.count {
        let units = ladder.units(atMost: wished, remaining: ladder.count - done)
        let step = Double(units) * ladder.unit
        let (next, error) = try advance(state, step: step, load: load)
        let scale = error > 0 ? 0.9 * (settings.tolerance / error).squareRoot().squareRoot() : 4
        if error > settings.tolerance, units > 1 {
          statistics.rejectedSteps += 1
          wished = step * min(max(scale, 0.1), 0.5)
          continue
        }
        statistics.steps += 1
        wished = step * min(max(scale, 0.2), 4)
        done += units
        state = next
        state.time = done == ladder.count ? time : begin + Double(done) * ladder.unit
        track(state.lithiation)
        try progress(state.time)
      }
      output(state)
    }
  }

  /// One step of SDIRK4 and the largest difference to its embedded method.
  private func advance(
    _ state: Record, step: Double, load: ((Double, inout [Double]) -> Void)?
  ) throws -> (next: Record, error: Double) {
    let part = Self.gamma * step
    let factor = try self.factor(part)
    let count = state.lithiation.count
    var rates: [[Double]] = []
    var pull = [Double](repeating: 0, count: count)
    var next = state
    next.time += step
    for stage in 0..<5 {
      var base = state.lithiation
      for (earlier, weight) in Self.stages[stage].enumerated() {
        Self.add(step * weight, rates[earlier], to: &base)
      }
      system.stiffness.multiply(base, into: &pull)
      for node in 0..<count { pull[node] = -pull[node] }
      load?(state.time + Self.nodes[stage] * step, &pull)
      var rate = Array(pull[..<system.freeCount])
      try factor.solve(inPlace: &rate)
      statistics.solves += 1
      rate.append(contentsOf: repeatElement(0, count: count - system.freeCount))
      next.entered += step * Self.weights[stage] * flux(rate: rate, step: part, pull: pull)
      if stage == 4 {
        // Stiffly accurate: the last stage is the new state.
        Self.add(part, rate, to: &base)
        next.lithiation = base
      }
      rates.append(rate)
    }
    var difference = [Double](repeating: 0, count: count)
    for stage in 0..<5 where Self.errorWeights[stage] != 0 {
      Self.add(step * Self.errorWeights[stage], rates[stage], to: &difference)
    }
    return (next, difference.reduce(0) { max($0, $1.magnitude) })
  }

  /// What enters through the arc in unit time: the sum of its consistent nodal reactions M k + K (base + step k) − f,
  /// where `pull` is f − K base.
  func flux(rate: [Double], step: Double, pull: [Double]) -> Double {
    var sum = system.arcRowSum(rate, step: step)
    for node in system.freeCount..<pull.count { sum -= pull[node] }
    return sum
  }

  func factor(_ step: Double) throws(CholeskyError) -> CholeskyFactor {
    uses += 1
    // Equal rungs of different intervals differ by rounding.
    if let kept = factors.firstIndex(where: { abs($0.step - step) <= 1e-12 * step }) {
      factors[kept].lastUse = uses
      return factors[kept].factor
    }
    if factors.count == Self.keptFactors,
      let oldest = factors.indices.min(by: { factors[$0].lastUse < factors[$1].lastUse })
    {
      factors.remove(at: oldest)
    }
    let factor = try CholeskyFactor(analysis: analysis)
    try factor.factorise(system.stepMatrix(step))
    statistics.factorisations += 1
    factors.append((step, factor, uses))
    return factor
  }

  func track(_ lithiation: [Double]) {
    var (smallest, largest) = (statistics.smallestLithiation, statistics.largestLithiation)
    for value in lithiation {
      smallest = min(smallest, value)
      largest = max(largest, value)
    }
    (statistics.smallestLithiation, statistics.largestLithiation) = (smallest, largest)
  }

  private static func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
    let count = sum.count
    vector.withUnsafeBufferPointer { vector in
      sum.withUnsafeMutableBufferPointer { sum in
        for index in 0..<count { sum[index] += factor * vector[index] }
      }
    }
  }

  /// The longest time of which all times are whole multiples, by Euclid's algorithm.
  static func commonMeasure(_ times: [Double]) -> Double {
    let tolerance = 1e-9 * (times.last ?? 0)
    var measure = 0.0
    for time in times {
      var (large, small) = (max(time, measure), min(time, measure))
      while small > tolerance {
        let rest = large.truncatingRemainder(dividingBy: small)
        (large, small) = (small, rest > small - tolerance ? 0 : rest)
      }
      measure = large
    }
    return measure
  }
}

/// The step lengths that lead through an interval: whole multiples of a unit by powers of two.
struct StepLadder {
  /// The shortest step, in seconds.
  let unit: Double
  /// The length of the interval in units.
  let count: Int

  /// - Parameters:
  ///   - interval: its length, in seconds.
  ///   - base: a length whose halves and doubles all intervals share; taken where the interval is a moderate multiple.
  ///   - smallest: the unit is the longest rung not above it, in seconds.
  init(interval: Double, base: Double, smallest: Double) {
    let multiples = (interval / base).rounded()
    let isShared = multiples >= 1 && multiples <= 4096
    let start = isShared ? base : interval
    var halvings = 0
    while start / Double(1 << halvings) > smallest, halvings < 40 { halvings += 1 }
    unit = (isShared ? interval / multiples : interval) / Double(1 << halvings)
    count = (isShared ? Int(multiples) : 1) << halvings
  }

  /// The longest power of two of units that neither exceeds a wish nor what remains; at least 1.
  func units(atMost wish: Double, remaining: Int) -> Int {
    var units = 1
    while 2 * units <= remaining, Double(2 * units) * unit <= wish * (1 + 1e-9) { units *= 2 }
    return units
  }
}
