internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// How well displacements are known, from what projections and re-projections differ by.
///
/// Were the sample known, the variance of a displacement would be σ²/Σ(∂S/∂x)² (Cramér and Rao). But the volume is made of
/// the same projections. Of the modes exp(ikθ) of a sinogram of a body of diameter D, those with |k| < πDu are consistent
/// with some volume at the frequency u (P. A. Rattey, A. G. Lindgren, IEEE Trans. ASSP 29 (1981) 994): there a projection
/// meets itself in its re-projection, and it tells nothing of its displacement. So a mode k of the displacements is known
/// from frequencies below k/(πD) alone,
///
///     variance(k) = Σ g(u) σ²(u) / (Σ T(u) g(u))²,  u < k/(πD),
///
/// with D of a disc with as many voxels as the volume keeps, g the power of the gradient of the re-projections, T by how much more of a frequency the projections hold (a volume
/// is blurred by its voxels), and σ² the noise: of what the projections hold beyond T times the re-projections, the part
/// 1 − L(u) is left, L = πDu/M. The variance of a displacement is the mean of this over all modes.
struct ShiftUncertainty: Sendable {
  /// Variances of an average projection, in pixels² of the level, and the mean information and misfit they are for.
  private var variance = ImageShift(rows: .infinity, columns: .infinity)
  private var information = ImageShift(rows: 0, columns: 0)
  private var misfit = 0.0
  /// The part of a displacement that differs between a projection and its re-projection.
  private(set) var gain = ImageShift(rows: 1, columns: 1)

  init(_ run: ReprojectionRun) throws {
    guard let level = run.level, let measured = run.measured, let simulated = run.simulated else { return }
    let used = run.used.filter { run.registrations[$0].isDetermined }
    guard !used.isEmpty else { return }
    let stride = max(1, used.count / 64)
    let sample = Swift.stride(from: 0, to: used.count, by: stride).map { used[$0] }
    let (rows, columns) = run.windows(level)
    let transform = FourierTransform2D(measured.shape)
    let spectra = try parallelMap(count: sample.count, threads: run.threads) { index in
      Spectra(measured, simulated, view: sample[index], rows: rows, columns: columns, transform: transform)
    }
    let directions = Double(measured.geometry.directions)
    let width = Double(measured.shape.columns)
    let diameter = run.diameter
    let leak = (0...measured.shape.columns / 2).map { min(0.9, .pi * diameter * Double($0) / width / directions) }
    let mean = Frequencies(spectra, leak: leak, shape: measured.shape)
    let number = Double(used.count)
    information = ImageShift(
      rows: used.reduce(0) { $0 + run.registrations[$1].information.rows } / number,
      columns: used.reduce(0) { $0 + run.registrations[$1].information.columns } / number)
    misfit = used.reduce(0) { $0 + run.registrations[$1].misfit } / number
    let modes = max(2, Int(directions))
    // Mode 1 of the columns and mode 0 of the rows are free.
    func known(_ slopes: Frequencies.Slopes, from first: Int) -> (variance: Double, gain: Double) {
      let all = slopes.response.reduce(0, +)
      guard all > 0 else { return (.infinity, 1) }
      var (variance, gain, count) = (0.0, 0.0, 0.0)
      for mode in first...modes {
        // Frequencies below k/(πD), the one at the border in part.
        let border = Double(mode) / (.pi * diameter) * width
        var (below, noise) = (0.0, 0.0)
        for index in slopes.power.indices {
          let share = min(max(border - Double(index) + 0.5, 0), 1)
          below += share * slopes.response[index]
          noise += share * slopes.noise[index] / (1 - leak[index])
        }
        gain += below / all
        count += 1
        if below > 1e-4 * all { variance += noise / (below * below) }
      }
      return (variance / count, gain / count)
    }
    let (across, down) = (known(mean.across, from: 2), known(mean.down, from: 1))
    variance = ImageShift(rows: down.variance, columns: across.variance)
    gain = ImageShift(rows: max(down.gain, 0.05), columns: max(across.gain, 0.05))
  }

  /// Of one projection, in pixels of the projections.
  func uncertainty(_ view: ViewRegistration, bin: Double) -> ImageShift {
    let noise = misfit > 0 ? view.misfit / misfit : 1
    func size(_ variance: Double, _ mean: Double, _ own: Double) -> Double {
      own > 0 ? bin * (variance * noise * mean / own).squareRoot() : .infinity
    }
    return ImageShift(
      rows: size(variance.rows, information.rows, view.information.rows),
      columns: size(variance.columns, information.columns, view.information.columns))
  }

  /// The powers of one projection and its re-projection, and what they share, over all frequencies.
  private struct Spectra: Sendable {
    var model: [Float]
    var measured: [Float]
    var shared: [Float]
    var weight = 0.0

    init(
      _ measured: ProjectionStack, _ simulated: ProjectionStack, view: Int, rows: [Float], columns: [Float],
      transform: FourierTransform2D
    ) {
      let shape = measured.shape
      let start = view * shape.count
      // Both images in one transform: real and imaginary part.
      var pair = ComplexImage(repeating: .zero, shape: shape)
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let place = start + row * shape.columns + column
          var w = rows[row] * columns[column]
          if let counts = measured.weights { w *= counts[place] }
          let root = w.squareRoot()
          pair[row, column] = ComplexFloat(root * simulated.pixels[place], root * measured.pixels[place])
          weight += Double(w)
        }
      }
      transform.forward(&pair)
      model = Array(repeating: 0, count: shape.count)
      self.measured = model
      shared = model
      for row in 0..<shape.rows {
        let opposite = (shape.rows - row) % shape.rows
        for column in 0..<shape.columns {
          let value = pair[row, column]
          let mirror = pair[opposite, (shape.columns - column) % shape.columns].conjugate
          let (first, turned) = (value + mirror, value - mirror)
          let second = ComplexFloat(turned.imaginary, -turned.real)
          let index = row * shape.columns + column
          model[index] = first.squaredModulus / 4
          self.measured[index] = second.squaredModulus / 4
          shared[index] = (first * second.conjugate).real / 4
        }
      }
    }
  }

  /// Sums over all frequencies that share the one along rows, from 0 to the highest.
  private struct Frequencies: Sendable {
    struct Slopes: Sendable {
      /// g, T g and g σ² of a pixel.
      var power: [Double], response: [Double], noise: [Double]
    }
    var across: Slopes
    var down: Slopes

    init(_ spectra: [Spectra], leak: [Double], shape: FrameShape) {
      let none = [Double](repeating: 0, count: shape.columns / 2 + 1)
      across = Slopes(power: none, response: none, noise: none)
      down = across
      let weight = spectra.reduce(0) { $0 + $1.weight }
      for row in 0..<shape.rows {
        let below = pow(sin(2 * .pi * Double(row) / Double(shape.rows)), 2)
        for column in 0..<shape.columns {
          let index = row * shape.columns + column
          var (model, measured, shared) = (0.0, 0.0, 0.0)
          for one in spectra {
            model += Double(one.model[index])
            measured += Double(one.measured[index])
            shared += Double(one.shared[index])
          }
          guard model > 0 else { continue }
          let place = min(column, shape.columns - column)
          let left = max(measured - shared * shared / model, 0)
          let noise = left / max(weight, 1)
          // The noise that a projection shares with its re-projection tells nothing.
          let response = max(shared - left * leak[place] / (1 - leak[place]), 0) / model
          let right = pow(sin(2 * .pi * Double(column) / Double(shape.columns)), 2)
          let power = model / Double(spectra.count) / Double(shape.count)
          Self.add(right * power, response, noise, to: &across, place)
          Self.add(below * power, response, noise, to: &down, place)
        }
      }
    }

    private static func add(_ power: Double, _ response: Double, _ noise: Double, to slopes: inout Slopes, _ place: Int) {
      slopes.power[place] += power
      slopes.response[place] += response * power
      slopes.noise[place] += noise * power
    }
  }
}
