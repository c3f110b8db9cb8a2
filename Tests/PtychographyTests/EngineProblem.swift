import ArrayMath
import Foundation

@testable import Ptychography

/// A small scan with a known truth, for the engines' tests.
struct EngineProblem {
  let window: FrameShape
  let geometry: ScanGeometry
  let propagator: WavePropagator
  let probes: [ComplexImage]
  let object: ComplexImage
  let positions: [PixelPosition]
  /// Noiseless intensities, pattern after pattern.
  let intensities: [Float]
  /// Counts where a pixel is measured.
  let data: DiffractionData

  struct Options {
    var size = 32
    var side = 6
    var step = 4.0
    var photons = 1e6
    var hasNoise = false
    /// Powers of the modes.
    var modes = [1.0]
    var propagation = Propagation.farField
    var betweenPixels = false
    var background: Float = 0
    /// One pixel in so many is not measured.
    var maskedEvery: Int?
    var wide = true
    var seed: UInt64 = 1
  }

  init(_ options: Options = Options()) {
    let size = options.size
    let window = FrameShape(rows: size, columns: size)
    self.window = window
    geometry = ScanGeometry(
      wavelength: 1e-10, distance: options.propagation == .farField ? 1 : 2e-3 * Double(size) / 32,
      pixelHeight: options.propagation == .farField ? 50e-6 : 1e-7,
      pixelWidth: options.propagation == .farField ? 50e-6 : 1e-7, propagation: options.propagation)
    propagator = WavePropagator(geometry: geometry, window: window)
    var generator = SeededGenerator(seed: options.seed, item: 1)
    probes = Self.probes(window: window, powers: options.modes, photons: options.photons)
    positions = (0..<options.side * options.side).map { index in
      let down = Double(index / options.side) * options.step + 2 + generator.uniform() * 3
      let right = Double(index % options.side) * options.step + 2 + generator.uniform() * 3
      let position = PixelPosition(row: down, column: right)
      return options.betweenPixels
        ? position
        : PixelPosition(row: Double(position.rounded.row), column: Double(position.rounded.column))
    }
    let extent = Int(Double(options.side - 1) * options.step) + size + 8
    object = Self.object(shape: FrameShape(rows: extent, columns: extent), generator: &generator)
    intensities = Self.intensities(
      probes: probes, object: object, positions: positions, propagator: propagator, background: options.background)
    var counts: [UInt32] = []
    counts.reserveCapacity(intensities.count)
    for (i, value) in intensities.enumerated() {
      let count = options.hasNoise ? Self.poisson(Double(value), &generator) : Double(value).rounded()
      let isMasked = options.maskedEvery.map { (i % window.count) % $0 == 3 } ?? false
      counts.append(isMasked ? .max : UInt32(count))
    }
    data = DiffractionData(
      options.wide ? .wide(counts) : .narrow(counts.map { $0 == .max ? .max : UInt16($0) }), window: window,
      count: positions.count, geometry: geometry)
  }

  /// The truth, or a start: an empty object and the probe with a fifth less curvature.
  func start(modes: Int? = nil) -> Reconstruction {
    let guess = probes[0].map { ComplexFloat(modulus: $0.modulus, phase: 0.8 * $0.phase) }
    var generator = SeededGenerator(seed: 1, item: 2)
    let all = try? ProbeModes.extended([guess], to: modes ?? probes.count, generator: &generator)
    return Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: object.shape), probes: all ?? [guess],
      positions: positions)
  }

  /// Runs an engine; returns the errors of its passes.
  @discardableResult func run(
    _ settings: EngineSettings, on state: inout Reconstruction, passes: Int, seed: UInt64 = 1,
    orthogonaliseEvery period: Int? = nil
  ) -> [Double] {
    var engine = settings.makeEngine(propagator: propagator)
    var generator = SeededGenerator(seed: seed)
    var errors: [Double] = []
    for pass in 0..<passes {
      errors.append(engine.pass(&state, on: data, pass: pass, generator: &generator))
      if let period, (pass + 1) % period == 0 { engine.mixModes(ProbeModes.orthogonalise(&state)) }
    }
    return errors
  }

  /// ‖O − T‖/‖T‖ over where the probe's middle went, after a common factor and a ramp are taken out.
  func objectError(_ found: ComplexImage) -> Double {
    let margin = window.rows / 2
    let rows = margin..<object.rows - margin
    let columns = margin..<object.columns - margin
    var ratio = object
    for i in ratio.pixels.indices { ratio.pixels[i] = found.pixels[i] * object.pixels[i].conjugate }
    func slope(_ down: Int, _ right: Int) -> Double {
      var sum = (0.0, 0.0)
      for row in rows.dropLast(down) {
        for column in columns.dropLast(right) {
          let z = ratio[row + down, column + right] * ratio[row, column].conjugate
          sum = (sum.0 + Double(z.real), sum.1 + Double(z.imaginary))
        }
      }
      return atan2(sum.1, sum.0)
    }
    let (down, right) = (slope(1, 0), slope(0, 1))
    func ramp(_ row: Int, _ column: Int) -> ComplexFloat {
      ComplexFloat(modulus: 1, phase: Float(-down * Double(row) - right * Double(column)))
    }
    var top = (0.0, 0.0)
    var norm = 0.0
    for row in rows {
      for column in columns {
        let value = ramp(row, column) * found[row, column]
        let z = value.conjugate * object[row, column]
        top = (top.0 + Double(z.real), top.1 + Double(z.imaginary))
        norm += Double(value.squaredModulus)
      }
    }
    let factor = ComplexFloat(Float(top.0 / norm), Float(top.1 / norm))
    var misfit = 0.0
    var total = 0.0
    for row in rows {
      for column in columns {
        let difference = factor * (ramp(row, column) * found[row, column]) - object[row, column]
        misfit += Double(difference.squaredModulus)
        total += Double(object[row, column].squaredModulus)
      }
    }
    return (misfit / total).squareRoot()
  }

  /// Gaussian of a quadratic phase, and its first derivatives for further modes.
  private static func probes(window: FrameShape, powers: [Double], photons: Double) -> [ComplexImage] {
    let size = Double(window.rows)
    let sum = powers.reduce(0, +)
    return powers.enumerated().map { mode, power in
      var image = ComplexImage(repeating: .zero, shape: window)
      var total = 0.0
      for row in 0..<window.rows {
        for column in 0..<window.columns {
          let y = (Double(row) - size / 2) / size
          let x = (Double(column) - size / 2) / size
          let factor = mode == 0 ? 1 : mode == 1 ? x : y
          let modulus = factor * exp(-25 * (y * y + x * x))
          let value = Float(modulus)
          let phase = Float(0.02 * size * size * (y * y + x * x))
          image[row, column] = value * ComplexFloat(modulus: 1, phase: phase)
          total += modulus * modulus
        }
      }
      let scale = Float((photons * power / sum / total).squareRoot())
      return image.map { scale * $0 }
    }
  }

  /// Overlapping discs of phase −0.3 each and a little absorption.
  private static func object(shape: FrameShape, generator: inout SeededGenerator) -> ComplexImage {
    var phase = [Double](repeating: 0, count: shape.count)
    for _ in 0..<shape.count / 60 {
      let row = generator.uniform() * Double(shape.rows)
      let column = generator.uniform() * Double(shape.columns)
      let radius = 1.5 + 4 * generator.uniform()
      for y in max(0, Int(row - radius))..<min(shape.rows, Int(row + radius) + 1) {
        for x in max(0, Int(column - radius))..<min(shape.columns, Int(column + radius) + 1) {
          let d = hypot(Double(y) - row, Double(x) - column)
          phase[y * shape.columns + x] -= 0.3 * min(max(radius - d, 0), 1)
        }
      }
    }
    return ComplexImage(
      phase.map { ComplexFloat(modulus: Float(exp(0.1 * $0)), phase: Float($0)) }, shape: shape)
  }

  static func intensities(
    probes: [ComplexImage], object: ComplexImage, positions: [PixelPosition], propagator: WavePropagator,
    background: Float
  ) -> [Float] {
    let window = propagator.window
    let shift = SubpixelShift(window: window)
    var result: [Float] = []
    for position in positions {
      let (top, left) = position.rounded
      let fraction = (position.row - Double(top), position.column - Double(left))
      let patch = object.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns).pixels
      var sum = [Float](repeating: background, count: window.count)
      for probe in probes {
        var field = probe.pixels
        field.withUnsafeMutableBufferPointer { buffer in
          guard let start = buffer.baseAddress else { return }
          shift.setFraction(row: fraction.0, column: fraction.1)
          if fraction != (0, 0) { shift.move(start, backwards: false) }
          for i in buffer.indices { buffer[i] *= patch[i] }
          if fraction != (0, 0) { shift.move(start, backwards: true) }
          propagator.toDetector(buffer)
        }
        for i in sum.indices { sum[i] += field[i].squaredModulus }
      }
      result += sum
    }
    return result
  }

  /// A Poisson count; the normal distribution above 200.
  static func poisson(_ mean: Double, _ generator: inout SeededGenerator) -> Double {
    if mean > 200 { return max(0, (mean + mean.squareRoot() * generator.normal()).rounded()) }
    var product = generator.uniform()
    let limit = exp(-mean)
    var count = 0.0
    while product > limit {
      product *= generator.uniform()
      count += 1
    }
    return count
  }
}
