import Foundation

/// A file named in the experiment file.
///
/// Two paths are equal where both texts are. The path is no part of a stage's key; the content of the file is.
public struct FilePath: Hashable, Sendable, CustomStringConvertible {
  /// As written.
  public var text: String
  /// From the folder of the experiment file, unless it was absolute.
  public var path: String

  /// - Parameters:
  ///   - text: as written.
  ///   - directory: the folder that a relative path starts from; empty for the working folder.
  public init(_ text: String, relativeTo directory: String = "") {
    self.text = text
    path = text.hasPrefix("/") || directory.isEmpty ? text : (directory as NSString).appendingPathComponent(text)
  }

  public var description: String { text }
}

extension FilePath: SettingValue {
  public static var example: String { "cell.mpr" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> FilePath? {
    let expected = expectation(example: input.example)
    guard let text = input.scalar(expected: expected, &problems) else { return nil }
    if text.isEmpty || text.contains("\0") {
      problems.append(input.problem("is no file name", "expected \(expected)"))
      return nil
    }
    return FilePath(text, relativeTo: input.directory)
  }

  public static func expectation(example: String?) -> String { "a file name such as \(example ?? Self.example)" }
  public static func schema(range: SettingRange<Never>?) -> JSONValue { ["type": "string", "minLength": 1.0] }
  public var written: WrittenValue { .scalar(text) }
  public var canonical: String? { nil }
}
