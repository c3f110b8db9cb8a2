internal import ArrayMath

extension MeshTransport {
  /// One implicit stage: M k + K(U) U + ∫ φ j dA = f with U = base + part · k.
  struct Stage {
    let base: [Double]
    /// γ h, in seconds.
    let part: Double
    /// At which the source acts.
    let time: Double
    let control: SurfaceControl
  }

  /// Rates of change k and the terminal voltage of a stage.
  ///
  /// - Parameters:
  ///   - guess: where to start; at the nodes of a held surface their rates.
  ///   - voltage: where to start.
  func solve(_ stage: Stage, guess: [Double], voltage: Double) throws -> (rate: [Double], voltage: Double) {
    guard
      constantStiffness == nil || potential != nil || kind(stage.control) == .voltage || kind(stage.control) == .current
    else { return (try solveLinear(stage, guess: guess), .nan) }
    do {
      return try iterate(stage, guess: guess, voltage: voltage)
    } catch is MeshTransportError {
      // Once more with the Jacobian of this very place.
      factors.current = nil
      return try iterate(stage, guess: guess, voltage: voltage)
    }
  }

  /// Constant diffusivity and no kinetics: one solve.
  private func solveLinear(_ stage: Stage, guess: [Double]) throws -> [Double] {
    let isHeld = stage.control.holdsLithiation
    var rate = try residual(stage, rate: guess, voltage: .nan).nodes
    let factor = try factor(stage, voltage: .nan).factor
    try factor.solve(inPlace: &rate, count: 1, guess: nil)
    statistics.solves += 1
    if isHeld { for node in system.wettedNodes { rate[node] = 0 } }
    Self.add(1, guess, to: &rate)
    return rate
  }

  /// Rounds that a Jacobian is given.
  private static var patience: Int { 12 }

  /// The accelerated iteration.
  private func iterate(_ stage: Stage, guess: [Double], voltage: Double) throws -> (rate: [Double], voltage: Double) {
    let count = system.count
    let hasVoltage = kind(stage.control) == .current
    var rate = guess
    var volts = voltage
    if case .voltage(let held) = stage.control { volts = held }
    var mixing = AndersonMixing()
    var change = Double.infinity
    let limit = 40
    for round in 1...limit {
      let left = try residual(stage, rate: rate, voltage: volts)
      let step = try correction(stage, left, rate: rate, voltage: volts)
      change = step.nodes.reduce(0) { max($0, $1.magnitude) } * stage.part
      if hasVoltage { change = max(change, step.volts.magnitude) }
      guard change.isFinite else { break }
      if change <= iterationTolerance {
        // A Jacobian that takes many rounds is renewed before the next stage.
        if round > Self.patience { factors.current = nil }
        Self.add(1, step.nodes, to: &rate)
        return (rate, volts + step.volts)
      }
      // Rates in lithiation a stage, so that they and the voltage are of one size.
      var point = rate.map { stage.part * $0 }
      var move = step.nodes.map { stage.part * $0 }
      if hasVoltage {
        point.append(volts)
        move.append(max(min(step.volts, 0.2), -0.2))
      }
      let next = mixing.next(after: point, change: move)
      for node in 0..<count { rate[node] = next[node] / stage.part }
      if hasVoltage { volts = next[count] }
    }
    throw MeshTransportError.notConverged(time: stage.time, change: change, rounds: limit)
  }

  /// What a stage's equations leave: −(M k + K U + ∫ φ j dA − f), 0 at nodes of a held surface, and what the current
  /// lacks.
  private func residual(
    _ stage: Stage, rate: [Double], voltage: Double
  ) throws -> (nodes: [Double], current: Double) {
    let count = system.count
    var lithiation = stage.base
    Self.add(stage.part, rate, to: &lithiation)
    var sum = [Double](repeating: 0, count: count)
    system.mass.multiply(rate, into: &sum)
    let work = try potential?.values(lithiation, time: stage.time)
    if let constantStiffness, work == nil {
      var pull = sum
      constantStiffness.multiply(lithiation, into: &pull)
      Self.add(1, pull, to: &sum)
    } else {
      system.addDiffusion(lithiation, potential: work, weight: { coupling?.weight($0) ?? 0 }, to: &sum)
    }
    var current = 0.0
    switch kind(stage.control) {
    case .held: break
    case .free:
      if case .rate(let mean) = stage.control {
        Self.add(-mean * system.volume / system.area, system.surfaceWeights, to: &sum)
      }
    case .voltage, .current:
      let flux = surfaceFlux(lithiation, voltage: voltage, drive: work)
      Self.add(1, flux.nodes, to: &sum)
      if case .rate(let mean) = stage.control { current = -mean * system.volume - flux.total }
    }
    for node in 0..<count { sum[node] = -sum[node] }
    if let source { system.addSource({ source(stage.time, $0) }, to: &sum) }
    if stage.control.holdsLithiation { for node in system.wettedNodes { sum[node] = 0 } }
    return (sum, current)
  }

  /// The change that the approximate Jacobian makes of what is left.
  private func correction(
    _ stage: Stage, _ left: (nodes: [Double], current: Double), rate: [Double], voltage: Double
  ) throws -> (nodes: [Double], volts: Double) {
    var lithiation = stage.base
    Self.add(stage.part, rate, to: &lithiation)
    let at = Stage(base: lithiation, part: stage.part, time: stage.time, control: stage.control)
    let step = try factor(at, voltage: voltage)
    var nodes = left.nodes
    try step.factor.solve(inPlace: &nodes, count: 1, guess: nil)
    statistics.solves += 1
    guard let border = step.border else { return (nodes, 0) }
    let coupled = MeshTransportSystem<Material>.dot(border.row, nodes)
    let volts = (left.current - coupled) / border.corner
    Self.add(-volts, border.response, to: &nodes)
    return (nodes, volts)
  }

  func kind(_ control: SurfaceControl) -> StepFactor.Kind {
    switch control {
    case .lithiation: .held
    case .voltage: .voltage
    case .rate: kinetics == nil ? .free : .current
    }
  }

  /// The factor for a stage: kept by step length in linear problems, else that of the last place unless it was for
  /// another step or surface.
  func factor(_ stage: Stage, voltage: Double) throws -> StepFactor {
    let kind = kind(stage.control)
    let isHeld = stage.control.holdsLithiation
    if let constantStiffness, potential == nil, kind == .held || kind == .free {
      let kept = try factors.kept(step: stage.part, isHeld: isHeld) {
        stepMatrix(constantStiffness, part: stage.part, isHeld: isHeld)
      }
      if kept.isNew { statistics.factorisations += 1 }
      return StepFactor(factor: kept.factor, part: stage.part, kind: kind)
    }
    if let current = factors.current, current.kind == kind, abs(current.part - stage.part) <= 1e-9 * stage.part {
      return current
    }
    let stiffness = constantStiffness ?? system.stiffness(stage.base)
    var values = stepMatrix(stiffness, part: stage.part, isHeld: isHeld)
    var slopes: (lithiation: [Double], voltage: [Double])?
    if kind == .voltage || kind == .current {
      let flux = surfaceFlux(
        stage.base, voltage: voltage, drive: try surfaceDrive(stage.base, time: stage.time))
      // The matrix stays positive where i0 falls with u.
      let positive = flux.lithiationSlopes.map { max($0, 0) }
      system.addSurfaceMass(positive, factor: stage.part, to: &values)
      slopes = (flux.lithiationSlopes, flux.voltageSlopes)
    }
    let factor = try factors.make(values)
    statistics.factorisations += 1
    var step = StepFactor(factor: factor, part: stage.part, kind: kind)
    if kind == .current, let slopes {
      var (column, row) = (nodalIntegral(slopes.voltage), nodalIntegral(slopes.lithiation))
      for node in row.indices { row[node] *= stage.part }
      let total = column.reduce(0, +)
      try factor.solve(inPlace: &column, count: 1, guess: nil)
      statistics.solves += 1
      step.border = (column, row, total - MeshTransportSystem<Material>.dot(row, column))
    }
    factors.current = step
    return step
  }

  /// M + part · K; where the surface is held, its rows and columns are those of the identity, of the mass's size.
  private func stepMatrix(_ stiffness: SymmetricSparseMatrix, part: Double, isHeld: Bool) -> [Double] {
    let pattern = system.pattern
    var values = zip(system.mass.values, stiffness.values).map { $0 + part * $1 }
    guard isHeld else { return values }
    for column in 0..<pattern.size {
      for entry in Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1]) {
        let row = Int(pattern.rows[entry])
        guard row != column, isWetted[row] || isWetted[column] else { continue }
        values[entry] = 0
      }
    }
    return values
  }
}

extension MeshTransport {
  /// Has the mechanics follow a body force and prescribed displacements; for manufactured solutions.
  ///
  /// - Parameters:
  ///   - prescribed: the displacement at a place, taken at the mechanics' prescribed nodes.
  ///   - bodyForce: in N/m³, at a time in seconds and a place in metres.
  package func prescribe(
    displacement prescribed: @escaping (SIMD3<Double>) -> SIMD3<Double>,
    bodyForce: @escaping (_ time: Double, _ place: SIMD3<Double>) -> SIMD3<Double>
  ) {
    guard let potential else { return }
    let mechanics = potential.mechanics
    potential.displacement = { lithiation, time in
      try mechanics.displacement(lithiation: lithiation, prescribed: prescribed) { bodyForce(time, $0) }
    }
  }
}
