/// The stages of a run in an order in which each comes after those it reads from.
public struct RunPlan: Sendable {
  /// In running order.
  public let stages: [PlannedStage]

  /// Checks the stages and orders them; the given order is kept where it can be.
  ///
  /// - Throws: `RunPlanError`.
  public init(_ stages: [PlannedStage]) throws {
    guard !stages.isEmpty else { throw RunPlanError.empty }
    var names: Set<String> = []
    for stage in stages {
      guard Self.isFit(stage.name) else { throw RunPlanError.unfitName(stage.name) }
      guard names.insert(stage.name).inserted else { throw RunPlanError.duplicate(stage.name) }
    }
    for stage in stages {
      for name in stage.upstream where !names.contains(name) {
        throw RunPlanError.unknownUpstream(stage: stage.name, upstream: name, known: stages.map(\.name))
      }
    }
    var ordered: [PlannedStage] = []
    var placed: Set<String> = []
    var waiting = stages
    while !waiting.isEmpty {
      guard let next = waiting.firstIndex(where: { placed.isSuperset(of: $0.upstream) }) else {
        throw RunPlanError.cycle(Self.cycle(among: waiting))
      }
      let stage = waiting.remove(at: next)
      placed.insert(stage.name)
      ordered.append(stage)
    }
    self.stages = ordered
  }

  /// The keys of all stages by name; reads the input files.
  ///
  /// - Throws: `FileError` when an input file cannot be read.
  public func keys() throws -> [String: ContentKey] {
    try keyed().mapValues(\.key)
  }

  /// The manifest of this plan; reads the input files.
  ///
  /// - Throws: `FileError` when an input file cannot be read.
  public func manifest() throws -> RunManifest {
    manifest(try keyed())
  }

  /// A stage's key with the state of the files that went into it.
  struct KeyedStage {
    var key: ContentKey
    var inputs: [InputFile]
    /// The keys of the stages it reads from, by name.
    var upstream: [String: ContentKey]
  }

  func keyed() throws -> [String: KeyedStage] {
    var keyed: [String: KeyedStage] = [:]
    var known: [String: InputFile] = [:]
    for stage in stages {
      let inputs = try stage.inputFiles.map { path in
        let file = try known[path] ?? InputFile(path)
        known[path] = file
        return file
      }
      let upstream = keyed.filter { stage.upstream.contains($0.key) }.mapValues(\.key)
      let key = ContentKey(
        stage: stage.name, version: stage.version, canonicalParameters: stage.canonicalParameters,
        inputs: inputs.map(\.digest), upstream: Array(upstream.values))
      keyed[stage.name] = KeyedStage(key: key, inputs: inputs, upstream: upstream)
    }
    return keyed
  }

  func manifest(_ keyed: [String: KeyedStage]) -> RunManifest {
    RunManifest(
      stages: stages.compactMap { stage in
        keyed[stage.name].map {
          RunManifest.Stage(name: stage.name, version: stage.version, key: $0.key, upstream: stage.upstream)
        }
      })
  }

  private static func isFit(_ name: String) -> Bool {
    let letters = name.utf8
    let isWord = letters.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    return isWord && (1...100).contains(letters.count) && letters.first != 45 && letters.last != 45
  }

  /// Stages each of which reads from the next and the last from the first; all of `waiting` wait for another one of it.
  private static func cycle(among waiting: [PlannedStage]) -> [String] {
    var path: [String] = []
    var name = waiting[0].name
    while !path.contains(name) {
      path.append(name)
      let stage = waiting.first { $0.name == name }
      name = stage?.upstream.first { upstream in waiting.contains { $0.name == upstream } } ?? name
    }
    return Array(path[(path.firstIndex(of: name) ?? 0)...])
  }
}

/// Stages that do not make a plan.
public enum RunPlanError: Error, Hashable, Sendable, CustomStringConvertible {
  case empty
  case unfitName(String)
  case duplicate(String)
  case unknownUpstream(stage: String, upstream: String, known: [String])
  case cycle([String])

  public var description: String {
    switch self {
    case .empty:
      "there is nothing to run: the experiment has no stage"
    case .unfitName(let name):
      "a stage cannot be called \"\(name)\": 1 to 100 lower-case letters, digits and hyphens between them"
    case .duplicate(let name):
      "two stages are called \(name); each needs a name of its own"
    case .unknownUpstream(let stage, let upstream, let known):
      "stage \(stage) reads from \(upstream), which is not a stage of this experiment; there are: "
        + known.joined(separator: ", ")
    case .cycle(let names):
      "stages wait for each other: " + (names + names.prefix(1)).joined(separator: " reads from ")
    }
  }
}
