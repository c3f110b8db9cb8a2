public import FileFormats
import Foundation
public import Pipeline

/// One step from inputs to an answer: its parameters, what is checked before, what it will cost, and the run itself.
///
/// All the work is in a technique and all the placing of files in the pipeline; a stage binds the two.
public protocol Stage: SendableMetatype {
  associatedtype Parameters: ExperimentDecodable & Sendable
  /// What the stage needs beside its parameters: the bytes of its files, the values of earlier stages.
  associatedtype Input
  associatedtype Value: NeXusRepresentable

  /// Lower case with hyphens, for example "state-of-charge".
  static var name: String { get }
  /// Raised when the numbers may change.
  static var version: Int { get }
  static var citations: [Citation] { get }

  /// What the parameters alone cost.
  static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate
  /// - Throws: whatever the technique and the readers throw, and `Interrupted`.
  static func run(_ input: Input, _ parameters: Parameters, _ context: RunContext) throws -> StageResult<Value>
}

/// What a stage hands over: its value for the stages after it, its summary for people.
public struct StageResult<Value: NeXusRepresentable>: Sendable {
  public var value: Value
  public var summary: StageSummary

  public init(value: Value, summary: StageSummary) {
    self.value = value
    self.summary = summary
  }
}

/// A value that can be stored below `/entry` of a NeXus file and read back equal.
public protocol NeXusRepresentable: Sendable {
  /// The children of the entry by name, the default plot among them.
  var nexusChildren: [String: NeXusNode] { get }
  /// The name of the NXdata child that a viewer opens on.
  var defaultPlot: String { get }
  /// - Throws: `StageDocumentError` when something is missing or has another shape.
  init(entry: NeXusGroup) throws
}

/// A stage file that does not hold what it should.
public struct StageDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String
  public var problem: String

  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  public var description: String { "\(path): \(problem)" }
}

/// Reading and writing of whole stage files.
///
/// A file holds the value's children, the process with its parameters, the summary as JSON in `/entry/report`, and
/// the provenance in `/entry/provenance`. Everything outside the provenance is the same for the same key.
public enum StageDocument {
  static func write<Value>(
    _ result: StageResult<Value>, stage: String, version: Int, parameters: String, sequenceIndex: Int, to path: String,
    provenanceJSON: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let summary = String(decoding: try encoder.encode(result.summary), as: UTF8.self)
    var children = result.value.nexusChildren
    children["process"] = .group(
      .process(
        program: "operando", version: "\(stage) \(version)", sequenceIndex: sequenceIndex,
        notes: ["parameters": .note(parameters, description: "all parameters, defaults included, in SI units")]))
    children["report"] = .group(
      .note(summary, type: "application/json", description: "headline values, figures, assumptions and methods text"))
    children["provenance"] = .group(
      .note(provenanceJSON, type: "application/json", description: "where, when and from what this was computed"))
    children["definition"] = .dataset(NeXusDataset(text: "NXoperando_stage"))
    let entry = NeXusGroup.entry(
      title: result.summary.title, defaultPlot: result.value.defaultPlot, children: children)
    try NeXusFile.write(.root(entry: entry, creator: "operando"), to: path)
  }

  /// Writes the file of a stage that was run alone, outside a run folder.
  public static func write(
    _ result: StageResult<some NeXusRepresentable>, parameters: String, to path: String
  ) throws {
    try write(
      result, stage: result.summary.title, version: 1, parameters: parameters, sequenceIndex: 1, to: path,
      provenanceJSON: "{}")
  }

  /// The value of a stage from its file.
  public static func value<Value: NeXusRepresentable>(_ type: Value.Type, from path: String) throws -> Value {
    do {
      return try Value(entry: entry(of: path))
    } catch let error as StageDocumentError where error.path.hasPrefix("/entry") {
      // A value knows its place in the file, not the file.
      throw StageDocumentError(path: "\(path), \(error.path)", problem: error.problem)
    }
  }

  /// The summary of a stage from its file.
  public static func summary(from path: String) throws -> StageSummary {
    let text = try note("report", in: path)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(StageSummary.self, from: Data(text.utf8))
    } catch {
      throw StageDocumentError(path: path, problem: "the summary in /entry/report cannot be read: \(error)")
    }
  }

  /// The provenance of a stage from its file, as JSON text.
  public static func provenance(from path: String) throws -> String { try note("provenance", in: path) }

  private static func note(_ name: String, in path: String) throws -> String {
    guard let text = try entry(of: path)[group: name]?[dataset: "data"]?.text else {
      throw StageDocumentError(path: path, problem: "there is no text in /entry/\(name)")
    }
    return text
  }

  private static func entry(of path: String) throws -> NeXusGroup {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StageDocumentError(path: path, problem: "the file is not there")
    }
    guard let entry = try NeXusFile.read(path)[group: "entry"] else {
      throw StageDocumentError(path: path, problem: "there is no /entry")
    }
    return entry
  }
}

extension Stage {
  /// Binds the stage to its parameters, its files and the stages before it.
  ///
  /// - Parameters:
  ///   - instance: what tells this use of the stage from another one in the same plan; empty for the only one.
  ///   - canonical: parameters that are not in `parameters` but change the numbers.
  ///   - input: makes the input from the paths of the upstream stages' files.
  static func planned(
    instance: String = "", _ parameters: Parameters, canonical: String = "", inputFiles: [String] = [],
    upstream: [String] = [], sequenceIndex: Int,
    input: @escaping @Sendable (_ upstream: [String: String]) throws -> Input
  ) -> PlannedStage {
    let name = instance.isEmpty ? Self.name : "\(Self.name)-\(instance)"
    let text = canonical + parameters.canonicalText()
    return PlannedStage(
      name: name, version: version, canonicalParameters: text, inputFiles: inputFiles, upstream: upstream,
      estimate: {
        let bytes = inputFiles.reduce(0) { $0 + fileSize($1) }
        return estimate(parameters, inputBytes: bytes)
      },
      run: { files, context in
        let result = try run(input(files), parameters, context)
        return { path, provenance in
          try StageDocument.write(
            result, stage: name, version: version, parameters: text, sequenceIndex: sequenceIndex, to: path,
            provenanceJSON: provenance)
        }
      })
  }
}

private func fileSize(_ path: String) -> Int {
  ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
}
