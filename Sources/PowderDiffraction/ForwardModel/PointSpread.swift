import ArrayMath
import Foundation

/// Spreads an image by a Gaussian along rows and along columns.
///
/// The kernel is the discrete Gaussian `T(n) = e^(−v) I_n(v)` of Lindeberg (IEEE Trans. Pattern Anal. Mach. Intell. 12,
/// 234 (1990)): its sum is one and its variance exactly v for any width, where a sampled Gaussian of less than a pixel
/// is too narrow. What leaves the plate is lost.
struct PointSpread: Sendable {
  /// Below this variance (square pixels) nothing is done: a ring of two pixels would widen by 0.07 %.
  static let negligible = 1e-3

  /// Half of the kernel along rows (for neighbours in other rows) and columns, from its centre outwards.
  private let rowKernel, columnKernel: [Float]

  /// - Parameters:
  ///   - rowVariance: between rows, in square pixels.
  ///   - columnVariance: between columns, in square pixels.
  init?(rowVariance: Double, columnVariance: Double) {
    guard max(rowVariance, columnVariance) >= Self.negligible else { return nil }
    rowKernel = Self.kernel(variance: rowVariance).map { Float($0) }
    columnKernel = Self.kernel(variance: columnVariance).map { Float($0) }
  }

  /// e^(−v) I_n(v) for n from 0 up to where less than 10⁻⁹ is left, by Miller's recurrence downwards.
  static func kernel(variance: Double) -> [Double] {
    guard variance >= negligible else { return [1] }
    let taps = Int(6 * variance.squareRoot() + 3)
    var value = 1e-280
    var next = 0.0
    var values = [Double](repeating: 0, count: taps + 1)
    for order in stride(from: taps + 40, to: 0, by: -1) {
      (value, next) = (next + 2 * Double(order) / variance * value, value)
      // The recurrence grows fast for narrow kernels; only ratios matter.
      if value > 1e200 {
        value *= 1e-300
        next *= 1e-300
        for index in values.indices { values[index] *= 1e-300 }
      }
      if order - 1 <= taps { values[order - 1] = value }
    }
    let sum = values[0] + 2 * values.dropFirst().reduce(0, +)
    return values.map { $0 / sum }.filter { $0 > 1e-9 }
  }

  func callAsFunction(_ image: [Float], shape: FrameShape, threads: Int) throws -> [Float] {
    let columns = shape.columns
    let alongColumns = try Self.filled(shape, threads) { row, output in
      image.withUnsafeBufferPointer { input in
        let line = UnsafeBufferPointer(rebasing: input[row * columns..<(row + 1) * columns])
        output.update(repeating: 0)
        for (tap, weight) in columnKernel.enumerated() where tap < columns {
          Self.add(weight, line.dropLast(tap), to: output.dropFirst(tap))
          if tap > 0 { Self.add(weight, line.dropFirst(tap), to: output.dropLast(tap)) }
        }
      }
    }
    return try Self.filled(shape, threads) { row, output in
      alongColumns.withUnsafeBufferPointer { input in
        output.update(repeating: 0)
        for (tap, weight) in rowKernel.enumerated() {
          for other in tap > 0 ? [row - tap, row + tap] : [row] where other >= 0 && other < shape.rows {
            Self.add(weight, input[other * columns..<(other + 1) * columns], to: output[...])
          }
        }
      }
    }
  }

  /// Adds a weighted line; over plain counts from zero, so that it is vectorised.
  @inline(__always)
  private static func add(
    _ weight: Float, _ input: Slice<UnsafeBufferPointer<Float>>, to output: Slice<UnsafeMutableBufferPointer<Float>>
  ) {
    let input = UnsafeBufferPointer(rebasing: input)
    let output = UnsafeMutableBufferPointer(rebasing: output)
    for index in 0..<input.count { output[index] += weight * input[index] }
  }

  /// An image whose rows are filled one by one.
  private static func filled(
    _ shape: FrameShape, _ threads: Int,
    _ body: @Sendable (_ row: Int, _ output: UnsafeMutableBufferPointer<Float>) -> Void
  ) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
      // Every row is written once, by one thread.
      nonisolated(unsafe) let image = buffer
      try parallelFor(count: shape.rows, grain: 32, threads: threads) { _, rows in
        for row in rows { body(row, .init(rebasing: image[row * shape.columns..<(row + 1) * shape.columns])) }
      }
      initialized = shape.count
    }
  }
}
