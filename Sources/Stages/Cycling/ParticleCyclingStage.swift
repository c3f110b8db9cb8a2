import ParticleMechanics
public import Pipeline
import Quantities

/// A particle under a protocol of charge and discharge: transport with kinetics, the strain of the crystal, stress, and
/// what drives cracks; grain by grain where there are grains.
///
/// `particle-model` is the seed's potentiostatic core-shell particle and stays as it is; this stage is for real
/// protocols, materials and shapes.
public enum ParticleCyclingStage: Stage {
  public static let name = "particle-cycling"
  public static let version = 1
  public static let citations = [
    Citation.marker2019, .kondrakov2017, .chen2020, .oregan2022, .xu2017, .cheng2017, .bueckner1970, .weibull1951,
    .gum2008, .cholmod2008,
  ]

  /// What the run takes from elsewhere in the experiment.
  public struct Input: Sendable {
    /// A recorded current.
    public struct Record: Sendable {
      public var name: String
      /// Seconds.
      public var time: [Double]
      /// Amperes, charge positive.
      public var current: [Double]
      /// Coulombs of a lithiation of 1.
      public var capacity: Double
    }

    /// Measured lattice parameters.
    public struct Lattice: Sendable {
      public var name: String
      /// Ascending.
      public var lithiation: [Double]
      /// Metres.
      public var a: [Double]
      public var c: [Double]
    }

    /// C/kg of a lithiation of 1.
    public var specificCapacity = 275.5 * 3600
    public var record: Record?
    public var lattice: Lattice?
    public var map: OrientationGrains?

    public init() {}
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    let elements = elementCount(parameters)
    let states = Double(parameters.protocol.keptStates + 4)
    // Measured: a step in time takes about 25 µs an element of a section and 5 µs one along a radius; a protocol has
    // some 150 of them, and mechanics take about a step each.
    let isMesh = parameters.shape == .section || parameters.shape == .mesh
    let run = (150 + states) * elements * (isMesh ? 25e-6 : 5e-6)
    let items = Double(items(parameters))
    return ResourceEstimate(
      seconds: 0.2 + run * items / (isMesh ? 1.5 : 1), memory: 80e6 + elements * (isMesh ? 12e3 : 1e3),
      disk: states * elements * (isMesh ? 250 : 100) * (1 + 0.3 * items))
  }

  private static func elementCount(_ parameters: Parameters) -> Double {
    switch parameters.shape {
    case .sphere, .cylinder: Double(parameters.mesh.radialElements)
    case .section: 2 * .pi / (parameters.mesh.elementSize.si * parameters.mesh.elementSize.si) / 0.87
    case .mesh: 5000
    }
  }

  /// Runs of the model: its own, those of sweeps, and those of differences.
  private static func items(_ parameters: Parameters) -> Int {
    let varied = parameters.sensitivities.enabled ? 1 + 2 * CyclingUncertainParameter.all(of: parameters).count : 0
    return 1 + parameters.sweep.reduce(0) { $0 + $1.values.count } + varied
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<ParticleCyclingResult> {
    let total = items(parameters) + 1
    let model = try CyclingModel(parameters.model, input)
    let bytes = try context.shard("run") { try model.outcome(context).encoded() }
    let outcome = try CyclingOutcome(encoded: bytes)
    context.progress(1, total)

    var done = 1
    // What an item needs of the context is whether to stop; its progress is that of the items.
    let quiet = RunContext(threads: 1, isCancelled: context.isCancelled)
    @Sendable func item(_ parameters: Parameters) throws -> CyclingOutcome {
      var outcome = try CyclingModel(parameters, input).outcome(quiet)
      // Fields of items are not shown.
      outcome.fields = nil
      outcome.profiles = []
      return outcome
    }
    var sweeps: [CyclingSweep] = []
    for (place, sweep) in parameters.sweep.enumerated() {
      let items = try sweep.values.enumerated().map { index, text in
        CyclingVariants.Item(
          name: "sweep-\(place + 1)-\(index + 1)", parameters: try parameters.varied(sweep.parameter, to: text))
      }
      let outcomes = try CyclingVariants(items: items).outcomes(context, done: done, total: total, run: item)
      sweeps.append(CyclingSweep(parameter: sweep.parameter, texts: sweep.values, outcomes: outcomes))
      done += items.count
    }
    var sensitivities = CyclingSensitivities()
    if parameters.sensitivities.enabled {
      let steps = try CyclingSensitivities.steps(of: parameters)
      var items = [CyclingVariants.Item(name: "coarse", parameters: CyclingSensitivities.coarse(parameters))]
      for (place, step) in steps.enumerated() {
        for (end, name) in [(step.low, "low"), (step.high, "high")] {
          guard let end else { continue }
          items.append(CyclingVariants.Item(name: "difference-\(place + 1)-\(name)", parameters: end.parameters))
        }
      }
      let outcomes = try CyclingVariants(items: items).outcomes(context, done: done, total: total, run: item)
      if case .success(let base) = outcomes[0] {
        sensitivities = CyclingSensitivities(
          steps: steps, base: base, fine: outcome, outcomes: Array(outcomes.dropFirst()))
      } else if case .failure(let error) = outcomes[0] {
        sensitivities.warnings.append(
          "Nothing is known of uncertainties: with larger elements there is no answer (\(error.problem)).")
      }
    }
    context.progress(total, total)
    let summary = ParticleCyclingSummary(
      parameters: parameters, model: model, outcome: outcome, sweeps: sweeps, sensitivities: sensitivities
    ).summary
    let value = ParticleCyclingResult(
      outcome, sweeps: sweeps, sensitivities: sensitivities, span: parameters.protocol.lithiationSpan.si,
      specificCapacity: input.specificCapacity)
    return StageResult(value: value, summary: summary)
  }
}

extension Citation {
  static let oregan2022 = Citation(
    key: "oregan2022",
    text:
      "K. O'Regan, F. Brosa Planella, W. D. Widanage, E. Kendrick, Thermal-electrochemical parameters of a high energy lithium-ion cylindrical battery, Electrochim. Acta 425, 140700 (2022).",
    doi: "10.1016/j.electacta.2022.140700")
  static let bueckner1970 = Citation(
    key: "bueckner1970",
    text:
      "H. F. Bueckner, A novel principle for the computation of stress intensity factors, Z. Angew. Math. Mech. 50, 529 (1970)."
  )
  static let weibull1951 = Citation(
    key: "weibull1951",
    text: "W. Weibull, A statistical distribution function of wide applicability, J. Appl. Mech. 18, 293 (1951).")
}
