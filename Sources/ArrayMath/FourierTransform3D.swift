internal import CKernels

/// The discrete Fourier transform of complex volumes of one shape, in place: slices by ``FourierTransform2D``, then along
/// the slices. Not normalised, the zero frequency at (0, 0, 0); results do not depend on the number of threads.
public final class FourierTransform3D: Sendable {
  public let shape: VolumeShape
  private let slice: FourierTransform2D
  /// Read alone once made.
  private struct Plan: @unchecked Sendable {
    let pointer: OpaquePointer
  }
  private let across: Plan

  /// - Precondition: the extents are not 0 and the number of slices is a ``fastLength(atLeast:)``.
  public init(_ shape: VolumeShape) {
    precondition(shape.count > 0, "a transform needs a voxel")
    guard let plan = operando_fourier_make(shape.slices, 0) else {
      preconditionFailure("the number of slices is a product of 2, 3 and 5")
    }
    self.shape = shape
    slice = FourierTransform2D(shape.slice)
    across = Plan(pointer: plan)
  }

  deinit { operando_fourier_free(across.pointer) }

  /// The smallest product of 2, 3 and 5 that is not below a length and is a multiple of a number.
  public static func fastLength(atLeast length: Int, multipleOf step: Int = 1) -> Int {
    var candidate = (max(length, 1) + step - 1) / step * step
    while true {
      var rest = candidate
      for factor in [2, 3, 5] { while rest.isMultiple(of: factor) { rest /= factor } }
      if rest == 1 { return candidate }
      candidate += step
    }
  }

  /// Transforms from space to frequency: exp(−2πi …).
  ///
  /// - Parameters:
  ///   - field: `shape.count` numbers in C order.
  ///   - threads: the result does not depend on it.
  public func forward(_ field: UnsafeMutableBufferPointer<ComplexFloat>, threads: Int) throws {
    precondition(field.count == shape.count, "the plan is for volumes of another shape")
    guard let start = field.baseAddress else { return }
    let size = shape.slice.count
    nonisolated(unsafe) let memory = start
    let (slice, across, slices) = (slice, across, shape.slices)
    try parallelFor(count: slices, threads: threads) { index in
      slice.forward(UnsafeMutableBufferPointer(start: memory + index * size, count: size))
    }
    let bytes = operando_fourier_scratch(across.pointer) * MemoryLayout<Float>.stride
    withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 64) { scratch in
      guard let scratch = scratch.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
      let floats = UnsafeMutableRawPointer(start).assumingMemoryBound(to: Float.self)
      operando_fourier_columns(across.pointer, floats, size, 0, scratch)
    }
  }
}
