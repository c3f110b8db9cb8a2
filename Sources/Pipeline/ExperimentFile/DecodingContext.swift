/// The state of reading an experiment file into typed sections: where we are, and what was wrong so far.
struct DecodingContext {
  let document: ExperimentDocument
  private(set) var diagnostics: [Diagnostic] = []
  /// The keys that lead here.
  private var path: [String] = []
  /// The place of the section we are in; nil at the root.
  private var sectionPlace: Place?
  /// Keys that are missing, but that an unknown key of the section was probably meant to be.
  private var excused: Set<String> = []

  init(document: ExperimentDocument) {
    self.document = document
  }

  var directory: String { document.directory }

  /// A key in words, for messages: "particle transition radius" for `particle.transition_radius`.
  func words(_ key: String) -> String {
    (path + [key]).joined(separator: " ").replacing("_", with: " ").replacing(".", with: " ")
  }

  /// The section we are in, for messages.
  private var sectionName: String { path.isEmpty ? "the experiment" : "`\(path.joined(separator: "."))`" }

  mutating func report(_ problems: [SettingProblem]) {
    for problem in problems {
      diagnostics.append(
        document.diagnostic(at: problem.place, problem.severity, problem.message, detail: problem.detail))
    }
  }

  mutating func reportMissing(key: String, expected: String, help: String) {
    if excused.contains(key) { return }
    diagnostics.append(
      document.diagnostic(
        at: sectionPlace, .error, "\(sectionName) has no `\(key)`", detail: "expected \(expected): \(help)"))
  }

  /// Reads a section one level down.
  mutating func inside(
    _ key: String, _ entry: DocumentNode.Entry, _ body: (inout DecodingContext) -> Bool
  ) -> Bool {
    let outer = (sectionPlace, excused)
    path.append(key)
    sectionPlace = entry.keyPlace
    excused = []
    defer {
      path.removeLast()
      (sectionPlace, excused) = outer
    }
    return body(&self)
  }

  /// Reads a mapping into the fields of a section, which share their storage with the reflected ones.
  ///
  /// - Returns: whether every field has a valid value and the section as a whole is valid.
  mutating func decode(_ section: any ExperimentDecodable, from node: DocumentNode) -> Bool {
    let fields = section.fields
    var entries: [DocumentNode.Entry] = []
    switch node.content {
    case .mapping(let found): entries = found
    case .scalar(_, isPlain: true) where node.isEmpty: break
    case .scalar, .sequence:
      let keys = fields.prefix(3).map { "`\($0.key):`" }.joined(separator: ", ")
      let detail = "\(node.words); expected keys such as \(keys)"
      diagnostics.append(document.diagnostic(at: node.place, .error, "\(sectionName) is not a mapping", detail: detail))
      return false
    }
    var isValid = reportUnknown(entries, known: fields.map(\.key))
    for (key, field) in fields {
      let entry = entries.first { $0.key == key }
      if !field.decode(entry, key: key, &self) { isValid = false }
    }
    guard isValid else { return false }
    return validate(section)
  }

  private mutating func reportUnknown(_ entries: [DocumentNode.Entry], known: [String]) -> Bool {
    let unknown = entries.filter { !known.contains($0.key) }
    for entry in unknown {
      let free = known.filter { name in !entries.contains { $0.key == name } }
      let near = nearest(entry.key, in: free) ?? nearest(entry.key, in: known)
      if let near { excused.insert(near) }
      let advice = near.map { "did you mean `\($0)`?" } ?? "known keys are \(known.joined(separator: ", "))"
      diagnostics.append(
        document.diagnostic(
          at: entry.keyPlace, .error, "\(sectionName) has no key \(quoted(entry.key))", detail: advice))
    }
    return unknown.isEmpty
  }

  private mutating func validate(_ section: any ExperimentDecodable) -> Bool {
    let problems = section.validate()
    for problem in problems {
      let keyPath = (path + [problem.key]).filter { !$0.isEmpty }.joined(separator: ".")
      diagnostics.append(
        document.diagnostic(
          at: keyPath, severity: problem.severity, message: problem.message, detail: problem.detail))
    }
    return !problems.contains { $0.severity == .error }
  }
}
