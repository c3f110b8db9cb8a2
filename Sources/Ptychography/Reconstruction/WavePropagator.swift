public import ArrayMath
internal import Foundation

/// Carries wave fields from the sample to the detector and back, both unitary: the sum of |ψ|² stays.
///
/// In the far field the detector's zero frequency is at the array's corner. In the near field the Fresnel kernel
/// exp(−iπ λ z q²) acts between two transforms and the pixels keep their order.
public final class WavePropagator: Sendable {
  /// The extent of the fields.
  public let window: FrameShape
  /// How the wave travels.
  public let propagation: Propagation
  private let transform: FourierTransform2D
  /// The kernel of the near field; empty in the far field.
  private let kernel: [ComplexFloat]

  public init(geometry: ScanGeometry, window: FrameShape) {
    self.window = window
    propagation = geometry.propagation
    transform = FourierTransform2D(window)
    switch geometry.propagation {
    case .farField: kernel = []
    case .nearField:
      let pixel = geometry.objectPixel(for: window)
      kernel = Self.fresnelKernel(
        window: window, pixel: pixel, wavelength: geometry.wavelength, distance: geometry.effectiveDistance)
    }
  }

  /// exp(−iπ λ z q²) on the grid of frequencies of a window, zero frequency at the corner.
  public static func fresnelKernel(
    window: FrameShape, pixel: (height: Double, width: Double), wavelength: Double, distance: Double
  ) -> [ComplexFloat] {
    func frequency(_ index: Int, _ count: Int, _ step: Double) -> Double {
      Double(index < (count + 1) / 2 ? index : index - count) / (Double(count) * step)
    }
    var kernel: [ComplexFloat] = []
    kernel.reserveCapacity(window.count)
    for row in 0..<window.rows {
      let v = frequency(row, window.rows, pixel.height)
      for column in 0..<window.columns {
        let u = frequency(column, window.columns, pixel.width)
        let phase = -Double.pi * wavelength * distance * (u * u + v * v)
        kernel.append(ComplexFloat(Float(cos(phase)), Float(sin(phase))))
      }
    }
    return kernel
  }

  /// From the sample to the detector, in place.
  public func toDetector(_ field: UnsafeMutableBufferPointer<ComplexFloat>) {
    let count = Float(window.count)
    transform.forward(field)
    switch propagation {
    case .farField: for i in field.indices { field[i] = 1 / count.squareRoot() * field[i] }
    case .nearField:
      for i in field.indices { field[i] = 1 / count * (field[i] * kernel[i]) }
      transform.backward(field)
    }
  }

  /// From the detector back to the sample, in place.
  public func toSample(_ field: UnsafeMutableBufferPointer<ComplexFloat>) {
    let count = Float(window.count)
    switch propagation {
    case .farField:
      transform.backward(field)
      for i in field.indices { field[i] = 1 / count.squareRoot() * field[i] }
    case .nearField:
      transform.forward(field)
      for i in field.indices { field[i] = 1 / count * (field[i] * kernel[i].conjugate) }
      transform.backward(field)
    }
  }
}
