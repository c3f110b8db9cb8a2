import ArrayMath
import Foundation
import Ptychography

/// The updates of ePIE and rPIE written from their equations, in double precision where it costs nothing: the twin of the
/// engine that is fast. With a = b = 1 the denominators are those of ePIE.
struct PlainPIE {
  var alpha = 1.0
  var beta = 1.0
  var a = 1.0
  var b = 1.0
  let propagator: WavePropagator

  /// One pass; the order is drawn as the engines draw it.
  func pass(_ state: inout Reconstruction, on data: DiffractionData, generator: inout SeededGenerator) -> Double {
    let window = data.window
    var misfit = 0.0
    var total = 0.0
    for index in (0..<data.count).shuffled(using: &generator) {
      let (top, left) = state.positions[index].rounded
      let object = state.object.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns).pixels
      let probe = state.probes[0].pixels
      var wave = zip(probe, object).map { $0 * $1 }
      let pattern = data.pattern(index).pixels
      wave.withUnsafeMutableBufferPointer { field in
        propagator.toDetector(field)
        for i in field.indices where !pattern[i].isNaN {
          let modulus = field[i].modulus
          let amplitude = pattern[i].squareRoot()
          misfit += Double((modulus - amplitude) * (modulus - amplitude))
          total += Double(pattern[i])
          field[i] = amplitude / max(modulus, 1e-12) * field[i]
        }
        propagator.toSample(field)
      }
      let probePeak = Double(probe.map(\.squaredModulus).max() ?? 1)
      let objectPeak = Double(object.map(\.squaredModulus).max() ?? 1)
      for i in wave.indices {
        let change = wave[i] - probe[i] * object[i]
        let toObject = alpha / ((1 - a) * Double(probe[i].squaredModulus) + a * probePeak)
        let toProbe = beta / ((1 - b) * Double(object[i].squaredModulus) + b * objectPeak)
        let place = (top + i / window.columns) * state.object.columns + left + i % window.columns
        state.object.pixels[place] += Float(toObject) * (probe[i].conjugate * change)
        state.probes[0].pixels[i] += Float(toProbe) * (object[i].conjugate * change)
      }
    }
    return misfit / total
  }
}

/// A scan of random phases by a curved Gaussian beam on random positions, for tests that compare engines.
struct SmallScan {
  let data: DiffractionData
  let propagator: WavePropagator
  let start: Reconstruction

  init(
    rows: Int, columns: Int, objectColumns: Int, count: Int, wide: Bool = false, masked: Double = 0, seed: UInt64 = 1
  ) {
    let window = FrameShape(rows: rows, columns: columns)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
    let propagator = WavePropagator(geometry: geometry, window: window)
    self.propagator = propagator
    var generator = SeededGenerator(seed: seed)
    func beam(_ curvature: Double) -> ComplexImage {
      ComplexImage(
        (0..<window.count).map { i in
          let y = Double(i / columns - rows / 2) / Double(rows)
          let x = Double(i % columns - columns / 2) / Double(columns)
          let square = x * x + y * y
          return ComplexFloat(modulus: Float(30 * exp(-square * 20)), phase: Float(curvature * square))
        }, shape: window)
    }
    let probe = beam(40)
    let shape = FrameShape(rows: rows + 13, columns: objectColumns)
    let object = ComplexImage(
      (0..<shape.count).map { _ in
        ComplexFloat(modulus: Float(0.7 + 0.3 * generator.uniform()), phase: Float(generator.normal()))
      },
      shape: shape)
    var positions: [PixelPosition] = []
    var counts: [UInt32] = []
    for _ in 0..<count {
      let position = PixelPosition(
        row: generator.uniform() * 13, column: generator.uniform() * Double(objectColumns - columns))
      positions.append(position)
      let (top, left) = position.rounded
      var field = object.cropped(rows: top..<top + rows, columns: left..<left + columns)
      for i in field.pixels.indices { field.pixels[i] *= probe.pixels[i] }
      field.pixels.withUnsafeMutableBufferPointer { propagator.toDetector($0) }
      counts += field.pixels.map { UInt32($0.squaredModulus.rounded()) }
    }
    if masked > 0 {
      let bad = (0..<window.count).map { _ in generator.uniform() < masked }
      for i in counts.indices where bad[i % window.count] { counts[i] = .max }
    }
    let stored: DiffractionData.Counts =
      wide ? .wide(counts) : .narrow(counts.map { $0 == .max ? .max : UInt16(min($0, 65534)) })
    data = DiffractionData(stored, window: window, count: count, geometry: geometry)
    start = Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: shape), probes: [beam(30)], positions: positions)
  }
}

/// ‖a − b‖ / ‖b‖.
func relativeDifference(_ a: ComplexImage, _ b: ComplexImage) -> Double {
  var difference = 0.0
  var whole = 0.0
  for (x, y) in zip(a.pixels, b.pixels) {
    difference += Double((x - y).squaredModulus)
    whole += Double(y.squaredModulus)
  }
  return (difference / whole).squareRoot()
}
