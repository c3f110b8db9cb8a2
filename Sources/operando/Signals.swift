import Dispatch
import Foundation
import Pipeline

/// Turns SIGINT and SIGTERM into a request to stop at the next item boundary; a second one ends the program at once.
final class Signals {
  private let sources: [any DispatchSourceSignal]

  init(_ flag: CancellationFlag) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if flag.isCancelled { _exit(ExitStatus.interrupted.code) }
        flag.cancel()
        Terminal.note("\nstopping at the next item; once more to stop at once")
      }
      source.resume()
      return source
    }
  }
}
