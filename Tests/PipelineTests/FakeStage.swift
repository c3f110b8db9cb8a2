import Foundation
import Pipeline
import Synchronization

/// Counts how often items were computed, by stage.
final class WorkCounter: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  func count(_ stage: String) { counts.withLock { $0[stage, default: 0] += 1 } }

  subscript(_ stage: String) -> Int { counts.withLock { $0[stage] ?? 0 } }
}

/// A stage whose file holds its name, parameters, inputs and items, and the content of what it reads from.
///
/// - Parameters:
///   - items: the number of shards.
///   - beforeItem: called before each item is computed.
///   - keepProvenance: is given the provenance instead of the file, whose bytes are to be the same in every run.
func fakeStage(
  _ name: String, version: Int = 1, parameters: String = "p = 1", inputs: [String] = [], upstream: [String] = [],
  items: Int = 3, counter: WorkCounter = WorkCounter(),
  beforeItem: @escaping @Sendable (Int) throws -> Void = { _ in },
  keepProvenance: @escaping @Sendable (String) -> Void = { _ in }
) -> PlannedStage {
  PlannedStage(
    name: name, version: version, canonicalParameters: parameters, inputFiles: inputs, upstream: upstream,
    estimate: { ResourceEstimate(seconds: 1, memory: 1, disk: 1) }
  ) { paths, context in
    var bytes = Array("\(name) \(version) \(parameters)\n".utf8)
    for path in inputs + upstream.compactMap({ paths[$0] }) {
      bytes += FileManager.default.contents(atPath: path) ?? Data("unreadable".utf8)
    }
    for item in 0..<items {
      bytes += try context.shard("item-\(item)") {
        try beforeItem(item)
        counter.count(name)
        return (0..<200).map { UInt8(truncatingIfNeeded: $0 * (item + 3) + parameters.utf8.count) }
      }
      context.progress(item + 1, items)
    }
    let result = bytes
    return { path, provenance in
      keepProvenance(provenance)
      try Data(result).write(to: URL(filePath: path))
    }
  }
}

/// Keeps the events of a run.
final class EventRecorder: Sendable {
  private let list = Mutex<[RunEvent]>([])

  var sink: RunEventSink { { event, _ in self.list.withLock { $0.append(event) } } }

  var events: [RunEvent] { list.withLock { $0 } }

  /// The events but for progress and the values that depend on the clock.
  var story: [String] {
    events.compactMap {
      switch $0 {
      case .planStarted(let stages): "plan " + stages.joined(separator: ",")
      case .stageSkipped(let stage): "skipped \(stage)"
      case .stageStarted(let stage): "started \(stage)"
      case .stageFinished(let stage, _, _): "finished \(stage)"
      case .warning(let stage, let message): "warning \(stage ?? "-") \(message)"
      case .interrupted(let stage): "interrupted \(stage ?? "-")"
      case .failed(let stage, let message): "failed \(stage ?? "-") \(message)"
      case .runFinished: "done"
      case .progress: nil
      }
    }
  }
}
