import ParticleMechanics
public import Pipeline

/// The chemo-mechanical model of a particle: transport of lithium, then stress, for several structures side by side.
public enum ParticleModelStage: Stage {
  public static let name = "particle-model"
  public static let version = 1
  public static let citations = [
    Citation.kondrakov2017, .marker2019, .xu2017, .cheng2017, .chen2020, .cholmod2008,
  ]

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    let states = Double(parameters.legs.reduce(1) { $0 + $1.outputTimes.count }) * Double(parameters.structures.count)
    let cost = Double(parameters.fineness * parameters.fineness)
    // Measured with the default mesh: 0.05 s of transport a leg, 0.04 s for each state with its pictures, and 0.3 s a
    // leg for the effects of the assumptions by the twin.
    let legs = Double(parameters.structures.count * parameters.legs.count)
    return ResourceEstimate(
      seconds: 0.05 * legs * cost * Double(parameters.fineness) + 0.04 * states * cost.squareRoot() + 0.3 * legs,
      memory: 80e6 + 60e6 * cost + states * 4e6 * cost, disk: states * 0.6e6 * cost)
  }

  public static func run(
    _ input: Void, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<ParticleModelResult> {
    let legs = parameters.legs
    let itemsPerCase = legs.count + 1
    let total = itemsPerCase * parameters.structures.count + 1
    var done = 0
    func finishItem() {
      done += 1
      context.progress(done, total)
    }

    var cases: [ParticleModelResult.Case] = []
    for structure in parameters.structures {
      let model = parameters.model(structure)
      let resolution = parameters.fineness == 1 ? MeshResolution() : MeshResolution().refined(by: parameters.fineness)
      let simulation = try ParticleSimulation(
        model: model, mesh: try SectorMesh(model: model, resolution: resolution))
      var lithiation = simulation.uniform(parameters.initialLithiation)
      var states: [ParticleState] = []
      var statistics: TransportStatistics?
      for (index, leg) in legs.enumerated() {
        let bytes = try context.shard("\(structure.rawValue)-leg-\(index + 1)") {
          let result = try simulation.transport(leg: leg, index: index, from: lithiation) { _ in
            if context.isCancelled() { throw Interrupted() }
          }
          return ParticleShard.encode(result)
        }
        let result = try ParticleShard.leg(bytes)
        states += result.states
        lithiation = result.finalLithiation
        if statistics == nil { statistics = result.statistics } else { statistics?.add(result.statistics) }
        finishItem()
      }
      // What each leg tends to after a long time: the same lithiation everywhere.
      let relaxed = legs.enumerated().map { index, leg in
        ParticleState(
          legIndex: index, time: .infinity, lithiation: simulation.uniform(leg.surfaceLithiation),
          meanLithiation: leg.surfaceLithiation, lithiumContentChange: 0, boundaryFluxIntegral: 0)
      }
      let bytes = try context.shard("\(structure.rawValue)-mechanics") {
        ParticleShard.encode(displacementsOf: try simulation.mechanics(states + relaxed).states)
      }
      let solved = try ParticleShard.withDisplacements(bytes, states + relaxed)
      cases.append(
        ParticleModelResult.Case(
          structure: structure, legs: legs, simulation: simulation, states: Array(solved.prefix(states.count)),
          relaxed: Array(solved.dropFirst(states.count)),
          statistics: statistics ?? TransportStatistics(unknowns: 0)))
      finishItem()
    }
    let effects = try cases.map { try AssumptionEffects(parameters: parameters, entry: $0, threads: context.threads) }
    let value = try ParticleModelResult(cases: cases, threads: context.threads)
    finishItem()
    let summary = try ParticleModelSummary(parameters: parameters, cases: cases, effects: effects).summary(
      threads: context.threads)
    return StageResult(value: value, summary: summary)
  }
}
