internal import CFFTWSystem
internal import CKernels
import Synchronization

/// The discrete Fourier transform of complex images of one shape, in place.
///
/// Neither direction is normalised: F(k) = Σ f(n) exp(∓2πi k·n/N), so that forward and back multiplies by the number of
/// pixels; callers fold the factor into what they do in between. The zero frequency is at (0, 0).
///
/// The results depend on the input alone, to the last bit, for one machine: nothing is chosen by timing. Rows whose
/// length is a multiple of 16, and columns, go through kernels of our own where their length is a product of 2, 3 and 5
/// (sixteen lines side by side, so that nothing is transposed in memory); any other length goes through plans that FFTW
/// chooses by counting operations.
public final class FourierTransform2D: Sendable {
  /// The extent of the images.
  public let shape: FrameShape

  /// How the lines of one direction are transformed. Plans are read alone once they are made, by any number of threads.
  private enum Lines: @unchecked Sendable {
    case kernel(OpaquePointer)
    case library(forward: fftwf_plan, backward: fftwf_plan)
  }
  private let rows: Lines
  private let columns: Lines
  /// Columns that are transformed side by side.
  private static let block = 16
  /// The library's planner is one for the process and not safe to share.
  private static let planner = Mutex(())

  /// - Precondition: the shape has at least one pixel.
  public init(_ shape: FrameShape) {
    precondition(shape.count > 0, "a transform needs a pixel")
    self.shape = shape
    func library(length: Int, count: Int) -> Lines {
      let memory = UnsafeMutablePointer<fftwf_complex>.allocate(capacity: length * count)
      defer { memory.deallocate() }
      func plan(_ sign: Int32) -> fftwf_plan {
        var size = Int32(length)
        let flags = UInt32(FFTW_ESTIMATE) | UInt32(FFTW_UNALIGNED)
        let made = fftwf_plan_many_dft(
          1, &size, Int32(count), memory, nil, 1, size, memory, nil, 1, size, sign, flags)
        guard let made else { preconditionFailure("a plan for a positive length exists") }
        return made
      }
      return Self.planner.withLock { _ in .library(forward: plan(FFTW_FORWARD), backward: plan(FFTW_BACKWARD)) }
    }
    if let kernel = operando_fourier_make(shape.columns, 1) {
      rows = .kernel(kernel)
    } else {
      rows = library(length: shape.columns, count: shape.rows)
    }
    if let kernel = operando_fourier_make(shape.rows, 0) {
      columns = .kernel(kernel)
    } else {
      columns = library(length: shape.rows, count: 1)
    }
  }

  deinit {
    for lines in [rows, columns] {
      switch lines {
      case .kernel(let plan): operando_fourier_free(plan)
      case .library(let forward, let backward):
        Self.planner.withLock { _ in
          fftwf_destroy_plan(forward)
          fftwf_destroy_plan(backward)
        }
      }
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
  public func forward(_ field: UnsafeMutableBufferPointer<ComplexFloat>) { execute(field, backward: false) }

  /// Transforms a caller's memory from frequency to space, without the factor 1/N.
  ///
  /// - Parameter field: `shape.count` numbers in C order.
  public func backward(_ field: UnsafeMutableBufferPointer<ComplexFloat>) { execute(field, backward: true) }

  private func execute(_ field: UnsafeMutableBufferPointer<ComplexFloat>, backward: Bool) {
    precondition(field.count == shape.count, "the plan is for images of another shape")
    guard let start = field.baseAddress else { return }
    let floats = UnsafeMutableRawPointer(start).assumingMemoryBound(to: Float.self)
    switch rows {
    case .kernel(let plan):
      Self.withScratch(plan) { operando_fourier_rows(plan, floats, shape.rows, backward ? 1 : 0, $0) }
    case .library(let forth, let back):
      let whole = UnsafeMutableRawPointer(start).assumingMemoryBound(to: fftwf_complex.self)
      fftwf_execute_dft(backward ? back : forth, whole, whole)
    }
    switch columns {
    case .kernel(let plan):
      Self.withScratch(plan) { operando_fourier_columns(plan, floats, shape.columns, backward ? 1 : 0, $0) }
    case .library(let forth, let back): executeColumns(start, plan: backward ? back : forth)
    }
  }

  private static func withScratch(_ plan: OpaquePointer, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let bytes = operando_fourier_scratch(plan) * MemoryLayout<Float>.stride
    withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 64) { memory in
      guard let start = memory.baseAddress else { return }
      body(start.assumingMemoryBound(to: Float.self))
    }
  }

  /// The library's own plans for columns would be an order of magnitude slower when they may not be timed; therefore
  /// columns are brought together in blocks and transformed as rows.
  private func executeColumns(_ start: UnsafeMutablePointer<ComplexFloat>, plan: fftwf_plan) {
    let rows = shape.rows
    let columns = shape.columns
    withUnsafeTemporaryAllocation(of: ComplexFloat.self, capacity: rows * Self.block) { strip in
      guard let stripStart = strip.baseAddress else { return }
      let raw = UnsafeMutableRawPointer(stripStart).assumingMemoryBound(to: fftwf_complex.self)
      for first in stride(from: 0, to: columns, by: Self.block) {
        let width = min(Self.block, columns - first)
        for row in 0..<rows {
          let line = start + row * columns + first
          for column in 0..<width { stripStart[column * rows + row] = line[column] }
        }
        for column in 0..<width { fftwf_execute_dft(plan, raw + column * rows, raw + column * rows) }
        for row in 0..<rows {
          let line = start + row * columns + first
          for column in 0..<width { line[column] = stripStart[column * rows + row] }
        }
      }
    }
  }
}
