import Foundation

extension RunEvent {
  /// The event in words, for a log or a plain output; nil for progress, of which there is too much.
  var line: String? {
    switch self {
    case .planStarted(let stages): "run: \(stages.joined(separator: ", "))"
    case .stageSkipped(let stage): "\(stage): complete from an earlier run"
    case .stageStarted(let stage): "\(stage): started"
    case .progress: nil
    case .warning(let stage, let message): (stage.map { "\($0): " } ?? "") + "warning: \(message)"
    case .stageFinished(let stage, let seconds, let peakMemory):
      "\(stage): finished in \(durationText(seconds))"
        + (peakMemory > 0 ? ", peak memory \(byteText(Double(peakMemory)))" : "")
    case .runFinished(let seconds): "finished in \(durationText(seconds))"
    case .interrupted(let stage):
      "interrupted" + (stage.map { " in \($0)" } ?? "") + "; give the same command again to go on"
    case .failed(let stage, let message): (stage.map { "\($0): " } ?? "") + "failed: \(message)"
    }
  }
}

/// A time span as people say it: "0.4 s", "12 s", "3 min 05 s", "2 h 07 min".
///
/// - Parameter seconds: not negative; what is not finite is "unknown".
public func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
  if seconds < 9.95 { return String(format: "%.1f s", max(seconds, 0)) }
  let whole = Int(seconds.rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
  return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
}

/// A number of bytes as people say it, with decimal prefixes: "812 B", "3.4 MB", "12 GB".
public func byteText(_ bytes: Double) -> String {
  guard bytes.isFinite, bytes >= 0 else { return "unknown" }
  var value = bytes
  var unit = "B"
  for prefix in ["kB", "MB", "GB", "TB", "PB"] where value >= 999.5 {
    value /= 1000
    unit = prefix
  }
  return String(format: value >= 9.95 || unit == "B" ? "%.0f %@" : "%.1f %@", value, unit)
}
