internal import CFFTWSystem
import Synchronization

/// The discrete Fourier transform of complex images of one shape, in place.
///
/// Neither direction is normalised: F(k) = Σ f(n) exp(∓2πi k·n/N), so that forward and back multiplies by the number of
/// pixels; callers fold the factor into what they do in between. The zero frequency is at (0, 0).
///
/// The results depend on the input alone, to the last bit: the rows are transformed by plans that the library chooses by
/// counting operations, not by timing them. Its own plans for columns and whole images would be an order of magnitude
/// slower under that rule, therefore columns are brought together in blocks and transformed as rows.
public final class FourierTransform2D: Sendable {
  /// The extent of the images.
  public let shape: FrameShape

  /// Plans are read alone once they are made; the library allows that from any number of threads.
  private struct Plans: @unchecked Sendable {
    var rows: [fftwf_plan]
    var columns: [fftwf_plan]
  }
  private let plans: Plans
  /// Columns that are transformed side by side.
  private static let block = 16
  /// The library's planner is one for the process and not safe to share.
  private static let planner = Mutex(())

  /// - Precondition: the shape has at least one pixel.
  public init(_ shape: FrameShape) {
    precondition(shape.count > 0, "a transform needs a pixel")
    self.shape = shape
    func plan(length: Int, count: Int, sign: Int32) -> fftwf_plan {
      let memory = UnsafeMutablePointer<fftwf_complex>.allocate(capacity: length * count)
      defer { memory.deallocate() }
      var size = Int32(length)
      let flags = UInt32(FFTW_ESTIMATE) | UInt32(FFTW_UNALIGNED)
      let made = fftwf_plan_many_dft(
        1, &size, Int32(count), memory, nil, 1, size, memory, nil, 1, size, sign, flags)
      guard let made else { preconditionFailure("a plan for a positive length exists") }
      return made
    }
    plans = Self.planner.withLock { _ in
      Plans(
        rows: [FFTW_FORWARD, FFTW_BACKWARD].map { plan(length: shape.columns, count: shape.rows, sign: $0) },
        columns: [FFTW_FORWARD, FFTW_BACKWARD].map { plan(length: shape.rows, count: 1, sign: $0) })
    }
  }

  deinit {
    let plans = plans
    Self.planner.withLock { _ in
      for plan in plans.rows + plans.columns { fftwf_destroy_plan(plan) }
    }
  }

  /// Transforms from space to frequency: exp(−2πi …).
  public func forward(_ image: inout ComplexImage) {
    precondition(image.shape == shape, "the plan is for images of another shape")
    image.pixels.withUnsafeMutableBufferPointer { forward($0) }
  }

  /// Transforms from frequency to space: exp(+2πi …), without the factor 1/N.
  public func backward(_ image: inout ComplexImage) {
    precondition(image.shape == shape, "the plan is for images of another shape")
    image.pixels.withUnsafeMutableBufferPointer { backward($0) }
  }

  /// Transforms a caller's memory from space to frequency.
  ///
  /// - Parameter field: `shape.count` numbers in C order.
  public func forward(_ field: UnsafeMutableBufferPointer<ComplexFloat>) { execute(field, direction: 0) }

  /// Transforms a caller's memory from frequency to space, without the factor 1/N.
  ///
  /// - Parameter field: `shape.count` numbers in C order.
  public func backward(_ field: UnsafeMutableBufferPointer<ComplexFloat>) { execute(field, direction: 1) }

  private func execute(_ field: UnsafeMutableBufferPointer<ComplexFloat>, direction: Int) {
    precondition(field.count == shape.count, "the plan is for images of another shape")
    guard let start = field.baseAddress else { return }
    let rows = shape.rows
    let columns = shape.columns
    let whole = UnsafeMutableRawPointer(start).assumingMemoryBound(to: fftwf_complex.self)
    fftwf_execute_dft(plans.rows[direction], whole, whole)
    withUnsafeTemporaryAllocation(of: ComplexFloat.self, capacity: rows * Self.block) { strip in
      guard let stripStart = strip.baseAddress else { return }
      let raw = UnsafeMutableRawPointer(stripStart).assumingMemoryBound(to: fftwf_complex.self)
      for first in stride(from: 0, to: columns, by: Self.block) {
        let width = min(Self.block, columns - first)
        for row in 0..<rows {
          let line = start + row * columns + first
          for column in 0..<width { stripStart[column * rows + row] = line[column] }
        }
        for column in 0..<width {
          fftwf_execute_dft(plans.columns[direction], raw + column * rows, raw + column * rows)
        }
        for row in 0..<rows {
          let line = start + row * columns + first
          for column in 0..<width { line[column] = stripStart[column * rows + row] }
        }
      }
    }
  }
}
