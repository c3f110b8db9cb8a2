import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Stages

/// `operando compare A B`
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Tell how two runs, or two NeXus files, differ.",
    discussion: """
      Of two run folders: settings and answers that differ. Of two files: datasets and attributes that differ, the
      provenance left out. Ends with 0 when they are the same, with 1 when they are not.

      Example:  operando compare runs/first runs/second
      """)

  @Argument(help: "A run folder, or a NeXus file.")
  var first: String
  @Argument(help: "Another one.")
  var second: String

  func run() throws {
    for path in [first, second] where !FileManager.default.isReadableFile(atPath: path) {
      Terminal.error("\(path): cannot be opened; give two run folders or two NeXus files")
      throw ExitStatus.wrongInput
    }
    let differences: [String]
    do {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: first, isDirectory: &isFolder)
      differences = isFolder.boolValue ? try ofRuns() : try NeXusFile.differences(first, second)
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    guard !differences.isEmpty else {
      Terminal.write("the same")
      return
    }
    for line in differences { Terminal.write(line) }
    throw ExitStatus.failed
  }

  private func ofRuns() throws -> [String] {
    let runs = try [first, second].map { try readRunSummary(of: RunFolder($0)) }
    var lines: [String] = []
    let texts = runs.map {
      Set($0.resolvedText.split(separator: "\n").map { $0.split(separator: "#", maxSplits: 1)[0] })
    }
    for line in texts[0].subtracting(texts[1]).sorted() { lines.append("- \(line.trimmed)") }
    for line in texts[1].subtracting(texts[0]).sorted() { lines.append("+ \(line.trimmed)") }
    let values = runs.map { Dictionary($0.headlines.map { ($0.key, $0) }) { first, _ in first } }
    for key in Set(values[0].keys).union(values[1].keys).sorted() {
      let (a, b) = (values[0][key], values[1][key])
      guard a?.value != b?.value else { continue }
      lines.append("\(key): \(text(a)) | \(text(b))")
    }
    return lines
  }

  private func text(_ headline: HeadlineValue?) -> String {
    headline.map { "\($0.value) \($0.unit)" } ?? "not computed"
  }
}

extension Substring {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
