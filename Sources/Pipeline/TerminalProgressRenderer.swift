/// One line a stage on a terminal: a bar with the time left while it runs, a tick when it is done.
public struct TerminalProgressRenderer: RunEventRenderer {
  /// Seconds between two drawings of the bar.
  private static let interval = 0.2
  private static let barLength = 20
  /// Back to the beginning of the line, and erase it.
  private static let erase = "\r\u{1B}[2K"

  private let columns: Int
  private var nameLength = 0
  private var lastDrawing = -Double.infinity
  private var hasOpenLine = false
  private var total = 0

  /// - Parameter columns: the width of the terminal; a line that wraps could not be erased.
  public init(columns: Int = 80) {
    self.columns = max(columns, 20)
  }

  public mutating func render(_ event: RunEvent, at seconds: Double) -> String {
    switch event {
    case .planStarted(let stages):
      nameLength = stages.map(\.count).max() ?? 0
      return ""
    case .stageStarted(let stage):
      (lastDrawing, total) = (-.infinity, 0)
      return open(" ▸ " + padded(stage))
    case .progress(let stage, let done, let total, let left):
      self.total = total
      guard done >= total || seconds - lastDrawing >= Self.interval else { return "" }
      lastDrawing = seconds
      return open(
        " ▸ \(padded(stage))  \(bar(done, total))  \(done)/\(total)" + (left.map { "  \(durationText($0)) left" } ?? "")
      )
    case .stageSkipped(let stage):
      return close(" ✔ \(padded(stage))  complete from an earlier run")
    case .stageFinished(let stage, let duration, let memory):
      let items = total > 0 ? "\(total)/\(total)  " : ""
      let peak = memory > 0 ? "  peak \(byteText(Double(memory)))" : ""
      return close(" ✔ \(padded(stage))  \(items)\(durationText(duration))\(peak)")
    case .warning:
      // What was drawn of the bar comes back with the next progress.
      lastDrawing = -.infinity
      return close(" ▲ \(event.line ?? "")", cut: false)
    case .runFinished, .interrupted:
      return close(" \(event.line ?? "")", cut: false)
    case .failed:
      return close(" ✘ \(event.line ?? "")", cut: false)
    }
  }

  private mutating func open(_ line: String) -> String {
    hasOpenLine = true
    return Self.erase + fitted(line)
  }

  private mutating func close(_ line: String, cut: Bool = true) -> String {
    defer { hasOpenLine = false }
    return (hasOpenLine ? Self.erase : "") + (cut ? fitted(line) : line) + "\n"
  }

  private func padded(_ name: String) -> String {
    name + String(repeating: " ", count: max(nameLength - name.count, 0))
  }

  /// The last column stays free: some terminals wrap when it is written.
  private func fitted(_ line: String) -> String {
    line.count < columns ? line : line.prefix(columns - 2) + "…"
  }

  private func bar(_ done: Int, _ total: Int) -> String {
    let fraction = total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 0
    let filled = Int(fraction * Double(Self.barLength))
    let percent = String(Int(fraction * 100))
    return String(repeating: "━", count: filled) + String(repeating: "─", count: Self.barLength - filled)
      + String(repeating: " ", count: 5 - percent.count) + "\(percent) %"
  }
}
