public import Foundation

/// Why gnuplot drew nothing.
public enum GnuplotError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No program of that name was found.
  case absent
  /// The program ended with a status other than zero, or wrote no file.
  case failed(status: Int32, message: String)

  public var description: String {
    switch self {
    case .absent: "gnuplot was not found on the PATH; static figures need it (Debian package gnuplot-nox)"
    case .failed(let status, let message): "gnuplot ended with status \(status): \(message)"
    }
  }
}

/// Draws figures as SVG and PDF by gnuplot, as a child process without a shell.
public struct Gnuplot: Sendable {
  /// The program that is started.
  public let executable: URL

  public init(executable: URL) { self.executable = executable }

  /// The gnuplot on the search path.
  ///
  /// - Throws: ``GnuplotError/absent``.
  public static func find(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws -> Gnuplot {
    for folder in path.split(separator: ":") where folder.hasPrefix("/") {
      let file = "\(folder)/gnuplot"
      if FileManager.default.isExecutableFile(atPath: file) { return Gnuplot(executable: URL(filePath: file)) }
    }
    throw GnuplotError.absent
  }

  /// Draws every view with one start of the program.
  ///
  /// - Returns: the bytes of one file a view, in the same order. SVG is as gnuplot writes it; ``inlineSVG(_:)`` makes it
  ///   fit for a page.
  /// - Throws: ``GnuplotError``, and errors of writing to the temporary folder.
  public func draw(_ views: [FigureView], format: StaticFormat) throws -> [Data] {
    guard !views.isEmpty else { return [] }
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: "operando-figures-\(UUID().uuidString)")
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? manager.removeItem(at: folder) }
    let outputs = views.indices.map { folder.appending(path: "\($0).\(format.rawValue)") }
    let script = folder.appending(path: "script.gp")
    let text = zip(views, outputs).map { GnuplotScript.text($0, format: format, path: $1.path) }.joined()
    try Data(text.utf8).write(to: script)

    // Messages go into a file: a pipe that nobody empties while we wait could fill up and block both.
    let messages = folder.appending(path: "messages.txt")
    try Data().write(to: messages)
    let process = Process()
    process.executableURL = executable
    process.arguments = [script.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: messages)
    do { try process.run() } catch { throw GnuplotError.absent }
    process.waitUntilExit()
    func failure() -> GnuplotError {
      let message = (try? String(contentsOf: messages, encoding: .utf8)) ?? ""
      return .failed(status: process.terminationStatus, message: String(message.suffix(500)))
    }
    guard process.terminationStatus == 0 else { throw failure() }
    return try outputs.map { file in
      guard let data = manager.contents(atPath: file.path), !data.isEmpty else { throw failure() }
      return data
    }
  }

  /// Each view as one SVG element for use inside a page.
  ///
  /// The element is transparent, takes its text and axis colour from the text around it, scales with its container,
  /// carries `role="img"` with the title and caption of the figure, and its identifiers are unique among the views of
  /// figures with different identifiers.
  ///
  /// - Throws: as ``draw(_:format:)``.
  public func inlineSVG(_ views: [FigureView]) throws -> [String] {
    try zip(views, draw(views, format: .svg)).map { view, data in
      let moment = view.figure.frameText(view.frame)
      let title = moment.isEmpty ? view.figure.title : "\(view.figure.title), \(moment)"
      return inlineElement(
        String(decoding: data, as: UTF8.self), identifier: "\(view.figure.identifier)-\(view.frame)", title: title,
        description: view.figure.caption)
    }
  }
}
