import Quantities

/// A section of the experiment file: a structure whose properties are settings and further sections.
///
///     struct Parameters: ExperimentDecodable {
///       @Setting("radius of the particle", default: Length(10, .micrometre)) var radius: Length
///       @Setting("file of the potentiostat") var file: FilePath
///       @Section("how lithium moves") var transport: TransportParameters
///     }
///
/// The key of a property is its name in snake case: `transitionRadius` is `transition_radius`. The declaration is all
/// there is: defaults, units, help, JSON schema and messages come from it.
public protocol ExperimentDecodable: Sendable {
  /// All defaults. A structure with settings alone has this without saying so.
  init()

  /// What no single setting can say, such as two that exclude one another; asked only when every setting was read.
  func validate() -> [SettingProblem]
}

extension ExperimentDecodable {
  public func validate() -> [SettingProblem] { [] }
}

/// A property wrapper that declares one key of a section.
protocol ExperimentField {
  /// What the key means.
  var help: String { get }

  /// Reads the key's value into the property, or the value of a key that is left out.
  ///
  /// - Returns: whether the property has a valid value now.
  func decode(_ entry: DocumentNode.Entry?, key: String, _ context: inout DecodingContext) -> Bool

  /// The JSON schema of the value, with its description and default.
  var schema: JSONValue { get }
  /// Whether the key must be given.
  var isRequired: Bool { get }

  /// Lines of an experiment file with the value.
  func yaml(key: String, indent: Int) -> [ResolvedLine]
  /// Adds canonical texts by key path.
  func canonical(path: String, _ texts: inout [String: String])
  /// Adds lines of help by key path.
  func help(path: String, _ lines: inout [SettingHelp])
}

extension ExperimentDecodable {
  /// The keys of this section with their declarations, in the order of declaration.
  var fields: [(key: String, field: any ExperimentField)] {
    Mirror(reflecting: self).children.compactMap { child in
      guard let label = child.label, let field = child.value as? any ExperimentField else { return nil }
      return (snakeCase(label.hasPrefix("_") ? String(label.dropFirst()) : label), field)
    }
  }
}

/// `transitionRadius` as `transition_radius`.
func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { text, character in
    if character.isUppercase {
      if !text.isEmpty { text += "_" }
      text += character.lowercased()
    } else {
      text.append(character)
    }
  }
}

/// Where the value behind a property wrapper lives.
///
/// A section is made, then its settings are read into it; reflection hands out copies of the wrappers, and what the
/// copies share is this. It is written to only by the reader, before anyone else has the section, and by assignments
/// to a property, which put a new one in its place. Hence sections are values, and may be sent between threads.
final class FieldStorage<Value: Sendable>: @unchecked Sendable {
  var value: Value?

  init(_ value: Value?) {
    self.value = value
  }
}

/// The candidate most like a text, where it is near enough to be meant.
func nearest(_ text: String, in candidates: [String]) -> String? {
  guard text.count <= 60 else { return nil }
  let allowed = max(1, min(3, text.count / 3))
  return candidates.map { (name: $0, distance: editDistance($0, text)) }
    .filter { $0.distance <= allowed || ($0.name.count > 3 && text.count > 3 && $0.name.hasPrefix(text)) }
    .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}
