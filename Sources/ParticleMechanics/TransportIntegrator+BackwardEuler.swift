import ArrayMath

/// Backward Euler: the smoothing start of the adaptive method, and a whole leg in equal steps.
extension TransportIntegrator {
  /// Four backward Euler steps, each a quarter of `step`; in the first one the arc goes to its new value.
  func startUp(
    _ state: inout Record, step: Double, surface: Double, load: ((Double, inout [Double]) -> Void)?
  ) throws {
    var work = BackwardEulerWork(system: system)
    for _ in 0..<4 {
      try backwardEuler(&state, step: Self.gamma * step, surface: surface, load: load, &work)
    }
  }

  /// Follows a leg in equal steps. Of first order: for comparison with other programs at a fixed number of steps.
  ///
  /// - Parameters:
  ///   - start: lithiation of the nodes at time 0, before the surface jumps.
  ///   - duration: of the leg, in seconds.
  ///   - count: number of steps, at least 1.
  ///   - outputs: the numbers of the steps after which a record is wanted, ascending, 0...`count`.
  ///   - surface: the lithiation that the arc is held at.
  ///   - progress: called after each step with the time reached; an error it throws ends the leg.
  ///   - output: gets a record for each of `outputs`.
  func followInEqualSteps(
    from start: [Double], duration: Double, count: Int, outputs: [Int], surface: Double,
    progress: (Double) throws -> Void, output: (Record) -> Void
  ) throws {
    var state = Record(time: 0, lithiation: start, entered: 0)
    var work = BackwardEulerWork(system: system)
    track(start)
    var wanted = outputs[...]
    for step in 0...count {
      if step > 0 {
        try backwardEuler(&state, step: duration / Double(count), surface: surface, load: nil, &work)
        state.time = duration * Double(step) / Double(count)
        track(state.lithiation)
        try progress(state.time)
      }
      while wanted.first == step {
        output(state)
        wanted.removeFirst()
      }
    }
  }

  /// Vectors that a step needs.
  struct BackwardEulerWork {
    fileprivate var rate: [Double]
    fileprivate var pull: [Double]
    fileprivate var right: [Double]

    init(system: TransportSystem) {
      rate = [Double](repeating: 0, count: system.weights.count)
      pull = rate
      right = [Double](repeating: 0, count: system.freeCount)
    }
  }

  /// One step: (M + h K) u' = f − K u for the rate of change u', the arc's being what brings it to its value.
  private func backwardEuler(
    _ state: inout Record, step: Double, surface: Double, load: ((Double, inout [Double]) -> Void)?,
    _ work: inout BackwardEulerWork
  ) throws {
    let factor = try self.factor(step)
    state.time += step
    let free = system.freeCount
    let count = state.lithiation.count
    system.stiffness.multiply(state.lithiation, into: &work.pull)
    for node in 0..<count { work.pull[node] = -work.pull[node] }
    load?(state.time, &work.pull)
    for node in free..<count { work.rate[node] = (surface - state.lithiation[node]) / step }
    for node in 0..<free { work.right[node] = work.pull[node] }
    system.subtractArcRate(work.rate, step: step, from: &work.right)
    try factor.solve(inPlace: &work.right)
    statistics.solves += 1
    statistics.steps += 1
    for node in 0..<free { work.rate[node] = work.right[node] }
    state.entered += step * flux(rate: work.rate, step: step, pull: work.pull)
    for node in 0..<free { state.lithiation[node] += step * work.rate[node] }
    // Exactly, so that no rounding of the jump is carried along.
    for node in free..<count { state.lithiation[node] = surface }
  }
}
