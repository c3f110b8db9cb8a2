public import Electrochemistry
import Figures
import FileFormats
import Foundation
public import Pipeline
public import Quantities

/// From a potentiostat record, or a described protocol, to charge, capacity, C-rate and state of charge.
public enum StateOfChargeStage: Stage {
  public static let name = "state-of-charge"
  public static let version = 2
  public static let citations = [Citation.gum2008, .bdf]

  public struct Parameters: ExperimentDecodable {
    @Setting("name of this measurement; its answers are called NAME.state_of_charge and so on", default: "cell")
    public var name: String
    @Setting("potentiostat record: BioLogic .mpr or .mpt, or Battery Data Format .csv")
    public var file: FilePath?
    @Section("protocol in words, where nothing was recorded")
    public var `protocol`: ProtocolParameters?
    @Setting(
      "mass of the active material; left out, `mass_from` tells where it comes from", in: Mass(si: 1e-18)...Mass(si: 1))
    public var mass: UncertainQuantity<MassKind>?
    @Setting(
      "source of a mass that is left out: particle-mass, tomography, or record; left out too, it is `record` where there is a file"
    )
    public var massFrom: MassSource?
    @Setting("tomographic measurement whose particle's mass it is, where there are several", example: "particle")
    public var tomography: String?
    @Setting(
      "specific capacity of a state of charge of 100 %; left out, the material's",
      in: MaterialSettings.leastSpecificCapacity...MaterialSettings.largestSpecificCapacity)
    public var specificCapacity: UncertainQuantity<SpecificCapacityKind>?
    @Setting("sign of the current in the file", default: .asRecorded)
    public var currentSign: CurrentSign
    @Setting("voltage that was to end the charge", in: 0 * .volt...10 * .volt)
    public var voltageLimit: Voltage?
    @Setting(
      "standard uncertainty of the current's gain", default: Ratio(0.1, .percent), in: 0 * .percent...100 * .percent)
    public var currentGainUncertainty: Ratio
    @Setting(
      "standard uncertainty of the current's zero", default: Current(0, .ampere), in: Current(0, .ampere)...)
    public var currentOffsetUncertainty: Current
    @Setting(
      "standard deviation of a single current sample", default: Current(0, .ampere), in: Current(0, .ampere)...)
    public var currentNoise: Current
    @Setting(
      "standard uncertainty of the clock's rate", default: Ratio(0.01, .percent), in: 0 * .percent...100 * .percent)
    public var timeScaleUncertainty: Ratio

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if let wrong = problem(ofMeasurementName: name, example: "cell-2") { found.append(wrong) }
      switch (file, self.protocol) {
      case (nil, nil):
        found.append(
          SettingProblem(
            at: "", "neither a file nor a protocol is given", detail: "expected one of `file` and `protocol`"))
      case (.some, .some):
        found.append(
          SettingProblem(at: "protocol", "both a file and a protocol are given", detail: "keep one of them"))
      default: break
      }
      if tomography != nil, massFrom != .tomography {
        found.append(
          SettingProblem(
            at: "tomography", "the mass is not taken from a tomographic measurement",
            detail: "write `mass_from: tomography`, or leave it out"))
      }
      if mass != nil, massFrom != nil {
        found.append(
          SettingProblem(at: "mass_from", "both a mass and its source are given", detail: "keep one of them"))
      } else if file == nil, massFrom == .record {
        found.append(
          SettingProblem(
            at: "mass_from", "there is no record to take a mass from",
            detail: "give `mass`, or a section particle_mass with `mass_from: particle-mass`"))
      }
      return found
    }
  }

  public struct ProtocolParameters: ExperimentDecodable {
    @Setting("current held, positive for a charge")
    public var current: UncertainQuantity<CurrentKind>
    @Setting("how long it was held", in: 1e-3 * .second...1e9 * .second)
    public var duration: TimeSpan
    @Setting("voltage at the start", in: 0 * .volt...10 * .volt)
    public var startVoltage: Voltage?
    @Setting("voltage that was to end the step", in: 0 * .volt...10 * .volt)
    public var voltageLimit: Voltage?
    @Setting("change of the state of charge that was meant to be made", in: -100 * .percent...100 * .percent)
    public var plannedStateOfCharge: Ratio?
    @Setting("what ended the step", default: .unknown)
    public var endedBy: StepEnd

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if current.value.si == 0 {
        found.append(SettingProblem(at: "current", "no current flows", detail: "expected one such as 30 pA"))
      }
      if let plannedStateOfCharge, plannedStateOfCharge.si * current.value.si <= 0, current.value.si != 0 {
        found.append(
          SettingProblem(
            at: "planned_state_of_charge", "the current leads away from what is planned",
            detail: "a positive current charges; expected a number of the same sign as the current"))
      }
      if endedBy == .voltageLimit, voltageLimit == nil {
        found.append(
          SettingProblem(
            at: "ended_by", "there is no voltage limit that could have ended it", detail: "give `voltage_limit`"))
      }
      return found
    }
  }

  public enum CurrentSign: String, SettingChoice {
    /// As the reader of the format says: positive while lithium leaves the cathode.
    case asRecorded = "as-recorded"
    /// The file's sign is the other one.
    case reversed
  }

  /// Where a mass that is not stated comes from.
  public enum MassSource: String, SettingChoice {
    /// The section `particle_mass` of the experiment.
    case particleMass = "particle-mass"
    /// The particle of a tomographic measurement.
    case tomography
    /// The number that was typed into the instrument.
    case record
  }

  public enum StepEnd: String, SettingChoice {
    case voltageLimit = "voltage-limit"
    case timeLimit = "time-limit"
    case stopped
    case unknown
  }

  /// What the run works on: a record or a protocol, and the material.
  public struct Input: Sendable {
    public var series: PotentiostatSeries?
    /// Kilograms, with where the number comes from in words.
    public var mass: UncertainValue
    public var massSource: String
    /// C/kg.
    public var specificCapacity: UncertainValue
    public var initialLithiation: UncertainValue
    /// The source of a mass that an operator typed in: often a default.
    public static let recordedMassSource = "typed into the instrument by its operator"

    public init(
      series: PotentiostatSeries?, mass: UncertainValue, massSource: String, specificCapacity: UncertainValue,
      initialLithiation: UncertainValue
    ) {
      self.series = series
      self.mass = mass
      self.massSource = massSource
      self.specificCapacity = specificCapacity
      self.initialLithiation = initialLithiation
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // A record has about 54 bytes a sample; each sample has some twenty numbers here.
    let samples = Double(max(inputBytes, 5400)) / 54
    return ResourceEstimate(seconds: 0.05 + 4e-6 * samples, memory: 20e6 + 800 * samples, disk: 1e5 + 60 * samples)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<ChargeTable> {
    let accounting = try accounting(input, parameters)
    context.progress(1, 1)
    let summary = StateOfChargeSummary(accounting: accounting, input: input, parameters: parameters).summary
    return StageResult(value: ChargeTable(accounting, startTime: input.series?.startTime), summary: summary)
  }

  /// - Throws: the technique's errors.
  static func accounting(_ input: Input, _ parameters: Parameters) throws -> ChargeAccounting {
    let material = ActiveMaterial(
      mass: input.mass, specificCapacity: input.specificCapacity, initialLithiation: input.initialLithiation)
    var instrument = InstrumentUncertainty(
      currentGain: parameters.currentGainUncertainty.si, currentOffset: parameters.currentOffsetUncertainty.si,
      currentNoise: parameters.currentNoise.si, timeScale: parameters.timeScaleUncertainty.si)
    if var series = input.series {
      if parameters.currentSign == .reversed {
        series.current = series.current.map { -$0 }
        series.instrumentCounterCharge = series.instrumentCounterCharge?.map { -$0 }
      }
      let plans = parameters.voltageLimit.map { [StepPlan(direction: .charge, voltageLimit: $0.si)] } ?? []
      return try accountForCharge(of: series, in: material, plans: plans, instrument: instrument)
    } else if let described = parameters.protocol {
      if let uncertainty = described.current.standardUncertainty {
        instrument.currentGain = abs(uncertainty.si / described.current.value.si)
      }
      return try accountForCharge(of: described.technique, in: material, instrument: instrument)
    } else {
      throw StageDocumentError(path: parameters.name, problem: "neither a file nor a protocol is given")
    }
  }
}

extension StateOfChargeStage.ProtocolParameters {
  /// The protocol as the technique takes it.
  var technique: DescribedProtocol {
    let reasons: [StateOfChargeStage.StepEnd: EndReason] = [
      .voltageLimit: .voltageLimit, .timeLimit: .timeLimit, .stopped: .stopped,
    ]
    return DescribedProtocol(
      current: current.value.si, duration: duration.si, startVoltage: startVoltage?.si, voltageLimit: voltageLimit?.si,
      plannedStateOfChargeChange: plannedStateOfCharge?.si, endReason: reasons[endedBy])
  }
}
