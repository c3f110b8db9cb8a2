internal import ArrayMath
internal import Foundation

/// Moves periodic fields by fractions of a pixel through their Fourier transform: P(r − f) ↔ P̂(k) exp(−2πi f·k/N).
///
/// k runs from −N/2 to N/2 − 1, so that each move is unitary and undone by its opposite.
final class SubpixelShift {
  private let window: FrameShape
  private let transform: FourierTransform2D
  private let rowRamp: WorkBuffer<ComplexFloat>
  private let columnRamp: WorkBuffer<ComplexFloat>

  init(window: FrameShape) {
    self.window = window
    transform = FourierTransform2D(window)
    rowRamp = WorkBuffer(repeating: ComplexFloat(1), count: window.rows)
    columnRamp = WorkBuffer(repeating: ComplexFloat(1), count: window.columns)
  }

  /// Sets f, in pixels.
  func setFraction(row: Double, column: Double) {
    Self.fill(rowRamp, fraction: row)
    Self.fill(columnRamp, fraction: column)
  }

  private static func fill(_ ramp: WorkBuffer<ComplexFloat>, fraction: Double) {
    let count = ramp.count
    for index in 0..<count {
      let frequency = Double(index < (count + 1) / 2 ? index : index - count) / Double(count)
      let phase = -2 * Double.pi * fraction * frequency
      ramp.start[index] = ComplexFloat(Float(cos(phase)), Float(sin(phase)))
    }
  }

  private func buffer(_ field: UnsafeMutablePointer<ComplexFloat>) -> UnsafeMutableBufferPointer<ComplexFloat> {
    UnsafeMutableBufferPointer(start: field, count: window.count)
  }

  /// The unnormalised transform, in place.
  func transform(_ field: UnsafeMutablePointer<ComplexFloat>) { transform.forward(buffer(field)) }

  /// The inverse of ``transform(_:)``, in place.
  func inverseTransform(_ field: UnsafeMutablePointer<ComplexFloat>) {
    transform.backward(buffer(field))
    let scale = 1 / Float(window.count)
    for i in 0..<window.count { field[i] = scale * field[i] }
  }

  /// field ← the field of a spectrum, moved by f.
  func move(spectrum: UnsafePointer<ComplexFloat>, into field: UnsafeMutablePointer<ComplexFloat>) {
    let columns = window.columns
    let scale = 1 / Float(window.count)
    let across = columnRamp.start
    for row in 0..<window.rows {
      let factor = scale * rowRamp.start[row]
      let source = spectrum + row * columns
      let target = field + row * columns
      for c in 0..<columns { target[c] = factor * across[c] * source[c] }
    }
    transform.backward(buffer(field))
  }

  /// spectrum ← spectrum + the spectrum of `field` moved by −f; `field` is overwritten.
  func addMovedBack(_ field: UnsafeMutablePointer<ComplexFloat>, to spectrum: UnsafeMutablePointer<ComplexFloat>) {
    transform.forward(buffer(field))
    let columns = window.columns
    let across = columnRamp.start
    for row in 0..<window.rows {
      let factor = rowRamp.start[row].conjugate
      let source = field + row * columns
      let target = spectrum + row * columns
      for c in 0..<columns { target[c] += factor * across[c].conjugate * source[c] }
    }
  }

  /// Moves a field by f, or by −f, in place.
  func move(_ field: UnsafeMutablePointer<ComplexFloat>, backwards: Bool) {
    transform.forward(buffer(field))
    let columns = window.columns
    let scale = 1 / Float(window.count)
    let across = columnRamp.start
    for row in 0..<window.rows {
      let factor = scale * (backwards ? rowRamp.start[row].conjugate : rowRamp.start[row])
      let line = field + row * columns
      if backwards {
        for c in 0..<columns { line[c] = factor * across[c].conjugate * line[c] }
      } else {
        for c in 0..<columns { line[c] = factor * across[c] * line[c] }
      }
    }
    transform.backward(buffer(field))
  }
}
