internal import ArrayMath
internal import Foundation

/// What the detector counts on average: Σ_k |𝓕[P_k O]|², centred at (rows/2, columns/2).
struct ExpectedPattern: Sendable {
  private let object: ComplexImage
  private let modes: [ComplexImage]
  /// The modes' transforms, for positions between pixels.
  private let spectra: [ComplexImage]
  private let propagator: WavePropagator
  private let transform: FourierTransform2D
  private let window: FrameShape

  init(object: ComplexImage, modes: [ComplexImage], geometry: ScanGeometry, window: FrameShape) {
    self.object = object
    self.modes = modes
    self.window = window
    propagator = WavePropagator(geometry: geometry, window: window)
    let transform = FourierTransform2D(window)
    self.transform = transform
    spectra = modes.map { mode in
      var spectrum = mode
      transform.forward(&spectrum)
      return spectrum
    }
  }

  /// - Parameter position: the window's first pixel; it lies in the object.
  func pattern(at position: PixelPosition) -> ScalarImage {
    let top = Int(position.row.rounded(.down))
    let left = Int(position.column.rounded(.down))
    let down = position.row - Double(top)
    let right = position.column - Double(left)
    var sum = ScalarImage(repeating: 0, shape: window)
    for (mode, spectrum) in zip(modes, spectra) {
      var field =
        down == 0 && right == 0
        ? mode : moved(spectrum, down: down, right: right)
      field.pixels.withUnsafeMutableBufferPointer { field in
        object.pixels.withUnsafeBufferPointer { object in
          for row in 0..<window.rows {
            let from = (top + row) * self.object.columns + left
            let to = row * window.columns
            for column in 0..<window.columns { field[to + column] *= object[from + column] }
          }
        }
        propagator.toDetector(field)
        sum.pixels.withUnsafeMutableBufferPointer { sum in
          for i in sum.indices { sum[i] += field[i].squaredModulus }
        }
      }
    }
    guard propagator.propagation == .farField else { return sum }
    return sum.rolled(rows: window.rows / 2, columns: window.columns / 2)
  }

  /// The probe behind its spectrum, moved by a fraction of a pixel.
  ///
  /// The object is cut at the pixel above and left of the position, and the probe moved down and right in it.
  private func moved(_ spectrum: ComplexImage, down: Double, right: Double) -> ComplexImage {
    func factors(_ count: Int, _ shift: Double) -> [ComplexFloat] {
      (0..<count).map { index in
        let frequency = index < (count + 1) / 2 ? index : index - count
        // The lone highest frequency of an even count has no partner: its real part alone keeps real fields real.
        let angle = -2 * Double.pi * Double(frequency) * shift / Double(count)
        return 2 * index == count
          ? ComplexFloat(Float(cos(angle))) : ComplexFloat(Float(cos(angle)), Float(sin(angle)))
      }
    }
    let rows = factors(window.rows, down)
    let columns = factors(window.columns, right).map { 1 / Float(window.count) * $0 }
    var field = spectrum
    field.pixels.withUnsafeMutableBufferPointer { field in
      for row in 0..<window.rows {
        for column in 0..<window.columns { field[row * window.columns + column] *= rows[row] * columns[column] }
      }
      transform.backward(field)
    }
    return field
  }
}

/// Writes the counts of one pattern into the memory of all.
///
/// Patterns are written by different threads, each into its own stretch.
struct FrameWriter<Count: FixedWidthInteger & Sendable>: @unchecked Sendable {
  let start: UnsafeMutableBufferPointer<Count>

  /// - Returns: whether every count fits its type, whose largest value is not a count.
  func write(
    _ index: Int, _ expected: ScalarImage, _ kinds: Image<DetectorFaults.Pixel>, _ faults: DetectorFaults,
    isNoisy: Bool, generator: inout SeededGenerator
  ) -> Bool {
    let pixels = expected.shape.count
    let frame = UnsafeMutableBufferPointer(rebasing: start[index * pixels..<(index + 1) * pixels])
    let limit = faults.saturation.map { Double($0) } ?? .infinity
    let largest = Double(Count.max) - 1
    var fits = true
    for i in frame.indices {
      let mean: Double
      switch kinds.pixels[i] {
      case .good: mean = Double(expected.pixels[i]) + faults.background
      case .stopped: mean = faults.background
      case .hot: mean = Double(expected.pixels[i]) + faults.background + faults.hotCounts
      case .dead: mean = 0
      case .gap:
        let value = faults.gapValue.map { Count(exactly: $0) } ?? .max
        frame[i] = value ?? .max
        fits = fits && value != nil
        continue
      }
      let counts = min(isNoisy ? generator.poisson(mean: mean) : mean.rounded(), limit)
      fits = fits && counts <= largest
      frame[i] = Count(min(counts, largest))
    }
    return fits
  }
}
