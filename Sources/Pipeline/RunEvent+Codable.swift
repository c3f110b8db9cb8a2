/// Flat objects: `event` names the case and the other keys are its values, for example
/// `{"done":3,"event":"progress","secondsLeft":12.5,"stage":"particle","total":20}`.
extension RunEvent: Codable {
  private enum Name: String, Codable {
    case planStarted, stageSkipped, stageStarted, progress, warning, stageFinished, runFinished, interrupted, failed
  }

  private enum Key: String, CodingKey {
    case event, stages, stage, done, total, secondsLeft, message, seconds, peakMemory
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func stage() throws -> String { try values.decode(String.self, forKey: .stage) }
    func message() throws -> String { try values.decode(String.self, forKey: .message) }
    let optionalStage = try values.decodeIfPresent(String.self, forKey: .stage)
    switch try values.decode(Name.self, forKey: .event) {
    case .planStarted: self = .planStarted(stages: try values.decode([String].self, forKey: .stages))
    case .stageSkipped: self = .stageSkipped(stage: try stage())
    case .stageStarted: self = .stageStarted(stage: try stage())
    case .progress:
      self = .progress(
        stage: try stage(), done: try values.decode(Int.self, forKey: .done),
        total: try values.decode(Int.self, forKey: .total),
        secondsLeft: try values.decodeIfPresent(Double.self, forKey: .secondsLeft))
    case .warning: self = .warning(stage: optionalStage, message: try message())
    case .stageFinished:
      self = .stageFinished(
        stage: try stage(), seconds: try values.decode(Double.self, forKey: .seconds),
        peakMemory: try values.decode(Int.self, forKey: .peakMemory))
    case .runFinished: self = .runFinished(seconds: try values.decode(Double.self, forKey: .seconds))
    case .interrupted: self = .interrupted(stage: optionalStage)
    case .failed: self = .failed(stage: optionalStage, message: try message())
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    func put(_ name: Name, stage: String? = nil, message: String? = nil, seconds: Double? = nil) throws {
      try values.encode(name, forKey: .event)
      try values.encodeIfPresent(stage, forKey: .stage)
      try values.encodeIfPresent(message, forKey: .message)
      try values.encodeIfPresent(seconds, forKey: .seconds)
    }
    switch self {
    case .planStarted(let stages):
      try put(.planStarted)
      try values.encode(stages, forKey: .stages)
    case .stageSkipped(let stage): try put(.stageSkipped, stage: stage)
    case .stageStarted(let stage): try put(.stageStarted, stage: stage)
    case .progress(let stage, let done, let total, let secondsLeft):
      try put(.progress, stage: stage)
      try values.encode(done, forKey: .done)
      try values.encode(total, forKey: .total)
      try values.encodeIfPresent(secondsLeft, forKey: .secondsLeft)
    case .warning(let stage, let message): try put(.warning, stage: stage, message: message)
    case .stageFinished(let stage, let seconds, let peakMemory):
      try put(.stageFinished, stage: stage, seconds: seconds)
      try values.encode(peakMemory, forKey: .peakMemory)
    case .runFinished(let seconds): try put(.runFinished, seconds: seconds)
    case .interrupted(let stage): try put(.interrupted, stage: stage)
    case .failed(let stage, let message): try put(.failed, stage: stage, message: message)
    }
  }
}
