import ArrayMath
import Foundation

@testable import Ptychography

/// A small far-field scan with a known truth: a defocused soft disc over an object of smooth random phase.
struct TruthScan {
  let data: DiffractionData
  /// What the counts were made with.
  let truth: Reconstruction
  /// Object 1, the true probe weakened in its phase, the positions before their errors.
  let start: Reconstruction

  /// - Parameters:
  ///   - size: pixels of a window's side.
  ///   - side: positions along a side of the scan.
  ///   - step: pixels from one position to the next; a jitter of a quarter of it is added.
  ///   - positionError: root mean square length of the errors, both axes together, in pixels.
  ///   - photons: of a pattern; zero for counts without noise, of 10⁸ photons.
  init(
    size: Int = 32, side: Int = 6, step: Double = 4, margin: Int = 4, positionError: Double = 0,
    wholePixels: Bool = true,
    photons: Double = 0, seed: UInt64 = 1
  ) {
    let window = FrameShape(rows: size, columns: size)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
    var generator = SeededGenerator(seed: seed)
    let radius = Double(size) / 6
    var probe = ComplexImage(
      (0..<window.count).map { i in
        let y = Double(i / size) - Double(size) / 2
        let x = Double(i % size) - Double(size) / 2
        let r = hypot(x, y)
        return ComplexFloat(
          modulus: Float(1 / (1 + exp((r - radius) / 1.0))), phase: Float(2.5 * r * r / (radius * radius)))
      }, shape: window)
    let scale = Float(((photons > 0 ? photons : 1e8) / probe.power).squareRoot())
    probe = probe.map { scale * $0 }
    var given: [PixelPosition] = []
    for index in 0..<side * side {
      var row = Double(margin) + step * (Double(index / side) + 0.25 * (2 * generator.uniform() - 1) + 0.25)
      var column = Double(margin) + step * (Double(index % side) + 0.25 * (2 * generator.uniform() - 1) + 0.25)
      if wholePixels {
        row.round()
        column.round()
      }
      given.append(PixelPosition(row: row, column: column))
    }
    let extent = Int(step * (Double(side) - 0.5)) + size + 2 * margin
    let shape = FrameShape(rows: extent, columns: extent)
    var actual: [PixelPosition] = []
    for position in given {
      let spread = positionError / 2.0.squareRoot()
      var row = spread * generator.normal()
      var column = spread * generator.normal()
      if wholePixels {
        row.round()
        column.round()
      }
      actual.append(
        PixelPosition(
          row: min(max(position.row + row, 0), Double(extent - size)),
          column: min(max(position.column + column, 0), Double(extent - size))))
    }
    let object = Self.object(shape: shape, generator: &generator)
    truth = Reconstruction(object: object, probes: [probe], positions: actual)
    start = Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: shape),
      probes: [probe.map { ComplexFloat(modulus: $0.modulus, phase: 0.8 * $0.phase) }], positions: given)
    data = Self.counts(of: truth, window: window, geometry: geometry, noisy: photons > 0, generator: &generator)
  }

  /// Phases of blobs of several sizes, and a faint absorption that follows them.
  static func object(shape: FrameShape, generator: inout SeededGenerator) -> ComplexImage {
    var phase = [Double](repeating: 0, count: shape.count)
    for _ in 0..<shape.count / 60 {
      let row = generator.uniform() * Double(shape.rows)
      let column = generator.uniform() * Double(shape.columns)
      let width = 1.5 + 3 * generator.uniform()
      let height = 1.2 * (generator.uniform() - 0.3)
      let reach = Int(3 * width)
      for i in max(0, Int(row) - reach)..<min(shape.rows, Int(row) + reach + 1) {
        for j in max(0, Int(column) - reach)..<min(shape.columns, Int(column) + reach + 1) {
          let (y, x) = (Double(i) - row, Double(j) - column)
          phase[i * shape.columns + j] -= height * exp(-(x * x + y * y) / (2 * width * width))
        }
      }
    }
    return ComplexImage(
      phase.map { ComplexFloat(modulus: Float(exp(0.08 * min($0, 0))), phase: Float($0)) }, shape: shape)
  }

  /// The counts that a state predicts, with sub-pixel positions met by moving the object's window through its transform.
  static func counts(
    of state: Reconstruction, window: FrameShape, geometry: ScanGeometry, noisy: Bool, generator: inout SeededGenerator
  ) -> DiffractionData {
    let propagator = WavePropagator(geometry: geometry, window: window)
    let transform = FourierTransform2D(window)
    var counts: [UInt32] = []
    for position in state.positions {
      let (top, left) = position.rounded
      let (down, right) = (position.row - Double(top), position.column - Double(left))
      var intensity = [Float](repeating: 0, count: window.count)
      for probe in state.probes {
        var moved = probe
        if down != 0 || right != 0 {
          transform.forward(&moved)
          for i in 0..<window.count {
            let (r, c) = (i / window.columns, i % window.columns)
            let v = Double(r < window.rows / 2 ? r : r - window.rows) / Double(window.rows)
            let u = Double(c < window.columns / 2 ? c : c - window.columns) / Double(window.columns)
            let turn = -2 * Double.pi * (v * down + u * right)
            moved.pixels[i] *= ComplexFloat(Float(cos(turn)), Float(sin(turn)))
          }
          transform.backward(&moved)
          moved = moved.map { 1 / Float(window.count) * $0 }
        }
        var field = state.object.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns)
        for i in field.pixels.indices { field.pixels[i] *= moved.pixels[i] }
        field.pixels.withUnsafeMutableBufferPointer { propagator.toDetector($0) }
        for i in field.pixels.indices { intensity[i] += field.pixels[i].squaredModulus }
      }
      counts += intensity.map { noisy ? poisson(Double($0), &generator) : UInt32($0.rounded()) }
    }
    return DiffractionData(.wide(counts), window: window, count: state.positions.count, geometry: geometry)
  }

  /// A number drawn from Poisson's distribution: by multiplication for small means, else from the normal one.
  static func poisson(_ mean: Double, _ generator: inout SeededGenerator) -> UInt32 {
    guard mean < 50 else { return UInt32(max(0, (mean + mean.squareRoot() * generator.normal()).rounded())) }
    let limit = exp(-mean)
    var product = generator.uniform()
    var count: UInt32 = 0
    while product > limit {
      product *= generator.uniform()
      count += 1
    }
    return count
  }

  /// √(mean |R − truth − mean shift|²), in pixels: both axes together.
  func positionError(of positions: [PixelPosition]) -> Double {
    let count = Double(positions.count)
    let rows = zip(positions, truth.positions).map { $0.row - $1.row }
    let columns = zip(positions, truth.positions).map { $0.column - $1.column }
    let (down, right) = (rows.reduce(0, +) / count, columns.reduce(0, +) / count)
    return
      (zip(rows, columns).reduce(0) { $0 + ($1.0 - down) * ($1.0 - down) + ($1.1 - right) * ($1.1 - right) } / count)
      .squareRoot()
  }
}
