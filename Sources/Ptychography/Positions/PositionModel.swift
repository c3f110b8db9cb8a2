internal import ArrayMath
internal import Foundation

/// The misfit of single patterns as a function of where they were taken, with object and probe held fixed.
///
/// For the window at R = n + f, n whole pixels and f the fraction, each mode of the probe is moved by f through its
/// Fourier transform, ψ(r) = P(r − f) O(n + r). In the far field the whole wave's displacement by f changes phases alone;
/// in the near field it is taken back on the way to the detector. With M = Σ |Ψ|² over the modes (and the background),
///
///     E(R) = Σ w (√I − √M)²,   ∂√M/∂R = Σ Re(Ψ* ∂Ψ/∂R) / √M.
///
/// Holds its work space: one a thread.
final class PositionModel {
  private let data: DiffractionData
  private let object: ComplexImage
  private let probes: [ComplexImage]
  private let background: [Float]
  private let transform: FourierTransform2D
  /// Of the near field; empty in the far field.
  private let kernel: [ComplexFloat]
  /// 2π k / N along rows and columns, signed.
  private let rowFrequencies: [Double]
  private let columnFrequencies: [Double]
  private var spectra: [ComplexFloat]
  /// The moved modes and the fraction by which they were moved.
  private var moved: [ComplexFloat]
  private var movedBy: PixelShift?
  private var wave: [ComplexFloat]
  private var change: [ComplexFloat]
  /// √I, negative where nothing was measured.
  private var amplitudes: [Float]
  private var intensity: [Float]
  private var rowChange: [Float]
  private var columnChange: [Float]

  init(_ state: Reconstruction, data: DiffractionData) {
    let window = data.window
    self.data = data
    object = state.object
    probes = state.probes
    background = state.background?.pixels ?? []
    transform = FourierTransform2D(window)
    switch data.geometry.propagation {
    case .farField: kernel = []
    case .nearField:
      kernel = WavePropagator.fresnelKernel(
        window: window, pixel: data.geometry.objectPixel(for: window), wavelength: data.geometry.wavelength,
        distance: data.geometry.effectiveDistance)
    }
    func frequencies(_ count: Int) -> [Double] {
      (0..<count).map { 2 * Double.pi * Double($0 < (count + 1) / 2 ? $0 : $0 - count) / Double(count) }
    }
    rowFrequencies = frequencies(window.rows)
    columnFrequencies = frequencies(window.columns)
    spectra = []
    for probe in probes {
      var spectrum = probe
      transform.forward(&spectrum)
      spectra += spectrum.pixels
    }
    moved = [ComplexFloat](repeating: .zero, count: window.count * probes.count)
    wave = [ComplexFloat](repeating: .zero, count: window.count)
    change = wave
    amplitudes = [Float](repeating: 0, count: window.count)
    intensity = amplitudes
    rowChange = amplitudes
    columnChange = amplitudes
  }

  /// The positions that keep their window inside the object.
  var limits: (row: Double, column: Double) {
    (Double(object.rows - data.window.rows), Double(object.columns - data.window.columns))
  }

  /// A position inside ``limits``.
  func clamped(_ position: PixelPosition) -> PixelPosition {
    PixelPosition(
      row: min(max(position.row, 0), limits.row), column: min(max(position.column, 0), limits.column))
  }

  /// Chooses the pattern that the other calls are about.
  func load(_ pattern: Int) {
    let count = data.window.count
    func fill<Value: FixedWidthInteger & UnsignedInteger>(_ counts: [Value]) {
      counts.withUnsafeBufferPointer { all in
        amplitudes.withUnsafeMutableBufferPointer { roots in
          for i in 0..<count {
            let value = all[pattern * count + i]
            roots[i] = value == .max ? -1 : Float(value).squareRoot()
          }
        }
      }
    }
    switch data.counts {
    case .narrow(let counts): fill(counts)
    case .wide(let counts): fill(counts)
    }
  }

  /// E of the loaded pattern at a position.
  func misfit(at position: PixelPosition) -> Double {
    startIntensity()
    let (top, left) = position.rounded
    let fraction = PixelShift(row: position.row - Double(top), column: position.column - Double(left))
    moveProbes(by: fraction)
    for mode in probes.indices {
      illuminate(from: moved, mode: mode, top: top, left: left, into: &wave)
      propagate(&wave, fraction: fraction)
      accumulateIntensity()
    }
    return misfitOfIntensity()
  }

  /// E and the equations H δ = g of Gauss and Newton for the step δ (row, column) that lowers it.
  ///
  /// −2 g is the gradient of E.
  struct Linearisation {
    var misfit = 0.0
    var row = 0.0
    var column = 0.0
    var rowRow = 0.0
    var rowColumn = 0.0
    var columnColumn = 0.0
  }

  /// E of the loaded pattern at a position, and how it changes.
  func linearised(at position: PixelPosition) -> Linearisation {
    startIntensity()
    let count = data.window.count
    for i in 0..<count {
      rowChange[i] = 0
      columnChange[i] = 0
    }
    let (top, left) = position.rounded
    let fraction = PixelShift(row: position.row - Double(top), column: position.column - Double(left))
    moveProbes(by: fraction)
    for mode in probes.indices {
      illuminate(from: moved, mode: mode, top: top, left: left, into: &wave)
      propagate(&wave, fraction: fraction)
      accumulateIntensity()
      for alongRows in [true, false] {
        derivative(ofMode: mode, alongRows: alongRows, fraction: fraction, top: top, left: left)
        accumulateChange(alongRows: alongRows)
      }
    }
    var result = Linearisation()
    for row in 0..<data.window.rows {
      var line: (misfit: Float, row: Float, column: Float) = (0, 0, 0)
      var square: (rows: Float, mixed: Float, columns: Float) = (0, 0, 0)
      for i in row * data.window.columns..<(row + 1) * data.window.columns where amplitudes[i] >= 0 {
        let modulus = intensity[i].squareRoot()
        let residual = amplitudes[i] - modulus
        let inverse = modulus > 1e-12 ? 1 / modulus : 0
        let down = rowChange[i] * inverse
        let right = columnChange[i] * inverse
        line.misfit += residual * residual
        line.row += down * residual
        line.column += right * residual
        square.rows += down * down
        square.mixed += down * right
        square.columns += right * right
      }
      result.misfit += Double(line.misfit)
      result.row += Double(line.row)
      result.column += Double(line.column)
      result.rowRow += Double(square.rows)
      result.rowColumn += Double(square.mixed)
      result.columnColumn += Double(square.columns)
    }
    return result
  }

  // MARK: - Parts

  private func startIntensity() {
    if background.isEmpty {
      for i in intensity.indices { intensity[i] = 0 }
    } else {
      for i in intensity.indices { intensity[i] = background[i] }
    }
  }

  /// exp(−i f q) for the frequencies along one axis.
  private func ramp(_ frequencies: [Double], _ fraction: Double) -> [ComplexFloat] {
    frequencies.map { ComplexFloat(Float(cos(fraction * $0)), Float(-sin(fraction * $0))) }
  }

  private func moveProbes(by fraction: PixelShift) {
    guard movedBy != fraction else { return }
    movedBy = fraction
    let count = data.window.count
    if fraction.length == 0 {
      for mode in probes.indices {
        for i in 0..<count { moved[mode * count + i] = probes[mode].pixels[i] }
      }
      return
    }
    let down = ramp(rowFrequencies, fraction.row)
    let right = ramp(columnFrequencies, fraction.column)
    let columns = data.window.columns
    moved.withUnsafeMutableBufferPointer { moved in
      spectra.withUnsafeBufferPointer { spectra in
        for mode in probes.indices {
          let field = UnsafeMutableBufferPointer(rebasing: moved[mode * count..<(mode + 1) * count])
          for row in down.indices {
            let factor = 1 / Float(count) * down[row]
            for column in 0..<columns {
              let i = row * columns + column
              field[i] = spectra[mode * count + i] * (factor * right[column])
            }
          }
          transform.backward(field)
        }
      }
    }
  }

  /// P_k O, the wave behind the sample.
  private func illuminate(
    from fields: [ComplexFloat], mode: Int, top: Int, left: Int, into exit: inout [ComplexFloat]
  ) {
    let columns = data.window.columns
    let count = data.window.count
    fields.withUnsafeBufferPointer { fields in
      object.pixels.withUnsafeBufferPointer { object in
        exit.withUnsafeMutableBufferPointer { exit in
          for row in 0..<data.window.rows {
            let line = (top + row) * self.object.columns + left
            for column in 0..<columns {
              let i = row * columns + column
              exit[i] = fields[mode * count + i] * object[line + column]
            }
          }
        }
      }
    }
  }

  /// Ψ, with the scale of a unitary propagation.
  private func propagate(_ field: inout [ComplexFloat], fraction: PixelShift) {
    let count = Float(data.window.count)
    field.withUnsafeMutableBufferPointer { field in
      transform.forward(field)
      guard !kernel.isEmpty else {
        let scale = 1 / count.squareRoot()
        for i in field.indices { field[i] = scale * field[i] }
        return
      }
      applyKernel(to: field, fraction: fraction)
      transform.backward(field)
    }
  }

  /// The Fresnel kernel and the way back by the fraction, exp(+i f q).
  private func applyKernel(to field: UnsafeMutableBufferPointer<ComplexFloat>, fraction: PixelShift) {
    let down = ramp(rowFrequencies, -fraction.row)
    let right = ramp(columnFrequencies, -fraction.column)
    let columns = data.window.columns
    for row in down.indices {
      let factor = 1 / Float(data.window.count) * down[row]
      for column in 0..<columns {
        let i = row * columns + column
        field[i] = field[i] * kernel[i] * (factor * right[column])
      }
    }
  }

  /// ∂Ψ/∂R along one axis into `change`: −∂P/∂r O, and in the near field the way back's i q ψ besides.
  private func derivative(ofMode mode: Int, alongRows: Bool, fraction: PixelShift, top: Int, left: Int) {
    let count = data.window.count
    let columns = data.window.columns
    let down = ramp(rowFrequencies, fraction.row)
    let right = ramp(columnFrequencies, fraction.column)
    var field = [ComplexFloat](repeating: .zero, count: count)
    for row in down.indices {
      for column in 0..<columns {
        let i = row * columns + column
        let frequency = Float(alongRows ? rowFrequencies[row] : columnFrequencies[column]) / Float(count)
        let value = spectra[mode * count + i] * (down[row] * right[column])
        field[i] = ComplexFloat(frequency * value.imaginary, -frequency * value.real)
      }
    }
    field.withUnsafeMutableBufferPointer { transform.backward($0) }
    illuminate(from: field, mode: 0, top: top, left: left, into: &change)
    guard !kernel.isEmpty else {
      propagate(&change, fraction: fraction)
      return
    }
    illuminate(from: moved, mode: mode, top: top, left: left, into: &field)
    field.withUnsafeMutableBufferPointer { transform.forward($0) }
    change.withUnsafeMutableBufferPointer { change in
      transform.forward(change)
      for row in down.indices {
        for column in 0..<columns {
          let i = row * columns + column
          let frequency = Float(alongRows ? rowFrequencies[row] : columnFrequencies[column])
          change[i] += ComplexFloat(-frequency * field[i].imaginary, frequency * field[i].real)
        }
      }
      applyKernel(to: change, fraction: fraction)
      transform.backward(change)
    }
  }

  private func accumulateIntensity() {
    intensity.withUnsafeMutableBufferPointer { intensity in
      wave.withUnsafeBufferPointer { wave in
        for i in intensity.indices { intensity[i] += wave[i].squaredModulus }
      }
    }
  }

  private func accumulateChange(alongRows: Bool) {
    func add(to sum: inout [Float]) {
      for i in sum.indices {
        sum[i] += wave[i].real * change[i].real + wave[i].imaginary * change[i].imaginary
      }
    }
    if alongRows { add(to: &rowChange) } else { add(to: &columnChange) }
  }

  private func misfitOfIntensity() -> Double {
    var sum = 0.0
    let columns = data.window.columns
    amplitudes.withUnsafeBufferPointer { amplitudes in
      intensity.withUnsafeBufferPointer { intensity in
        for row in 0..<data.window.rows {
          var line: Float = 0
          for i in row * columns..<(row + 1) * columns {
            let residual = amplitudes[i] - intensity[i].squareRoot()
            line += amplitudes[i] < 0 ? 0 : residual * residual
          }
          sum += Double(line)
        }
      }
    }
    return sum
  }
}
