import Synchronization

/// Hands the events of a run on, one at a time, to whoever listens and to the log, and keeps progress from flooding them.
final class RunReporter: Sendable {
  private struct State {
    var estimator = TimeLeftEstimator(start: 0)
    var done = -1
    var reused = 0
    var lastProgress = -Double.infinity
  }

  /// Seconds between two events of progress.
  private static let interval = 0.1

  private let state = Mutex(State())
  private let start = ContinuousClock.now
  private let sink: RunEventSink
  private let log: RunLog

  init(sink: @escaping RunEventSink, log: RunLog) {
    self.sink = sink
    self.log = log
  }

  /// Since the beginning of the run.
  var seconds: Double { ResourceMeter.seconds(start.duration(to: .now)) }

  func report(_ event: RunEvent) {
    state.withLock { state in
      if case .stageStarted = event { state = State(estimator: TimeLeftEstimator(start: seconds)) }
      send(event)
    }
  }

  /// - Parameter reused: the number of items that were taken over so far.
  func progress(of stage: String, done: Int, total: Int, reused: Int) {
    state.withLock { state in
      // Threads may report out of order; what is older than the last report is dropped.
      guard done > state.done else { return }
      let now = seconds
      let left = state.estimator.secondsLeft(done: done, total: total, at: now, tookOver: reused > state.reused)
      state.done = done
      state.reused = reused
      guard done >= total || now - state.lastProgress >= Self.interval else { return }
      state.lastProgress = now
      send(.progress(stage: stage, done: done, total: total, secondsLeft: left))
    }
  }

  private func send(_ event: RunEvent) {
    if let line = event.line { log.append(line) }
    sink(event, seconds)
  }
}
