import Foundation
import Pipeline
import Synchronization

/// Shows the events of a run: a progress bar on a terminal, plain lines elsewhere, JSON where asked for.
final class EventPrinter: Sendable {
  private let renderer: Mutex<any RunEventRenderer>
  private let isJSON: Bool

  init(json: Bool) {
    isJSON = json
    if json {
      renderer = Mutex(JSONEventRenderer())
    } else if Terminal.isInteractive {
      renderer = Mutex(TerminalProgressRenderer(columns: Terminal.columns))
    } else {
      renderer = Mutex(PlainLineRenderer())
    }
  }

  /// Events as JSON are an answer and go to standard output; everything else accompanies the work.
  func show(_ event: RunEvent, at seconds: Double) {
    let text = renderer.withLock { $0.render(event, at: seconds) }
    guard !text.isEmpty else { return }
    if isJSON { Terminal.answer(text) } else { Terminal.draw(text) }
  }
}
