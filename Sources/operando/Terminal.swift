import Foundation

/// The only place that writes to the terminal.
enum Terminal {
  /// Answers go to standard output, so that they can be piped.
  static func write(_ line: String) { answer(line + "\n") }

  /// An answer that holds its own line ends.
  static func answer(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// Everything that accompanies an answer goes to standard error: progress, warnings, errors.
  static func note(_ line: String) { draw(line + "\n") }

  static func error(_ line: String) { note(line) }

  /// Text without a line feed, for a progress bar that is drawn over.
  static func draw(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Whether standard error is a terminal that understands a progress bar.
  static var isInteractive: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// The width of the terminal in characters; 80 where it is not known.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
