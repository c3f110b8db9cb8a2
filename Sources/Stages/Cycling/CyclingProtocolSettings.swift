import ParticleMechanics
public import Pipeline
public import Quantities

extension ParticleCyclingStage {
  /// What the potentiostat does, in words or as it was recorded.
  public struct ProtocolSettings: ExperimentDecodable {
    @Setting(
      "the protocol in words: currents as C-rates, ends by voltage, C-rate, lithiation or time",
      default: "charge at 0.5 C until 4.3 V, hold until C/20, discharge at 0.5 C until 3.4 V")
    public var words: String
    @Setting("measurement of the section electrochemistry whose recorded current is followed instead", example: "cell")
    public var from: String?
    @Setting(
      "change of lithiation that a C-rate of 1 C makes in an hour; 1 is the theoretical capacity of 275.5 mAh/g",
      default: Ratio(100, .percent), in: Ratio(1, .percent)...Ratio(100, .percent))
    public var lithiationSpan: Ratio
    @Setting(
      "lithiation at the start", default: Ratio(95, .percent), in: Ratio(0, .percent)...Ratio(100, .percent))
    public var initialLithiation: Ratio
    @Setting(
      "times at which fields are kept, evenly spread over the protocol; ends of steps come in addition", default: 24,
      in: 1...1000)
    public var keptStates: Int
    @Setting("largest error of lithiation in a step of time", default: 1e-4, in: 1e-9...0.1)
    public var tolerance: Double

    public init() {}

    public func validate() -> [SettingProblem] {
      guard from == nil else {
        return $words.isGiven
          ? [SettingProblem(at: "words", "the protocol is given twice", detail: "keep `words` or `from`")] : []
      }
      do {
        _ = try CyclingProtocol(words: words)
        return []
      } catch {
        return [SettingProblem(at: "words", "the protocol is not understood", detail: "\(error)")]
      }
    }

    /// Whether it has a voltage.
    var needsKinetics: Bool { from == nil && (try? CyclingProtocol(words: words))?.needsVoltage == true }
  }

  /// The part of the surface of a section that the electrolyte wets.
  public struct ContactSettings: ExperimentDecodable {
    @Setting(
      "angle from the x axis at which it begins, counter-clockwise", default: -45 * .degree,
      in: -360 * .degree...360 * .degree)
    public var from: Angle
    @Setting("angle at which it ends", default: 45 * .degree, in: -360 * .degree...720 * .degree)
    public var to: Angle

    public init() {}

    public func validate() -> [SettingProblem] {
      let width = to.si - from.si
      guard width > 0, width <= 2 * .pi + 1e-9 else {
        return [
          SettingProblem(
            at: "to", "the wetted arc has no width, or more than the whole circle",
            detail: "from \(from) to \(to); expected `to` beyond `from`, by at most 360 deg")
        ]
      }
      return []
    }
  }
}
