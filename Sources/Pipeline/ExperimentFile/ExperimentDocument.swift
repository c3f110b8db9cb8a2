import Foundation

/// An experiment file: its text, its nodes with their places, and what is wrong with its YAML.
///
/// Scalars stay texts until a declaration gives them a type, so that `no` is a word and `003` keeps its zeros. Tabs,
/// duplicate keys, anchors, aliases, merge keys and tags are errors.
public struct ExperimentDocument: Sendable {
  /// The name that messages begin with.
  public let file: String
  public let text: String
  /// The folder that relative paths in the file start from.
  public let directory: String
  /// What is wrong with the file as YAML; where this is not empty there is nothing to read.
  public let syntaxDiagnostics: [Diagnostic]
  let lines: [String]
  let root: DocumentNode?
  /// The places of values by key path.
  private let places: [String: Place]

  /// - Parameters:
  ///   - text: the content of the file.
  ///   - file: its path, as it shall appear in messages; relative paths in the file start from its folder.
  public init(text: String, file: String) {
    self.file = file
    directory = (file as NSString).deletingLastPathComponent
    self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    lines = Self.lines(of: self.text)
    let result = YAMLReader(text: self.text, lines: lines).read()
    root = result.root
    let lines = lines
    syntaxDiagnostics = result.problems.map {
      Self.diagnostic(file, lines, at: $0.place, .error, $0.message, detail: $0.detail)
    }
    var places: [String: Place] = [:]
    if let root { Self.index(root, path: "", &places) }
    self.places = places
  }

  /// - Parameter bytes: the content of the file; anything but UTF-8 becomes a diagnostic.
  public init(bytes: [UInt8], file: String) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self.init(text: text, file: file)
      return
    }
    self.init(notUTF8: bytes, file: file)
  }

  private init(notUTF8 bytes: [UInt8], file: String) {
    self.file = file
    text = Self.validPrefix(of: bytes)
    directory = (file as NSString).deletingLastPathComponent
    lines = Self.lines(of: text)
    root = nil
    places = [:]
    let place = Place(line: lines.count, column: (lines.last?.count ?? 0) + 1, length: 1)
    let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    let detail = isUTF16 ? "it is UTF-16; save it as UTF-8" : "save it as UTF-8"
    syntaxDiagnostics = [Self.diagnostic(file, lines, at: place, .error, "the file is not UTF-8 text", detail: detail)]
  }

  /// Reads the file into a typed value.
  ///
  /// - Returns: the value, nil where there is an error; and all diagnostics, in the order of the file.
  public func decode<Value: ExperimentDecodable>(_ type: Value.Type = Value.self) -> (Value?, [Diagnostic]) {
    guard let root else { return (nil, syntaxDiagnostics) }
    let value = Value()
    var context = DecodingContext(document: self)
    let isValid = context.decode(value, from: root)
    let order = context.diagnostics.enumerated().sorted {
      ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset) < (
        $1.element.line ?? 0, $1.element.column ?? 0, $1.offset
      )
    }
    return (isValid ? value : nil, order.map(\.element))
  }

  /// A diagnostic that points to a key of the file, for checks that come later.
  ///
  /// - Parameter keyPath: such as "particle.radius" or "electrochemistry.views[0].file". Where the file does not have
  ///   it, the nearest section that it has is pointed to.
  public func diagnostic(
    at keyPath: String, severity: Diagnostic.Severity = .error, message: String, detail: String = ""
  ) -> Diagnostic {
    var path = keyPath
    while !path.isEmpty {
      if let place = places[path] { return diagnostic(at: place, severity, message, detail: detail) }
      path = String(path[..<(path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex)])
    }
    return diagnostic(at: nil, severity, message, detail: detail)
  }

  /// Whether the file gives a key.
  public func contains(_ keyPath: String) -> Bool { places[keyPath] != nil }

  func diagnostic(
    at place: Place?, _ severity: Diagnostic.Severity, _ message: String, detail: String
  ) -> Diagnostic {
    Self.diagnostic(file, lines, at: place, severity, message, detail: detail)
  }

  private static func diagnostic(
    _ file: String, _ lines: [String], at place: Place?, _ severity: Diagnostic.Severity, _ message: String,
    detail: String
  ) -> Diagnostic {
    guard let place, place.line >= 1, place.line <= lines.count else {
      return Diagnostic(severity: severity, file: file, message: message, detail: detail)
    }
    let source = lines[place.line - 1]
    let column = min(place.column, source.count + 1)
    let length = min(max(place.length, 1), max(source.count - column + 1, 1))
    return Diagnostic(
      severity: severity, file: file, line: place.line, column: column, length: length, message: message,
      detail: detail, source: printable(source))
  }

  /// A line as it is shown: one column a character, and nothing that a terminal would obey.
  private static func printable(_ line: String) -> String {
    String(line.map { $0 == "\t" ? " " : $0.unicodeScalars.contains(where: \.isControl) ? "\u{FFFD}" : $0 })
  }

  /// Lines as YAML counts them, without their ends.
  private static func lines(of text: String) -> [String] {
    text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
  }

  private static func validPrefix(of bytes: [UInt8]) -> String {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var good = String.UnicodeScalarView()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { good.append(scalar) }
    return String(good)
  }

  private static func index(_ node: DocumentNode, path: String, _ places: inout [String: Place]) {
    switch node.content {
    case .scalar: break
    case .sequence(let nodes):
      for (index, node) in nodes.enumerated() {
        places["\(path)[\(index)]"] = node.place
        Self.index(node, path: "\(path)[\(index)]", &places)
      }
    case .mapping(let entries):
      for entry in entries {
        let entryPath = path.isEmpty ? entry.key : "\(path).\(entry.key)"
        if case .scalar = entry.value.content, !entry.value.isEmpty {
          places[entryPath] = entry.value.place
        } else {
          places[entryPath] = entry.keyPlace
        }
        Self.index(entry.value, path: entryPath, &places)
      }
    }
  }
}
