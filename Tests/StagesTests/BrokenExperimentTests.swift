import Foundation
import Pipeline
import Stages
import Testing

/// Each broken file has its diagnostics beside it, to the letter.
@Suite struct BrokenExperimentTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "BrokenConfigurations")

  static let names: [String] = {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
    return found.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  static func diagnostics(_ name: String) throws -> String {
    let bytes = try Data(contentsOf: folder.appending(path: name))
    let document = ExperimentDocument(bytes: Array(bytes), file: name)
    let (value, diagnostics) = document.decode(ExperimentSettings.self)
    #expect(value == nil, "\(name) was read without an error")
    return diagnostics.map { "\($0)\n" }.joined()
  }

  @Test func thereAreAtLeastAHundred() {
    #expect(Self.names.count >= 100)
  }

  @Test(arguments: names)
  func saysExactlyWhatIsExpected(name: String) throws {
    let expected = Self.folder.appending(path: name.replacing(".yaml", with: ".expected"))
    let actual = try Self.diagnostics(name)
    #expect(!actual.isEmpty)
    #expect(try actual == String(contentsOf: expected, encoding: .utf8))
  }
}
