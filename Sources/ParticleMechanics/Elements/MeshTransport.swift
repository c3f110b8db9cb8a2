public import ArrayMath

/// Diffusion of lithium on any mesh with the full tensor D(u), the surface held at a lithiation, a current or a voltage.
///
/// Where the mesh has a boundary `wetted`, lithium passes there alone: an electrolyte that covers the particle in part.
/// With kinetics the current leaves where the surface lets it, all of it at one terminal voltage, which is an unknown
/// where the current is given; without kinetics a current is spread evenly.
///
/// The steps are those of SDIRK4 (E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, table 6.5): L-stable,
/// of order four, with an embedded method of order three for the error. After a jump of the held lithiation a step is
/// four backward Euler steps, which do not undershoot. Where the equations are linear the factors of the step matrices
/// are kept by step length. Where they are not, a stage is iterated with a symmetric approximation of its Jacobian,
/// M + γh (K + surface) bordered by the voltage, accelerated by ``AndersonMixing``, until nothing changes by more than
/// ``iterationTolerance``; the stress that acts back on transport is solved for in each round.
public final class MeshTransport<Material: ParticleMaterial>: CyclingTransport {
  public let mesh: ElementMesh
  public let material: Material
  public let kinetics: SurfaceKinetics?
  public let coupling: MeshStressCoupling?
  /// The largest change in lithiation (and per volt in the voltage) that a stage is left with.
  public var iterationTolerance = 1e-10
  /// What has been done so far.
  public internal(set) var statistics: TransportStatistics
  /// f in ∂u/∂t = ∇·(D ∇u) + f, in 1/s, at a time in seconds and a place in metres; for manufactured solutions.
  package var source: ((_ time: Double, _ place: SIMD3<Double>) -> Double)?

  let system: MeshTransportSystem<Material>
  let potential: MeshStressPotential<Material>?
  /// K where it does not depend on lithiation.
  let constantStiffness: SymmetricSparseMatrix?
  let isWetted: [Bool]
  let factors: StepFactors

  /// - Parameters:
  ///   - mesh: its boundary `wetted`, or else its outside, lets lithium pass.
  ///   - material: D and, where stress acts back, ε* and C.
  ///   - kinetics: of the surface; without it there is no voltage.
  ///   - coupling: how stress acts back on transport, with the mechanics that give the stress.
  ///   - method: of the linear equations.
  /// - Throws: ``ElementMeshError`` or ``MeshTransportError`` for a mesh that cannot be solved on, `CholeskyError` where
  ///   memory does not suffice.
  public init(
    mesh: ElementMesh, material: Material, kinetics: SurfaceKinetics? = nil,
    coupling: (law: MeshStressCoupling, mechanics: MeshMechanics<Material>)? = nil,
    method: LinearSolverMethod = .direct
  ) throws {
    try mesh.validate()
    self.mesh = mesh
    self.material = material
    self.kinetics = kinetics
    self.coupling = coupling?.law
    let system = try MeshTransportSystem(mesh: mesh, material: material)
    self.system = system
    potential = try coupling.map { try MeshStressPotential(mechanics: $0.mechanics, system: system) }
    constantStiffness =
      material.hasConstantDiffusivity ? system.stiffness([Double](repeating: 0.5, count: system.count)) : nil
    var isWetted = [Bool](repeating: false, count: system.count)
    for node in system.wettedNodes { isWetted[node] = true }
    self.isWetted = isWetted
    factors = try StepFactors(
      pattern: system.pattern, method: method, order: mesh.dimension == 3 ? .nestedDissection : .minimumDegree)
    statistics = TransportStatistics(unknowns: system.count)
  }

  /// The volume of the particle in m³, the area of a section in m².
  public var volume: Double { system.volume }
  /// The wetted area in m², its length around a section in m.
  public var wettedArea: Double { system.area }

  public func uniform(_ lithiation: Double) -> MeshState {
    MeshState(lithiation: [Double](repeating: lithiation, count: system.count))
  }

  public func step(
    from state: MeshState, duration: Double, control: SurfaceControl
  ) throws -> (state: MeshState, error: Double, reading: CyclingReading) {
    try check(state, control)
    guard duration > 0, duration.isFinite else { throw MeshTransportError.invalidDuration(duration) }
    var next = state
    var error = 0.0
    if case .lithiation(let surface) = control,
      system.wettedNodes.contains(where: { abs(state.lithiation[$0] - surface) > 1e-9 })
    {
      error = try start(&next, duration: duration, surface: surface)
    } else {
      error = try advance(&next, duration: duration, control: control)
    }
    next.time = state.time + duration
    statistics.steps += 1
    for value in next.lithiation {
      statistics.smallestLithiation = min(statistics.smallestLithiation, value)
      statistics.largestLithiation = max(statistics.largestLithiation, value)
    }
    return (next, error, reading(next))
  }

  public func reading(of state: MeshState, control: SurfaceControl) throws -> CyclingReading {
    try check(state, control)
    var now = state
    switch control {
    case .rate(let rate):
      now.rate = rate
      if kinetics != nil { now.voltage = try voltage(state, rate: rate) }
    case .voltage(let voltage):
      now.voltage = voltage
      let driven = try surfaceDrive(state.lithiation, time: state.time)
      now.rate = -surfaceFlux(state.lithiation, voltage: voltage, drive: driven).total / system.volume
    case .lithiation: break
    }
    return reading(now)
  }

  private func reading(_ state: MeshState) -> CyclingReading {
    CyclingReading(
      voltage: state.voltage, rate: state.rate, meanLithiation: system.mean(state.lithiation),
      surfaceLithiation: system.surfaceMean(state.lithiation), passedLithiation: state.passedLithiation)
  }

  private func check(_ state: MeshState, _ control: SurfaceControl) throws(MeshTransportError) {
    guard state.lithiation.count == system.count else {
      throw .wrongCount(count: state.lithiation.count, expected: system.count)
    }
    switch control {
    case .rate(let value), .lithiation(let value): guard value.isFinite else { throw .invalidControl(control) }
    case .voltage(let value):
      guard kinetics != nil else { throw .noKinetics }
      guard value.isFinite else { throw .invalidControl(control) }
    }
  }

  /// Four backward Euler steps, each a quarter of the step; in the first one the surface goes to its new value.
  ///
  /// - Returns: an estimate of the error. What a jump lets pass in its first instants no step resolves; the estimate
  ///   starts where more than a hundredth of the particle's lithium passes, and is a tenth of what passes.
  private func start(_ state: inout MeshState, duration: Double, surface: Double) throws -> Double {
    let part = TransportIntegrator.gamma * duration
    let before = state.passedLithiation
    var guess = [Double](repeating: 0, count: system.count)
    for quarter in 1...4 {
      for node in system.wettedNodes { guess[node] = (surface - state.lithiation[node]) / part }
      let stage = Stage(
        base: state.lithiation, part: part, time: state.time + Double(quarter) * part, control: .lithiation(surface))
      let rate = try solve(stage, guess: guess, voltage: state.voltage).rate
      for node in state.lithiation.indices { state.lithiation[node] += part * rate[node] }
      // Exactly, so that no rounding of the jump is carried along.
      for node in system.wettedNodes { state.lithiation[node] = surface }
      state.rate = MeshTransportSystem<Material>.dot(system.weights, rate) / system.volume
      state.passedLithiation += part * state.rate
      guess = rate
    }
    state.voltage = try heldVoltage(state)
    let passed = abs(state.passedLithiation - before)
    return 0.1 * max(passed - 0.01, 0)
  }

  /// One step of SDIRK4; the difference to its embedded method, smoothed by the step matrix, is the error.
  private func advance(_ state: inout MeshState, duration: Double, control: SurfaceControl) throws -> Double {
    let part = TransportIntegrator.gamma * duration
    let count = system.count
    var rates: [[Double]] = []
    var guess = [Double](repeating: 0, count: count)
    var voltage = state.voltage
    if kinetics != nil, voltage.isNaN { voltage = try reading(of: state, control: control).voltage }
    var difference = guess
    let start = state
    for index in 0..<5 {
      var base = start.lithiation
      for (earlier, weight) in TransportIntegrator.stages[index].enumerated() {
        Self.add(duration * weight, rates[earlier], to: &base)
      }
      let stage = Stage(
        base: base, part: part, time: start.time + TransportIntegrator.nodes[index] * duration, control: control)
      var solution = try solve(stage, guess: guess, voltage: voltage)
      var mean = MeshTransportSystem<Material>.dot(system.weights, solution.rate) / system.volume
      if case .rate(let wanted) = control, source == nil {
        // What the iteration leaves of the given current is put right everywhere alike: the balance is exact.
        let missing = wanted - mean
        for node in 0..<count { solution.rate[node] += missing }
        mean = wanted
      }
      voltage = solution.voltage
      guess = solution.rate
      state.passedLithiation += duration * TransportIntegrator.weights[index] * mean
      Self.add(duration * TransportIntegrator.errorWeights[index], solution.rate, to: &difference)
      if index == 4 {
        // Stiffly accurate: the last stage is the new state.
        Self.add(part, solution.rate, to: &base)
        state.lithiation = base
        state.rate = mean
        state.voltage = voltage
      }
      rates.append(solution.rate)
    }
    if case .lithiation = control { state.voltage = try heldVoltage(state) }
    var smoothed = difference
    system.mass.multiply(difference, into: &smoothed)
    let isHeld = control.holdsLithiation
    if isHeld { for node in system.wettedNodes { smoothed[node] = 0 } }
    try factor(Stage(base: state.lithiation, part: part, time: state.time, control: control), voltage: voltage)
      .factor.solve(inPlace: &smoothed, count: 1, guess: nil)
    statistics.solves += 1
    return smoothed.reduce(0) { max($0, $1.magnitude) }
  }

  /// The voltage that a held lithiation takes: NaN without kinetics.
  private func heldVoltage(_ state: MeshState) throws -> Double {
    kinetics == nil ? .nan : try voltage(state, rate: state.rate)
  }

  static func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
    guard factor != 0 else { return }
    let count = sum.count
    vector.withUnsafeBufferPointer { vector in
      sum.withUnsafeMutableBufferPointer { sum in
        for index in 0..<count { sum[index] += factor * vector[index] }
      }
    }
  }
}

extension SurfaceControl {
  var holdsLithiation: Bool {
    if case .lithiation = self { true } else { false }
  }
}
