internal import Foundation

/// The discrete cosine transform of real images of one shape, the one whose basis is flat at the edges (DCT-II and its
/// inverse, DCT-III).
///
///     F(i, j) = Σ f(r, c) cos(π i (2r + 1)/2M) cos(π j (2c + 1)/2N)
///
/// ``backward(_:)`` is its inverse, with the factor. Both are one complex transform of the pixels in another order (even
/// ones upwards, odd ones downwards), so that their bits depend on the input alone, as those of ``FourierTransform2D`` do.
///
/// J. Makhoul, IEEE Trans. Acoust. Speech Signal Process. 28 (1980) 27.
public final class CosineTransform2D: Sendable {
  /// The extent of the images.
  public let shape: FrameShape
  private let transform: FourierTransform2D
  /// exp(−iπ k/2N) of each axis.
  private let rowTwiddles: [ComplexFloat]
  private let columnTwiddles: [ComplexFloat]

  /// - Precondition: the shape has at least one pixel.
  public init(_ shape: FrameShape) {
    self.shape = shape
    transform = FourierTransform2D(shape)
    func twiddles(_ count: Int) -> [ComplexFloat] {
      (0..<count).map {
        let angle = -.pi * Double($0) / Double(2 * count)
        return ComplexFloat(Float(cos(angle)), Float(sin(angle)))
      }
    }
    rowTwiddles = twiddles(shape.rows)
    columnTwiddles = twiddles(shape.columns)
  }

  /// Where a pixel of an axis goes before the complex transform.
  private static func place(_ index: Int, of count: Int) -> Int {
    index % 2 == 0 ? index / 2 : count - 1 - index / 2
  }

  /// Transforms from space to frequency, in place.
  public func forward(_ image: inout ScalarImage) {
    precondition(image.shape == shape, "the transform is for images of another shape")
    let (rows, columns) = (shape.rows, shape.columns)
    withUnsafeTemporaryAllocation(of: ComplexFloat.self, capacity: shape.count) { field in
      image.pixels.withUnsafeMutableBufferPointer { pixels in
        for row in 0..<rows {
          let target = Self.place(row, of: rows) * columns
          for column in 0..<columns {
            field[target + Self.place(column, of: columns)] = ComplexFloat(pixels[row * columns + column])
          }
        }
        transform.forward(field)
        // Σ e^(−ia) (e^(−ib) + e^(ib)) / 2, of which the real part is Σ cos a cos b.
        for row in 0..<rows {
          for column in 0..<columns {
            let ahead = columnTwiddles[column] * field[row * columns + column]
            let back = columnTwiddles[column].conjugate * field[row * columns + (columns - column) % columns]
            pixels[row * columns + column] = 0.5 * (rowTwiddles[row] * (ahead + back)).real
          }
        }
      }
    }
  }

  /// Transforms from frequency to space, in place: the inverse of ``forward(_:)``.
  public func backward(_ image: inout ScalarImage) {
    precondition(image.shape == shape, "the transform is for images of another shape")
    let (rows, columns) = (shape.rows, shape.columns)
    let factor = 1 / Float(shape.count)
    withUnsafeTemporaryAllocation(of: ComplexFloat.self, capacity: shape.count) { field in
      image.pixels.withUnsafeMutableBufferPointer { pixels in
        // A coefficient one past the last of an axis is 0.
        func coefficient(_ row: Int, _ column: Int) -> Float {
          row == rows || column == columns ? 0 : pixels[row * columns + column]
        }
        for row in 0..<rows {
          for column in 0..<columns {
            let value = ComplexFloat(
              coefficient(row, column) - coefficient(rows - row, columns - column),
              -(coefficient(rows - row, column) + coefficient(row, columns - column)))
            field[row * columns + column] =
              (factor * value) * (rowTwiddles[row] * columnTwiddles[column]).conjugate
          }
        }
        transform.backward(field)
        for row in 0..<rows {
          let source = Self.place(row, of: rows) * columns
          for column in 0..<columns {
            pixels[row * columns + column] = field[source + Self.place(column, of: columns)].real
          }
        }
      }
    }
  }
}
