public import ArrayMath
internal import Foundation

/// A displacement of an image, in pixels.
public struct ImageShift: Sendable, Hashable {
  /// Pixels downwards.
  public var rows: Double
  /// Pixels to the right.
  public var columns: Double

  public init(rows: Double, columns: Double) {
    self.rows = rows
    self.columns = columns
  }

  /// The displacement back.
  public static prefix func - (shift: ImageShift) -> ImageShift {
    ImageShift(rows: -shift.rows, columns: -shift.columns)
  }
  public static func + (a: ImageShift, b: ImageShift) -> ImageShift {
    ImageShift(rows: a.rows + b.rows, columns: a.columns + b.columns)
  }
}

/// How values between pixels are found.
public enum ShiftInterpolation: String, Sendable, Hashable, Codable, CaseIterable {
  /// By phase factors on the Fourier transform: exact for what is periodic and band limited; what leaves on one side
  /// enters on the other.
  case fourier
  /// Between the four nearest pixels; beyond the edge the nearest pixel goes on.
  case bilinear
}

extension Image where Pixel == ComplexFloat {
  /// The image moved: what was at (r, c) is at (r + `shift.rows`, c + `shift.columns`) afterwards.
  public func shifted(by shift: ImageShift, interpolation: ShiftInterpolation = .fourier) -> ComplexImage {
    guard self.shape.count > 0 else { return self }
    switch interpolation {
    case .fourier:
      var result = self
      let transform = FourierTransform2D(shape)
      transform.forward(&result)
      result.multiply(byShift: shift)
      transform.backward(&result)
      return result
    case .bilinear:
      return bilinear(shift) {
        $0 * $1
      } add: {
        $0 + $1
      }
    }
  }

  /// Multiplies a Fourier transform by exp(−2πi k·s/N)/N, so that the way back gives the moved image.
  mutating func multiply(byShift shift: ImageShift) {
    let down = shiftFactors(shift.rows, count: rows)
    let right = shiftFactors(shift.columns, count: columns)
    let scale = 1 / Float(shape.count)
    let columns = columns
    pixels.withUnsafeMutableBufferPointer { pixels in
      for row in 0..<down.count {
        let factor = scale * down[row]
        for column in 0..<columns { pixels[row * columns + column] *= factor * right[column] }
      }
    }
  }
}

extension Image where Pixel == Float {
  /// The image moved: what was at (r, c) is at (r + `shift.rows`, c + `shift.columns`) afterwards.
  public func shifted(by shift: ImageShift, interpolation: ShiftInterpolation = .fourier) -> ScalarImage {
    guard self.shape.count > 0 else { return self }
    switch interpolation {
    case .fourier: return map { ComplexFloat($0) }.shifted(by: shift).map(\.real)
    case .bilinear:
      return bilinear(shift) {
        $0 * $1
      } add: {
        $0 + $1
      }
    }
  }
}

extension Image {
  fileprivate func bilinear(
    _ shift: ImageShift, multiply: (Float, Pixel) -> Pixel, add: (Pixel, Pixel) -> Pixel
  ) -> Image {
    func places(_ shift: Double, _ count: Int) -> [(first: Int, second: Int, part: Float)] {
      (0..<count).map { place in
        let source = min(max(Double(place) - shift, 0), Double(count - 1))
        let first = min(Int(source), max(count - 2, 0))
        return (first, min(first + 1, count - 1), Float(source - Double(first)))
      }
    }
    let (down, right) = (places(shift.rows, rows), places(shift.columns, columns))
    var result: [Pixel] = []
    result.reserveCapacity(shape.count)
    for row in down {
      for column in right {
        let upper = add(
          multiply(1 - column.part, self[row.first, column.first]),
          multiply(column.part, self[row.first, column.second]))
        let lower = add(
          multiply(1 - column.part, self[row.second, column.first]),
          multiply(column.part, self[row.second, column.second]))
        result.append(add(multiply(1 - row.part, upper), multiply(row.part, lower)))
      }
    }
    return Image(result, shape: shape)
  }
}

/// exp(−2πi k s/N) for the frequencies of an axis; at the one that is its own opposite the mean of both signs, which keeps
/// real images real.
private func shiftFactors(_ shift: Double, count: Int) -> [ComplexFloat] {
  (0..<count).map { index in
    let frequency = index <= count / 2 ? index : index - count
    let angle = -2 * .pi * Double(frequency) * shift / Double(count)
    return 2 * index == count
      ? ComplexFloat(Float(cos(angle))) : ComplexFloat(Float(cos(angle)), Float(sin(angle)))
  }
}
