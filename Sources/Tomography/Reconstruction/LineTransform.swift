internal import ArrayMath
internal import CKernels

/// The discrete Fourier transform of single lines, in place and not normalised: F(k) = Σ f(n) exp(−2πi k·n/N).
final class LineTransform: Sendable {
  let length: Int
  /// Read alone once it is made, by any number of threads.
  private nonisolated(unsafe) let plan: OpaquePointer

  /// The smallest length that has a transform and is not below `least`.
  static func length(atLeast least: Int) -> Int {
    var length = (max(least, 16) + 15) / 16 * 16
    while true {
      var rest = length
      for factor in [2, 3, 5] { while rest.isMultiple(of: factor) { rest /= factor } }
      if rest == 1 { return length }
      length += 16
    }
  }

  /// - Parameter length: one that ``length(atLeast:)`` gives.
  /// - Throws: ``TomographyError`` where there is no such transform or no memory.
  init(_ length: Int) throws {
    guard let made = operando_fourier_make(length, 1) else {
      throw TomographyError.invalid("there is no transform of lines of \(length) pixels, or no memory for it")
    }
    plan = made
    self.length = length
  }

  deinit { operando_fourier_free(plan) }

  /// Floats of work space, aligned to 64 bytes, that ``forward(_:scratch:)`` needs.
  var scratch: Int { operando_fourier_scratch(plan) }

  /// Transforms a line from space to frequency.
  func forward(_ line: UnsafeMutablePointer<ComplexFloat>, scratch: UnsafeMutablePointer<Float>) {
    let floats = UnsafeMutableRawPointer(line).assumingMemoryBound(to: Float.self)
    operando_fourier_rows(plan, floats, 1, 0, scratch)
  }
}
