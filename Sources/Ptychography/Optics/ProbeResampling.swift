public import ArrayMath
internal import Foundation

extension Image where Pixel == ComplexFloat {
  /// The probe on other pixels, from its Fourier series: nothing is lost but frequencies that the new pixels cannot hold.
  ///
  /// Each axis is a product with a small matrix, so that neither the pixels nor the extents need a common measure. What
  /// lies outside the old window is dark, and Σ |P|² is kept.
  ///
  /// - Parameters:
  ///   - pixel: of this probe, in metres.
  ///   - newPixel: of the new one, in metres.
  ///   - window: the extent of the new one. The axes of both are at (rows/2, columns/2).
  /// - Precondition: the pixels are positive.
  public func resampled(
    from pixel: (height: Double, width: Double), to newPixel: (height: Double, width: Double), window: FrameShape
  ) -> ComplexImage {
    precondition(
      pixel.height > 0 && pixel.width > 0 && newPixel.height > 0 && newPixel.width > 0, "a pixel has an extent")
    let down = Self.interpolation(rows, pixel.height, window.rows, newPixel.height)
    let right = Self.interpolation(columns, pixel.width, window.columns, newPixel.width)
    // First the rows become new ones (window.rows x columns), then the columns.
    var between = [ComplexFloat](repeating: .zero, count: window.rows * columns)
    for row in 0..<window.rows {
      for old in 0..<rows {
        let factor = down[row * rows + old]
        guard factor != 0 else { continue }
        for column in 0..<columns { between[row * columns + column] += factor * pixels[old * columns + column] }
      }
    }
    var new = ComplexImage(repeating: .zero, shape: window)
    for row in 0..<window.rows {
      for column in 0..<window.columns {
        var sum = ComplexFloat.zero
        for old in 0..<columns { sum += right[column * columns + old] * between[row * columns + old] }
        new.pixels[row * window.columns + column] = sum
      }
    }
    return new.scaled(toPhotons: power)
  }

  /// The matrix (new x old, in C order) that evaluates the Fourier series of `count` old samples at the new ones.
  private static func interpolation(_ count: Int, _ step: Double, _ newCount: Int, _ newStep: Double) -> [Float] {
    // The sum of cosines over the frequencies that both grids hold; the lone negative one of an even count at half.
    let limit = min(0.5, 0.5 * step / newStep)
    return (0..<newCount).flatMap { new -> [Float] in
      let place = Double(new - newCount / 2) * newStep / step + Double(count / 2)
      guard place > -0.5, place < Double(count) - 0.5 else { return [Float](repeating: 0, count: count) }
      return (0..<count).map { old in
        let distance = place - Double(old)
        var sum = 1.0
        for k in stride(from: 1, through: count / 2, by: 1) {
          let frequency = Double(k) / Double(count)
          if frequency > limit + 1e-9 { break }
          let isLast = 2 * k == count
          sum += (isLast ? 1 : 2) * cos(2 * .pi * frequency * distance)
        }
        return Float(sum / Double(count))
      }
    }
  }
}
