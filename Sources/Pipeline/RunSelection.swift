/// Which stages of a plan to run.
public struct RunSelection: Hashable, Sendable {
  /// Nothing but this stage.
  public var only: String?
  /// This stage and those after it.
  public var from: String?
  /// The stages up to this one, itself included.
  public var to: String?

  public init(only: String? = nil, from: String? = nil, to: String? = nil) {
    self.only = only
    self.from = from
    self.to = to
  }

  /// All stages.
  public static let all = RunSelection()

  /// The places in the plan of the stages that are to run.
  ///
  /// - Throws: `RunSelectionError`.
  func range(in plan: RunPlan) throws -> Range<Int> {
    func place(_ name: String) throws -> Int {
      guard let place = plan.stages.firstIndex(where: { $0.name == name }) else {
        throw RunSelectionError.unknown(name, known: plan.stages.map(\.name))
      }
      return place
    }
    if let only {
      guard from == nil && to == nil else { throw RunSelectionError.onlyWithRange }
      let place = try place(only)
      return place..<place + 1
    }
    let first = try from.map(place) ?? 0
    let last = try to.map(place) ?? plan.stages.count - 1
    guard first <= last else { throw RunSelectionError.reversed(from: from ?? "", to: to ?? "") }
    return first..<last + 1
  }
}

/// A selection that cannot be run.
public enum RunSelectionError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown(String, known: [String])
  case onlyWithRange
  case reversed(from: String, to: String)
  /// Stages that were left out, are not complete, and are needed by those selected.
  case notComplete([String])

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "there is no stage \"\(name)\" in this experiment; there are: \(known.joined(separator: ", "))"
    case .onlyWithRange:
      "--only names the single stage to run and cannot be combined with --from or --to"
    case .reversed(let from, let to):
      "--from \(from) comes after --to \(to) in the plan; exchange them"
    case .notComplete(let names):
      "the selected stages read from \(names.joined(separator: ", ")), which "
        + (names.count == 1 ? "is not complete" : "are not complete")
        + "; run without --only and --from, or select "
        + (names.count == 1 ? "it" : "them") + " too"
    }
  }
}
