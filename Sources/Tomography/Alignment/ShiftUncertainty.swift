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
///     variance(k) = Σ g(u) σ²(u) / (Σ g(u))²,  u < k/(πD),
///
/// with g the power of the gradient of the re-projections and σ² the noise, of which the differences hold the part
/// 1 − L(u), L = πDu/M. The variance of a displacement is the mean of this over all modes.
struct ShiftUncertainty: Sendable {
  /// Variances of an average projection, in pixels² of the level, and the mean information and misfit they are for.
  private var variance = ImageShift(rows: .infinity, columns: .infinity)
  private var information = ImageShift(rows: 0, columns: 0)
  private var misfit = 0.0
  /// The part of a displacement that differs between a projection and its re-projection.
  private(set) var gain = ImageShift(rows: 1, columns: 1)

  init(_ run: ReprojectionRun) throws {
    guard let level = run.level, let simulated = run.simulated else { return }
    let used = run.used.filter { run.registrations[$0].isDetermined }
    guard !used.isEmpty else { return }
    let stride = max(1, used.count / 64)
    let sample = Swift.stride(from: 0, to: used.count, by: stride).map { used[$0] }
    let (rows, columns) = run.windows(level)
    let measured = level.stack
    let transform = FourierTransform2D(measured.shape)
    let spectra = try parallelMap(count: sample.count, threads: run.threads) { index in
      Spectra(measured, simulated, view: sample[index], rows: rows, columns: columns, transform: transform)
    }
    let mean = Spectra(meanOf: spectra)
    let directions = Double(measured.geometry.directions)
    let width = Double(measured.shape.columns)
    let leak = mean.noise.indices.map { min(0.9, .pi * Double(level.size) * Double($0) / width / directions) }
    let number = Double(used.count)
    information = ImageShift(
      rows: used.reduce(0) { $0 + run.registrations[$1].information.rows } / number,
      columns: used.reduce(0) { $0 + run.registrations[$1].information.columns } / number)
    misfit = used.reduce(0) { $0 + run.registrations[$1].misfit } / number
    let modes = max(2, Int(directions))
    func known(_ power: [Double]) -> (variance: Double, gain: Double) {
      let all = power.reduce(0, +)
      guard all > 0 else { return (.infinity, 1) }
      var (variance, gain, count) = (0.0, 0.0, 0.0)
      for mode in 1..<modes {
        // Frequencies below k/(πD), the one at the border in part.
        let border = Double(mode) / (.pi * Double(level.size)) * width
        var (below, noise) = (0.0, 0.0)
        for index in power.indices {
          let share = min(max(border - Double(index) + 0.5, 0), 1)
          below += share * power[index]
          noise += share * power[index] * mean.noise[index] / (1 - leak[index])
        }
        gain += below / all
        count += 1
        if below > 1e-4 * all { variance += noise / (below * below) }
      }
      return (variance / count, gain / count)
    }
    let (across, down) = (known(mean.across), known(mean.down))
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

  /// Powers over the frequency along rows, from 0 to the highest, of one projection.
  private struct Spectra: Sendable {
    /// Sums over all that share a frequency: of the gradient to the right and down.
    var across: [Double]
    var down: [Double]
    /// Variance of a pixel were all frequencies like this one.
    var noise: [Double]

    init(
      _ measured: ProjectionStack, _ simulated: ProjectionStack, view: Int, rows: [Float], columns: [Float],
      transform: FourierTransform2D
    ) {
      let shape = measured.shape
      let start = view * shape.count
      // Both gradients in one transform: real and imaginary part.
      var gradients = ComplexImage(repeating: .zero, shape: shape)
      var rest = ComplexImage(repeating: .zero, shape: shape)
      var weight = 0.0
      for row in 1..<shape.rows - 1 {
        for column in 1..<shape.columns - 1 {
          let place = start + row * shape.columns + column
          var w = rows[row] * columns[column]
          if let counts = measured.weights { w *= counts[place] }
          let root = w.squareRoot()
          let right = 0.5 * (simulated.pixels[place + 1] - simulated.pixels[place - 1])
          let below = 0.5 * (simulated.pixels[place + shape.columns] - simulated.pixels[place - shape.columns])
          gradients[row, column] = ComplexFloat(root * right, root * below)
          rest[row, column] = ComplexFloat(root * (measured.pixels[place] - simulated.pixels[place]))
          weight += Double(w)
        }
      }
      transform.forward(&gradients)
      transform.forward(&rest)
      let half = shape.columns / 2
      across = Array(repeating: 0, count: half + 1)
      down = across
      noise = across
      var counts = across
      for row in 0..<shape.rows {
        let opposite = (shape.rows - row) % shape.rows
        for column in 0..<shape.columns {
          let index = min(column, shape.columns - column)
          let value = gradients[row, column]
          let mirror = gradients[opposite, (shape.columns - column) % shape.columns].conjugate
          let (sum, difference) = (value + mirror, value - mirror)
          across[index] += Double(sum.squaredModulus) / 4 / Double(shape.count)
          down[index] += Double(difference.squaredModulus) / 4 / Double(shape.count)
          noise[index] += Double(rest[row, column].squaredModulus) / max(weight, 1)
          counts[index] += 1
        }
      }
      for index in noise.indices { noise[index] /= counts[index] }
    }

    init(meanOf spectra: [Spectra]) {
      let count = Double(spectra.count)
      func mean(_ path: KeyPath<Spectra, [Double]>) -> [Double] {
        spectra[0][keyPath: path].indices.map { index in
          spectra.reduce(0) { $0 + $1[keyPath: path][index] } / count
        }
      }
      (across, down, noise) = (mean(\.across), mean(\.down), mean(\.noise))
    }
  }
}
