import Foundation

/// What a piece of work costs: wall-clock time, processor time and memory.
struct ResourceMeter {
  private let start = ContinuousClock.now
  private let startProcessor = Self.processorSeconds()
  let started = Date()

  init() {
    // From here the kernel counts the peak anew (proc(5)); where it refuses, the peak is that of the process so far.
    if let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") {
      try? file.write(contentsOf: Data("5".utf8))
      try? file.close()
    }
  }

  /// Seconds since the start.
  var seconds: Double {
    Self.seconds(start.duration(to: .now))
  }

  /// Processor seconds of this process and its finished children since the start.
  var processorSeconds: Double {
    Self.processorSeconds() - startProcessor
  }

  /// The largest resident memory since the start, in bytes; zero where the system does not say.
  static func peakMemory() -> Int {
    let peak = HostFacts.field("VmHWM", of: "/proc/self/status", separator: ":")
    return (peak?.split(separator: " ").first.flatMap { Int($0) } ?? 0) * 1024
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  private static func processorSeconds() -> Double {
    [RUSAGE_SELF, RUSAGE_CHILDREN].map { who in
      var usage = rusage()
      guard getrusage(__rusage_who_t(who.rawValue), &usage) == 0 else { return 0 }
      return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) * 1e-6 }.reduce(0, +)
    }.reduce(0, +)
  }
}

/// A moment as the ISO 8601 text of universal time, to the second.
func universalTime(_ date: Date) -> String {
  date.formatted(.iso8601)
}
