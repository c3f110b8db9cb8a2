import ArgumentParser
import Foundation
import Pipeline
import Stages
import Synchronization

/// Writes a picture of what is known so far, at most every two seconds, each time as a whole file.
final class PreviewWriter: Sendable {
  private let path: String
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  /// Seconds between two pictures.
  private static let interval = 2

  /// - Parameter path: a file that ends in .png or .html.
  init(path: String) { self.path = path }

  /// - Throws: `ValidationError` for a path that is neither a picture nor a page.
  static func require(_ path: String) throws {
    guard ["png", "html"].contains(URL(filePath: path).pathExtension) else {
      throw ValidationError("\(path): a preview ends in .png or .html")
    }
  }

  /// Shows what is known, unless a picture was written a moment ago; the last pass of a projection is always shown.
  ///
  /// A preview that cannot be written is no reason to stop.
  func show(_ preview: () -> PtychographyPreview) {
    let preview = preview()
    let isLast = preview.pass >= preview.passes
    last.withLock { last in
      if !isLast, let last, last.duration(to: .now) < .seconds(Self.interval) { return }
      write(preview, isFinal: isLast && preview.count == 1)
      last = .now
    }
  }

  private func write(_ preview: PtychographyPreview, isFinal: Bool) {
    let refresh = isFinal ? 0 : Self.interval
    if path.hasSuffix(".html") {
      guard let page = try? preview.html(refresh: refresh) else { return }
      try? AtomicFile.write(page, to: path)
    } else {
      guard let picture = try? preview.png() else { return }
      try? AtomicFile.write(picture, to: path)
    }
  }
}
