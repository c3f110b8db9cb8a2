import Foundation

/// How a stage file came to be. It is stored as JSON in `/entry/provenance`, the one place of a file that may differ
/// between two runs of the same plan.
public struct Provenance: Codable, Hashable, Sendable {
  /// The version of the program.
  public var programVersion: String
  public var stage: String
  public var stageVersion: Int
  public var key: ContentKey
  /// All parameters, defaults included, as the text that went into the key.
  public var parameters: String
  /// The files read, without their folders.
  public var inputs: [FileDigest]
  /// The stages read from and their keys.
  public var upstream: [String: ContentKey]
  public var host: HostFacts
  /// The number of threads that could be used; the numbers do not depend on it.
  public var threads: Int
  /// In universal time, ISO 8601.
  public var started: String
  /// In universal time, ISO 8601.
  public var finished: String
  /// From start to end, of the last, uninterrupted part.
  public var seconds: Double
  /// Processor seconds of the last, uninterrupted part.
  public var processorSeconds: Double
  /// The largest resident memory of the last, uninterrupted part, in bytes; zero when it is not known.
  public var peakMemory: Int
  /// The number of items taken over from an interrupted run.
  public var resumedItems: Int

  public init(
    programVersion: String, stage: String, stageVersion: Int, key: ContentKey, parameters: String,
    inputs: [FileDigest], upstream: [String: ContentKey], host: HostFacts, threads: Int, started: String,
    finished: String, seconds: Double, processorSeconds: Double, peakMemory: Int, resumedItems: Int
  ) {
    self.programVersion = programVersion
    self.stage = stage
    self.stageVersion = stageVersion
    self.key = key
    self.parameters = parameters
    self.inputs = inputs
    self.upstream = upstream
    self.host = host
    self.threads = threads
    self.started = started
    self.finished = finished
    self.seconds = seconds
    self.processorSeconds = processorSeconds
    self.peakMemory = peakMemory
    self.resumedItems = resumedItems
  }

  /// Reads what `json` wrote.
  ///
  /// - Throws: `DecodingError`.
  public init(json: String) throws {
    self = try JSONDecoder().decode(Provenance.self, from: Data(json.utf8))
  }

  /// The provenance as JSON with sorted keys.
  ///
  /// - Throws: `EncodingError` when a time or a cost is not finite.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
