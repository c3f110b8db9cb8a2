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
  private let spectra: WorkBuffer<ComplexFloat>
  /// The moved modes and the fraction by which they were moved.
  private let moved: WorkBuffer<ComplexFloat>
  private var movedBy: PixelShift?
  /// exp(−i f q) along each axis, for the fraction f of ``movedBy``.
  private let rowRamp: WorkBuffer<ComplexFloat>
  private let columnRamp: WorkBuffer<ComplexFloat>
  private let wave: WorkBuffer<ComplexFloat>
  private let change: WorkBuffer<ComplexFloat>
  /// The near field's i q ψ is made from this.
  private let spare: WorkBuffer<ComplexFloat>
  /// √I, negative where nothing was measured.
  private let amplitudes: WorkBuffer<Float>
  private let intensity: WorkBuffer<Float>
  private let rowChange: WorkBuffer<Float>
  private let columnChange: WorkBuffer<Float>

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
    func complex(_ count: Int) -> WorkBuffer<ComplexFloat> { WorkBuffer(repeating: .zero, count: count) }
    func real() -> WorkBuffer<Float> { WorkBuffer(repeating: 0, count: window.count) }
    spectra = complex(window.count * state.probes.count)
    moved = complex(window.count * state.probes.count)
    rowRamp = complex(window.rows)
    columnRamp = complex(window.columns)
    wave = complex(window.count)
    change = complex(window.count)
    spare = complex(data.geometry.propagation == .nearField ? window.count : 1)
    amplitudes = real()
    intensity = real()
    rowChange = real()
    columnChange = real()
    for (mode, probe) in state.probes.enumerated() {
      let field = UnsafeMutableBufferPointer(start: spectra.start + mode * window.count, count: window.count)
      for i in field.indices { field[i] = probe.pixels[i] }
      transform.forward(field)
    }
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
    data.load(pattern, into: amplitudes.start)
    let roots = amplitudes.start
    for i in 0..<data.window.count { roots[i] = roots[i] < 0 ? -1 : roots[i].squareRoot() }
  }

  /// E of the loaded pattern at a position.
  func misfit(at position: PixelPosition) -> Double {
    startIntensity()
    let (top, left) = position.rounded
    moveProbes(row: position.row - Double(top), column: position.column - Double(left))
    for mode in probes.indices {
      illuminate(moved.start + mode * data.window.count, top: top, left: left, into: wave.start)
      propagate(wave.start)
      accumulateIntensity()
    }
    let columns = data.window.columns
    let roots = amplitudes.start
    let model = intensity.start
    var sum = 0.0
    for row in 0..<data.window.rows {
      var line: Float = 0
      for i in row * columns..<(row + 1) * columns {
        let residual = roots[i] - model[i].squareRoot()
        line += roots[i] < 0 ? 0 : residual * residual
      }
      sum += Double(line)
    }
    return sum
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
    let columns = data.window.columns
    let down = rowChange.start
    let right = columnChange.start
    for i in 0..<data.window.count {
      down[i] = 0
      right[i] = 0
    }
    let (top, left) = position.rounded
    moveProbes(row: position.row - Double(top), column: position.column - Double(left))
    for mode in probes.indices {
      illuminate(moved.start + mode * data.window.count, top: top, left: left, into: wave.start)
      propagate(wave.start)
      accumulateIntensity()
      for alongRows in [true, false] {
        differentiate(mode: mode, alongRows: alongRows, top: top, left: left)
        accumulateChange(into: alongRows ? down : right)
      }
    }
    let roots = amplitudes.start
    let model = intensity.start
    var result = Linearisation()
    for row in 0..<data.window.rows {
      var line: (misfit: Float, row: Float, column: Float) = (0, 0, 0)
      var square: (rows: Float, mixed: Float, columns: Float) = (0, 0, 0)
      for i in row * columns..<(row + 1) * columns where roots[i] >= 0 {
        let modulus = model[i].squareRoot()
        let residual = roots[i] - modulus
        let inverse = modulus > 1e-12 ? 1 / modulus : 0
        let along = down[i] * inverse
        let across = right[i] * inverse
        line.misfit += residual * residual
        line.row += along * residual
        line.column += across * residual
        square.rows += along * along
        square.mixed += along * across
        square.columns += across * across
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

  private func buffer(_ start: UnsafeMutablePointer<ComplexFloat>) -> UnsafeMutableBufferPointer<ComplexFloat> {
    UnsafeMutableBufferPointer(start: start, count: data.window.count)
  }

  private func startIntensity() {
    let model = intensity.start
    if background.isEmpty {
      for i in 0..<data.window.count { model[i] = 0 }
    } else {
      background.withUnsafeBufferPointer { background in
        for i in background.indices { model[i] = background[i] }
      }
    }
  }

  private func moveProbes(row: Double, column: Double) {
    let fraction = PixelShift(row: row, column: column)
    guard movedBy != fraction else { return }
    movedBy = fraction
    func fill(_ ramp: UnsafeMutablePointer<ComplexFloat>, _ frequencies: [Double], _ shift: Double) {
      for (index, frequency) in frequencies.enumerated() {
        ramp[index] = ComplexFloat(Float(cos(shift * frequency)), Float(-sin(shift * frequency)))
      }
    }
    fill(rowRamp.start, rowFrequencies, row)
    fill(columnRamp.start, columnFrequencies, column)
    let (count, columns) = (data.window.count, data.window.columns)
    let across = columnRamp.start
    for mode in probes.indices {
      let source = spectra.start + mode * count
      let target = moved.start + mode * count
      for row in 0..<data.window.rows {
        let factor = 1 / Float(count) * rowRamp.start[row]
        for i in 0..<columns { target[row * columns + i] = source[row * columns + i] * (factor * across[i]) }
      }
      transform.backward(buffer(target))
    }
  }

  /// A mode times the object's window: the wave behind the sample. Both fields may be one.
  private func illuminate(
    _ mode: UnsafeMutablePointer<ComplexFloat>, top: Int, left: Int, into exit: UnsafeMutablePointer<ComplexFloat>
  ) {
    let columns = data.window.columns
    object.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<data.window.rows {
        let line = (top + row) * object.columns + left
        for i in 0..<columns { exit[row * columns + i] = mode[row * columns + i] * pixels[line + i] }
      }
    }
  }

  /// To the detector, with the scale of a unitary propagation.
  private func propagate(_ field: UnsafeMutablePointer<ComplexFloat>) {
    transform.forward(buffer(field))
    guard kernel.isEmpty else {
      applyKernel(to: field)
      return
    }
    let scale = 1 / Float(data.window.count).squareRoot()
    for i in 0..<data.window.count { field[i] = scale * field[i] }
  }

  /// The Fresnel kernel, the way back by the fraction, exp(+i f q), and the transform back.
  private func applyKernel(to field: UnsafeMutablePointer<ComplexFloat>) {
    let columns = data.window.columns
    for row in 0..<data.window.rows {
      let factor = 1 / Float(data.window.count) * rowRamp.start[row].conjugate
      for i in 0..<columns {
        field[row * columns + i] *= kernel[row * columns + i] * (factor * columnRamp.start[i].conjugate)
      }
    }
    transform.backward(buffer(field))
  }

  /// ∂Ψ/∂R along one axis into `change`: −∂P/∂r O, and in the near field the way back's i q ψ besides.
  private func differentiate(mode: Int, alongRows: Bool, top: Int, left: Int) {
    let (count, columns) = (data.window.count, data.window.columns)
    let source = spectra.start + mode * count
    let field = change.start
    func frequency(_ row: Int, _ column: Int) -> Float {
      Float(alongRows ? rowFrequencies[row] : columnFrequencies[column])
    }
    for row in 0..<data.window.rows {
      let factor = 1 / Float(count) * rowRamp.start[row]
      for i in 0..<columns {
        let value = source[row * columns + i] * (factor * columnRamp.start[i])
        let q = frequency(row, i)
        field[row * columns + i] = ComplexFloat(q * value.imaginary, -q * value.real)
      }
    }
    transform.backward(buffer(field))
    illuminate(field, top: top, left: left, into: field)
    guard !kernel.isEmpty else {
      propagate(field)
      return
    }
    let exit = spare.start
    illuminate(moved.start + mode * count, top: top, left: left, into: exit)
    transform.forward(buffer(exit))
    transform.forward(buffer(field))
    for row in 0..<data.window.rows {
      for i in 0..<columns {
        let value = exit[row * columns + i]
        let q = frequency(row, i)
        field[row * columns + i] += ComplexFloat(-q * value.imaginary, q * value.real)
      }
    }
    applyKernel(to: field)
  }

  private func accumulateIntensity() {
    let model = intensity.start
    let field = wave.start
    for i in 0..<data.window.count { model[i] += field[i].squaredModulus }
  }

  /// Adds Re Ψ* ∂Ψ/∂R.
  private func accumulateChange(into sum: UnsafeMutablePointer<Float>) {
    let field = wave.start
    let slope = change.start
    for i in 0..<data.window.count {
      sum[i] += field[i].real * slope[i].real + field[i].imaginary * slope[i].imaginary
    }
  }
}
