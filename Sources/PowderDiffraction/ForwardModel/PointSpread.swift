import ArrayMath
import Foundation

/// Spreads an image by a Gaussian along rows and along columns.
///
/// The kernel is the discrete Gaussian `T(n) = e^(−v) I_n(v)` of Lindeberg (IEEE Trans. Pattern Anal. Mach. Intell. 12, 234
/// (1990)): its sum is one and its variance exactly v for any width, where a sampled Gaussian of less than a pixel is
/// too narrow. What leaves the plate is lost.
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

  /// e^(−v) I_n(v) for n from 0 up to where nothing is left, by Miller's recurrence downwards.
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
    return values.map { $0 / sum }
  }

  func callAsFunction(_ image: [Float], shape: FrameShape, threads: Int) throws -> [Float] {
    let columns = shape.columns
    let alongColumns = try Self.filled(shape, threads) { row, output in
      image.withUnsafeBufferPointer { input in
        let line = UnsafeBufferPointer(rebasing: input[row * columns..<(row + 1) * columns])
        for column in 0..<columns { output[column] = columnKernel[0] * line[column] }
        for (tap, weight) in columnKernel.enumerated().dropFirst() where tap < columns {
          for column in tap..<columns { output[column] += weight * line[column - tap] }
          for column in 0..<columns - tap { output[column] += weight * line[column + tap] }
        }
      }
    }
    return try Self.filled(shape, threads) { row, output in
      alongColumns.withUnsafeBufferPointer { input in
        func add(_ other: Int, _ weight: Float) {
          let line = UnsafeBufferPointer(rebasing: input[other * columns..<(other + 1) * columns])
          for column in 0..<columns { output[column] += weight * line[column] }
        }
        for column in 0..<columns { output[column] = 0 }
        add(row, rowKernel[0])
        for (tap, weight) in rowKernel.enumerated().dropFirst() {
          if row >= tap { add(row - tap, weight) }
          if row + tap < shape.rows { add(row + tap, weight) }
        }
      }
    }
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
