import Foundation
import Pipeline
import Synchronization

/// Progress of a verb that runs a single long stage: a bar with the time left on a terminal, plain lines elsewhere.
final class VerbProgress: Sendable {
  private struct State {
    var estimator = TimeLeftEstimator(start: 0)
    var isOpen = false
    var done = -1
  }

  private let stage: String
  private let printer = EventPrinter(json: false)
  private let state = Mutex(State())
  private let start = ContinuousClock.now

  init(stage: String) { self.stage = stage }

  private var seconds: Double { start.duration(to: .now) / .seconds(1) }

  /// May be called from any thread; what comes late is left out.
  func show(done: Int, total: Int) {
    state.withLock { state in
      guard done > state.done else { return }
      (state.done, state.isOpen) = (done, true)
      let now = seconds
      let left = state.estimator.secondsLeft(done: done, total: total, at: now, tookOver: false)
      printer.show(.progress(stage: stage, done: done, total: total, secondsLeft: left), at: now)
    }
  }

  /// Ends the line of the bar.
  func finish() {
    state.withLock { state in
      if state.isOpen, Terminal.isInteractive { Terminal.draw("\n") }
      state.isOpen = false
    }
  }
}
