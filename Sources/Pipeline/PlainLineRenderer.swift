/// Plain lines for a file or a pipe: one for each thing that happens, and one every ten seconds of a long stage.
public struct PlainLineRenderer: RunEventRenderer {
  /// Seconds between two lines of progress.
  private static let interval = 10.0

  private var lastLine = 0.0

  public init() {}

  public mutating func render(_ event: RunEvent, at seconds: Double) -> String {
    if let line = event.line {
      lastLine = seconds
      return line + "\n"
    }
    guard case .progress(let stage, let done, let total, let left) = event, done < total,
      seconds - lastLine >= Self.interval
    else { return "" }
    lastLine = seconds
    return "\(stage): \(done) of \(total)" + (left.map { ", \(durationText($0)) left" } ?? "") + "\n"
  }
}
