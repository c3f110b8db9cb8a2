import Foundation

/// A setting that was to be changed, by a sweep or a difference, and cannot be.
public struct SettingChangeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path of the key.
  public var key: String
  /// What is wrong, and what was expected.
  public var problem: String

  public init(key: String, problem: String) {
    self.key = key
    self.problem = problem
  }

  public var description: String { "`\(key)`: \(problem)" }
}

extension ExperimentDecodable {
  /// The keys below which a value can be changed, sections left out: "radius", "protocol.tolerance".
  public func changeableKeys() -> [String] {
    var texts: [String: String] = [:]
    canonical(path: "", &texts)
    return texts.keys.sorted()
  }

  /// The text of one setting as a file would have it; nil where there is no such key or it is left out.
  public func settingText(_ key: String) -> String? {
    guard let root = ExperimentDocument(text: resolvedYAML(), file: "").root else { return nil }
    var node = root
    for part in key.split(separator: ".") {
      guard case .mapping(let entries) = node.content, let entry = entries.first(where: { $0.key == part }) else {
        return nil
      }
      node = entry.value
    }
    guard case .scalar(let text, _) = node.content, !node.isEmpty else { return nil }
    return text
  }

  /// A copy in which one setting has another value; every other setting is as it was, and counts as given.
  ///
  /// - Parameters:
  ///   - key: the path of the key, such as "elasticity.youngs_modulus".
  ///   - text: the value as a file would have it, such as "160 GPa"; `[1, 2]` for a list.
  ///   - directory: the folder that paths of files in the copy start from.
  /// - Throws: ``SettingChangeError`` for a key that is not there, and for a value that the declaration refuses.
  public func changing(_ key: String, to text: String, directory: String = "") throws(SettingChangeError) -> Self {
    let value = ExperimentDocument(text: "value: \(Self.asYAML(text))\n", file: "")
    guard case .mapping(let members) = value.root?.content, let replacement = members.first?.value else {
      throw SettingChangeError(key: key, problem: "`\(text)` is no value")
    }
    guard let root = ExperimentDocument(text: resolvedYAML(), file: "").root else {
      throw SettingChangeError(key: key, problem: "the settings cannot be written")
    }
    let parts = key.split(separator: ".").map(String.init)
    guard changeableKeys().contains(key) || settingExists(parts) else {
      let near = nearest(key, in: changeableKeys())
      throw SettingChangeError(
        key: key,
        problem: "there is no such setting; "
          + (near.map { "did you mean `\($0)`?" } ?? "expected one of \(changeableKeys().joined(separator: ", "))"))
    }
    let changed = Self.replacing(parts[...], in: root, with: replacement)
    let copy = Self()
    let empty = directory.isEmpty ? "" : "\(directory)/"
    var context = DecodingContext(document: ExperimentDocument(text: "", file: "\(empty)sweep.yaml"))
    guard context.decode(copy, from: changed) else {
      let problem = context.diagnostics.first { $0.severity == .error }
      let words = problem.map { $0.detail.isEmpty ? $0.message : "\($0.message): \($0.detail)" } ?? "it is refused"
      throw SettingChangeError(key: key, problem: "with the value `\(text)`, \(words)")
    }
    return copy
  }

  /// Whether the declaration has a key, given or left out.
  private func settingExists(_ parts: [String]) -> Bool {
    Self.settingsHelp().contains { $0.key == parts.joined(separator: ".") && !$0.isSection }
  }

  private static func asYAML(_ text: String) -> String {
    text.hasPrefix("[") ? text : JSONValue.string(text).compactText
  }

  private static func replacing(
    _ parts: ArraySlice<String>, in node: DocumentNode, with replacement: DocumentNode
  ) -> DocumentNode {
    guard let first = parts.first else { return replacement }
    var entries: [DocumentNode.Entry] = []
    if case .mapping(let found) = node.content { entries = found }
    let rest = parts.dropFirst()
    if let place = entries.firstIndex(where: { $0.key == first }) {
      entries[place].value = replacing(rest, in: entries[place].value, with: replacement)
    } else {
      let empty = DocumentNode(content: .mapping([]), place: replacement.place)
      entries.append(
        DocumentNode.Entry(
          key: first, keyPlace: replacement.place, value: replacing(rest, in: empty, with: replacement)))
    }
    return DocumentNode(content: .mapping(entries), place: node.place)
  }
}
