import Foundation

/// What is installed beside the program: examples and the plot bundle.
enum ShareFolder {
  /// `OPERANDO_SHARE`, or `../share/operando` beside the binary as it was called, or as it is once links are followed.
  static var path: String {
    if let path = ProcessInfo.processInfo.environment["OPERANDO_SHARE"], !path.isEmpty { return path }
    let linked = CommandLine.arguments[0]
    let resolved = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? linked
    // The parent is taken from the text of the path: `..` would follow the link that a build folder is.
    let candidates = (linked.contains("/") ? [linked, resolved] : [resolved]).map { program in
      URL(filePath: program).deletingLastPathComponent().deletingLastPathComponent().path + "/share/operando"
    }
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? candidates[0]
  }

  /// The text of the plot bundle; nil where it was not set up.
  static var plotBundle: String? { try? String(contentsOfFile: path + "/plotly.min.js", encoding: .utf8) }

  /// The folder of the examples.
  static var examples: String { path + "/examples" }
}
