import ArrayMath

/// Solves the chemo-mechanical model of a particle on the 90 degree sector: transport of lithium, then the stress that
/// its distribution causes.
///
/// The two phases are separate because stress does not act back on transport: legs follow each other in time, states
/// are independent of each other. ``solve(legs:initialLithiation:tolerance:progress:)`` does both.
public struct ParticleSimulation: Sendable {
  public let model: ParticleModel
  public let mesh: SectorMesh

  /// Largest error of a time step, in lithiation. The errors fade as lithium spreads: on the default mesh this leaves
  /// about 1e-6 in lithiation from 50 s on, and the mesh's own error in the stress.
  public static let defaultTolerance = 1e-4

  /// - Parameters:
  ///   - model: what is simulated.
  ///   - mesh: a mesh of the same radius; the default one where none is given.
  /// - Throws: ``ParticleModelError`` for a parameter out of range or a mesh of another radius.
  public init(model: ParticleModel, mesh: SectorMesh? = nil) throws(ParticleModelError) {
    try model.validate()
    let mesh = if let mesh { mesh } else { try SectorMesh(model: model) }
    try ParticleModel.require(
      (mesh.radius - model.radius).magnitude <= 1e-9 * model.radius, "the mesh's radius", mesh.radius,
      "the model's, \(model.radius) m")
    self.model = model
    self.mesh = mesh
  }

  /// Follows a protocol and computes the stress at each of its output times.
  ///
  /// - Parameters:
  ///   - legs: one or more; each later one starts where the one before it ended.
  ///   - initialLithiation: uniform before the first leg, 0...1.
  ///   - tolerance: largest error of a time step, in lithiation.
  ///   - progress: called after each time step; an error it throws ends the run and is passed on.
  /// - Throws: ``ParticleModelError`` for a protocol that cannot be followed or equations that cannot be solved.
  public func solve(
    legs: [ProtocolLeg], initialLithiation: Double, tolerance: Double = defaultTolerance,
    progress: (ParticleProgress) throws -> Void = { _ in }
  ) throws -> ParticleSolution {
    try ParticleModel.validate(legs)
    try ParticleModel.requireLithiation("the initial lithiation", initialLithiation)
    var lithiation = uniform(initialLithiation)
    var states: [ParticleState] = []
    var statistics: TransportStatistics?
    let integrator = try makeIntegrator()
    for (index, leg) in legs.enumerated() {
      let result = try follow(
        leg, index: index, from: lithiation, tolerance: tolerance, integrator: integrator, progress: progress)
      lithiation = result.finalLithiation
      states += result.states
      statistics = result.statistics
    }
    let mechanics = try mechanics(states)
    return ParticleSolution(
      model: model, mesh: mesh, states: mechanics.states,
      transportStatistics: statistics ?? TransportStatistics(unknowns: 0), mechanicsUnknowns: mechanics.unknowns)
  }

  /// Follows one leg of transport.
  ///
  /// - Parameters:
  ///   - leg: the leg.
  ///   - index: its place in the protocol, for the states and for messages.
  ///   - start: lithiation of each node before the surface jumps; see ``uniform(_:)``.
  ///   - tolerance: largest error of a time step, in lithiation.
  ///   - progress: called after each time step; an error it throws ends the leg and is passed on.
  /// - Throws: ``ParticleModelError``.
  public func transport(
    leg: ProtocolLeg, index: Int = 0, from start: [Double], tolerance: Double = defaultTolerance,
    progress: (ParticleProgress) throws -> Void = { _ in }
  ) throws -> TransportLegResult {
    try ParticleModel.validate([leg])
    return try follow(
      leg, index: index, from: start, tolerance: tolerance, integrator: makeIntegrator(), progress: progress)
  }

  /// Solves the mechanics of states, all at once, and fills in their displacements.
  ///
  /// - Parameter states: states with lithiations; displacements they may have are replaced.
  /// - Returns: the states in the same order, and the number of unknowns solved for.
  /// - Throws: ``ParticleModelError``.
  public func mechanics(_ states: [ParticleState]) throws -> (states: [ParticleState], unknowns: Int) {
    for state in states { try requireField("the lithiation of a state", state.lithiation, mesh.nodeCount) }
    let solver = try Self.named { () throws(CholeskyError) in try ElasticitySolver(mesh: mesh, model: model) }
    let solved = try Self.named { () throws(CholeskyError) in
      try solver.displacements(lithiations: states.map(\.lithiation))
    }
    var result = states
    for (index, answer) in solved.enumerated() {
      result[index].displacement = answer.displacement
      result[index].axialStrain = answer.axialStrain
    }
    return (result, solver.unknownCount)
  }

  /// The stress of a state whose mechanics are solved.
  ///
  /// - Throws: ``ParticleModelError/wrongFieldSize(name:count:expected:)``.
  public func stress(_ state: ParticleState) throws(ParticleModelError) -> StressField {
    try requireField("the lithiation of a state", state.lithiation, mesh.nodeCount)
    try requireField("the displacement of a state", state.displacement, 2 * mesh.nodeCount)
    return StressField(
      mesh: mesh, model: model, lithiation: state.lithiation, displacement: state.displacement,
      axialStrain: state.axialStrain)
  }

  /// The state of a particle with the same lithiation everywhere, mechanics solved: what a leg tends to.
  ///
  /// - Parameters:
  ///   - lithiation: 0...1.
  ///   - legIndex: the leg that tends to it.
  /// - Throws: ``ParticleModelError``.
  public func uniformState(_ lithiation: Double, legIndex: Int = 0) throws -> ParticleState {
    try ParticleModel.requireLithiation("the lithiation", lithiation)
    let state = ParticleState(
      legIndex: legIndex, time: .infinity, lithiation: uniform(lithiation), meanLithiation: lithiation,
      lithiumContentChange: 0, boundaryFluxIntegral: 0)
    return try mechanics([state]).states[0]
  }

  /// A uniform lithiation as a value for each node.
  public func uniform(_ lithiation: Double) -> [Double] {
    [Double](repeating: lithiation, count: mesh.nodeCount)
  }

  func makeIntegrator() throws -> (system: TransportSystem, integrator: TransportIntegrator) {
    let system = TransportSystem(mesh: mesh) { model.diffusivity(x: $0, y: $1) }
    return (
      system, try Self.named { () throws(CholeskyError) in try TransportIntegrator(system: system) }
    )
  }

  private func follow(
    _ leg: ProtocolLeg, index: Int, from start: [Double], tolerance: Double,
    integrator: (system: TransportSystem, integrator: TransportIntegrator),
    progress: (ParticleProgress) throws -> Void
  ) throws -> TransportLegResult {
    try requireField("the lithiation at the start of a leg", start, mesh.nodeCount)
    try ParticleModel.require(tolerance > 0 && tolerance < 1, "the tolerance", tolerance, "more than 0, less than 1")
    let outermost = mesh.ringRadii[mesh.ringCount] - mesh.ringRadii[mesh.ringCount - 1]
    let settings = TransportIntegrator.Settings(
      tolerance: tolerance,
      // Half of h²/D for each backward Euler step of the start: shorter ones overshoot inside the first element.
      firstStep: min(
        2 * outermost * outermost / model.principalDiffusivity(atRadius: model.radius).radial, leg.duration),
      surface: leg.surfaceLithiation)
    var times = leg.outputTimes
    if times.last != leg.duration { times.append(leg.duration) }
    var records: [TransportIntegrator.Record] = []
    do {
      try integrator.integrator.follow(
        from: start, times: times, settings: settings,
        progress: { try progress(ParticleProgress(legIndex: index, time: $0, duration: leg.duration)) },
        output: { records.append($0) })
    } catch let error as CholeskyError {
      throw ParticleModelError.solverFailed(reason: error.description)
    }
    return legResult(
      records, outputCount: leg.outputTimes.count, index: index, start: start, system: integrator.system,
      statistics: integrator.integrator.statistics)
  }

  /// What a leg's records say; the last one may lie behind the last output time.
  func legResult(
    _ records: [TransportIntegrator.Record], outputCount: Int, index: Int, start: [Double], system: TransportSystem,
    statistics: TransportStatistics
  ) -> TransportLegResult {
    let weights = system.weights
    let area = weights.reduce(0, +)
    func content(_ lithiation: [Double]) -> Double { zip(weights, lithiation).reduce(0) { $0 + $1.0 * $1.1 } }
    let before = content(start)
    let states = records.prefix(outputCount).map { record in
      let now = content(record.lithiation)
      return ParticleState(
        legIndex: index, time: record.time, lithiation: record.lithiation, meanLithiation: now / area,
        lithiumContentChange: now - before, boundaryFluxIntegral: record.entered)
    }
    return TransportLegResult(
      states: Array(states), finalLithiation: records.last?.lithiation ?? start, statistics: statistics)
  }

  func requireField(_ name: String, _ values: [Double], _ expected: Int) throws(ParticleModelError) {
    guard values.count == expected else {
      throw .wrongFieldSize(name: name, count: values.count, expected: expected)
    }
  }

  /// Puts an error of the linear solver into the model's words.
  private static func named<Result>(
    _ body: () throws(CholeskyError) -> Result
  ) throws(ParticleModelError) -> Result {
    do {
      return try body()
    } catch {
      throw .solverFailed(reason: error.description)
    }
  }
}
