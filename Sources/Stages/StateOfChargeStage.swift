public import Electrochemistry
import Figures
import FileFormats
import Foundation
public import Pipeline
public import Quantities

/// From a potentiostat record, or a described protocol, to charge, capacity, C-rate and state of charge.
public enum StateOfChargeStage: Stage {
  public static let name = "state-of-charge"
  public static let version = 1
  public static let citations = [Citation.gum2008, .bdf]

  public struct Parameters: ExperimentDecodable {
    @Setting("name of this measurement; its answers are called NAME.state_of_charge and so on", default: "cell")
    public var name: String
    @Setting("potentiostat record: BioLogic .mpr or .mpt, or Battery Data Format .csv")
    public var file: FilePath?
    @Section("protocol in words, where nothing was recorded")
    public var `protocol`: ProtocolParameters?
    @Setting("mass of the active material; left out, it is the mass of `particle_mass`, or the one in the file")
    public var mass: UncertainQuantity<MassKind>?
    @Setting("specific capacity of a state of charge of 100 %; left out, the material's")
    public var specificCapacity: UncertainQuantity<SpecificCapacityKind>?
    @Setting("sign of the current in the file", default: .asRecorded)
    public var currentSign: CurrentSign
    @Setting("voltage that was to end the charge", in: 0 * .volt...10 * .volt)
    public var voltageLimit: Voltage?
    @Setting(
      "standard uncertainty of the current's gain", default: Ratio(0.1, .percent), in: 0 * .percent...100 * .percent)
    public var currentGainUncertainty: Ratio
    @Setting("standard uncertainty of the current's zero", default: Current(0, .ampere))
    public var currentOffsetUncertainty: Current
    @Setting("standard deviation of a single current sample", default: Current(0, .ampere))
    public var currentNoise: Current
    @Setting("standard uncertainty of the clock's rate", default: Ratio(0.01, .percent))
    public var timeScaleUncertainty: Ratio

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) {
        found.append(
          SettingProblem(at: "name", "a name has letters, digits, - and _ only", detail: "found \"\(name)\""))
      }
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
      return found
    }
  }

  public struct ProtocolParameters: ExperimentDecodable {
    @Setting("current held, positive for a charge")
    public var current: UncertainQuantity<CurrentKind>
    @Setting("how long it was held", in: 1e-3 * .second...1e9 * .second)
    public var duration: TimeSpan
    @Setting("voltage at the start")
    public var startVoltage: Voltage?
    @Setting("voltage that was to end the step")
    public var voltageLimit: Voltage?
    @Setting("state of charge that was meant to be reached")
    public var plannedStateOfCharge: Ratio?
    @Setting("what ended the step", default: .unknown)
    public var endedBy: StepEnd

    public init() {}
  }

  public enum CurrentSign: String, SettingChoice {
    /// As the reader of the format says: positive while lithium leaves the cathode.
    case asRecorded = "as-recorded"
    /// The file's sign is the other one.
    case reversed
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
    let material = ActiveMaterial(
      mass: input.mass, specificCapacity: input.specificCapacity, initialLithiation: input.initialLithiation)
    var instrument = InstrumentUncertainty(
      currentGain: parameters.currentGainUncertainty.si, currentOffset: parameters.currentOffsetUncertainty.si,
      currentNoise: parameters.currentNoise.si, timeScale: parameters.timeScaleUncertainty.si)
    let accounting: ChargeAccounting
    if var series = input.series {
      if parameters.currentSign == .reversed {
        series.current = series.current.map { -$0 }
        series.instrumentCounterCharge = series.instrumentCounterCharge?.map { -$0 }
      }
      let plans = parameters.voltageLimit.map { [StepPlan(direction: .charge, voltageLimit: $0.si)] } ?? []
      accounting = try accountForCharge(of: series, in: material, plans: plans, instrument: instrument)
    } else if let described = parameters.protocol {
      if let uncertainty = described.current.standardUncertainty {
        instrument.currentGain = abs(uncertainty.si / described.current.value.si)
      }
      accounting = try accountForCharge(of: described.technique, in: material, instrument: instrument)
    } else {
      throw StageDocumentError(path: parameters.name, problem: "neither a file nor a protocol is given")
    }
    context.progress(1, 1)
    let summary = StateOfChargeSummary(accounting: accounting, input: input, parameters: parameters).summary
    return StageResult(value: ChargeTable(accounting), summary: summary)
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
