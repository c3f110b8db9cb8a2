import Foundation

/// What is installed beside the program: examples and the plot bundle.
enum ShareFolder {
  /// `OPERANDO_SHARE`, or `../share/operando` beside the binary.
  static var path: String {
    if let path = ProcessInfo.processInfo.environment["OPERANDO_SHARE"], !path.isEmpty { return path }
    let binary = URL(filePath: CommandLine.arguments[0]).path
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? binary
    return URL(filePath: program).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "share/operando").path
  }

  /// The text of the plot bundle; nil where it was not set up.
  static var plotBundle: String? { try? String(contentsOfFile: path + "/plotly.min.js", encoding: .utf8) }

  /// The folder of the examples.
  static var examples: String { path + "/examples" }
}
