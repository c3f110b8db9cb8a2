internal import ArrayMath
internal import Foundation

/// The least squares problem of ``GaugeAlignment``.
struct GaugeFit {
  struct Parameters {
    var real = 1.0
    var imaginary = 0.0
    var ramp = PixelShift(row: 0, column: 0)
    var shift = PixelShift(row: 0, column: 0)
  }

  let object: ComplexImage
  let truth: ComplexImage
  let weights: ScalarImage

  // MARK: - Beginnings

  /// The ramp at the peak of the transform of w T O*, on the grid of its frequencies.
  func coarseRamp() -> PixelShift {
    var product = truth
    for i in product.pixels.indices {
      product.pixels[i] = weights.pixels[i] * (truth.pixels[i] * object.pixels[i].conjugate)
    }
    FourierTransform2D(product.shape).forward(&product)
    let peak = Self.peak(of: product)
    return PixelShift(
      row: 2 * Double.pi * Double(peak.row) / Double(truth.rows),
      column: 2 * Double.pi * Double(peak.column) / Double(truth.columns))
  }

  /// The ramp between objects that lie on each other.
  func ramp() -> PixelShift { refined(Parameters(ramp: coarseRamp()), movable: false).parameters.ramp }

  /// The whole pixels at the peak of the cross-correlation of both objects without their means.
  func coarseShift(ramp: PixelShift, largest: Int) -> PixelShift {
    let transform = FourierTransform2D(truth.shape)
    var a = centred(truth)
    var b = centred(Self.ramped(object, by: ramp))
    transform.forward(&a)
    transform.forward(&b)
    for i in a.pixels.indices { a.pixels[i] *= b.pixels[i].conjugate }
    transform.backward(&a)
    let peak = Self.peak(of: a, within: largest)
    return PixelShift(row: Double(peak.row), column: Double(peak.column))
  }

  /// w (O − mean of O).
  private func centred(_ image: ComplexImage) -> ComplexImage {
    let mean = weightedMean(image)
    var result = image
    for i in image.pixels.indices { result.pixels[i] = weights.pixels[i] * (image.pixels[i] - mean) }
    return result
  }

  private func weightedMean(_ image: ComplexImage) -> ComplexFloat {
    var (real, imaginary, total) = (0.0, 0.0, 0.0)
    for (value, weight) in zip(image.pixels, weights.pixels) {
      real += Double(weight * value.real)
      imaginary += Double(weight * value.imaginary)
      total += Double(weight)
    }
    return total > 0 ? ComplexFloat(Float(real / total), Float(imaginary / total)) : .zero
  }

  /// The place of the largest modulus, counted from the corner and signed.
  private static func peak(of image: ComplexImage, within reach: Int = .max) -> (row: Int, column: Int) {
    var best = (row: 0, column: 0)
    var largest: Float = -1
    for row in 0..<image.rows {
      let down = row < (image.rows + 1) / 2 ? row : row - image.rows
      guard abs(down) <= reach else { continue }
      for column in 0..<image.columns {
        let right = column < (image.columns + 1) / 2 ? column : column - image.columns
        guard abs(right) <= reach else { continue }
        let value = image[row, column].squaredModulus
        if value > largest {
          largest = value
          best = (down, right)
        }
      }
    }
    return best
  }

  /// The object with its mean where nothing within reach is compared: what lies there must not ring into the comparison
  /// when parts of pixels are moved.
  private func quieted(reach: Int) -> ComplexImage {
    let mean = weightedMean(object)
    let (rows, columns) = (object.rows, object.columns)
    // Counts of compared pixels left of each column, then of rows above: a box's count is a difference of four.
    var above = [Int32](repeating: 0, count: (rows + 1) * (columns + 1))
    for row in 0..<rows {
      var line: Int32 = 0
      for column in 0..<columns {
        line += weights[row, column] != 0 ? 1 : 0
        above[(row + 1) * (columns + 1) + column + 1] = above[row * (columns + 1) + column + 1] + line
      }
    }
    var quiet = object
    for row in 0..<rows {
      let top = max(0, row - reach) * (columns + 1)
      let bottom = min(rows, row + reach + 1) * (columns + 1)
      for column in 0..<columns {
        let left = max(0, column - reach)
        let right = min(columns, column + reach + 1)
        if above[bottom + right] - above[bottom + left] - above[top + right] + above[top + left] == 0 {
          quiet[row, column] = mean
        }
      }
    }
    return quiet
  }

  // MARK: - Steps of Gauss and Newton

  func refined(_ start: Parameters, movable: Bool) -> (parameters: Parameters, aligned: ComplexImage, misfit: Double) {
    var parameters = start
    let quiet = movable ? quieted(reach: 4 + Int(start.shift.length.rounded(.up))) : object
    var best = evaluated(&parameters, quiet)
    for _ in 0..<30 {
      let step = self.step(at: parameters, source: quiet, aligned: best.aligned, movable: movable)
      var next = parameters
      next.ramp.row += step[2]
      next.ramp.column += step[3]
      if movable {
        next.shift.row += step[4]
        next.shift.column += step[5]
      }
      let trial = evaluated(&next, quiet)
      guard trial.misfit < best.misfit * (1 - 1e-7) else { break }
      parameters = next
      best = trial
    }
    return (parameters, best.aligned, best.misfit)
  }

  /// The aligned object with the best factor for a ramp and a shift, and Σ w |T − c …|².
  private func evaluated(
    _ parameters: inout Parameters, _ source: ComplexImage
  ) -> (aligned: ComplexImage, misfit: Double) {
    let shape = Self.ramped(Self.moved(source, by: parameters.shift), by: parameters.ramp)
    var (real, imaginary, power) = (0.0, 0.0, 0.0)
    for i in shape.pixels.indices where weights.pixels[i] != 0 {
      let product = shape.pixels[i].conjugate * truth.pixels[i]
      real += Double(weights.pixels[i] * product.real)
      imaginary += Double(weights.pixels[i] * product.imaginary)
      power += Double(weights.pixels[i] * shape.pixels[i].squaredModulus)
    }
    parameters.real = real / power
    parameters.imaginary = imaginary / power
    let factor = ComplexFloat(Float(real / power), Float(imaginary / power))
    let aligned = shape.map { factor * $0 }
    var misfit = 0.0
    for i in aligned.pixels.indices where weights.pixels[i] != 0 {
      misfit += Double(weights.pixels[i] * (truth.pixels[i] - aligned.pixels[i]).squaredModulus)
    }
    return (aligned, misfit)
  }

  /// The step in ln |c|, arg c, a and s.
  private func step(
    at parameters: Parameters, source: ComplexImage, aligned: ComplexImage, movable: Bool
  ) -> [Double] {
    let count = movable ? 6 : 4
    var normal = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var right = [Double](repeating: 0, count: count)
    let factor = ComplexFloat(Float(parameters.real), Float(parameters.imaginary))
    func slope(_ alongRows: Bool) -> ComplexImage {
      let shift = parameters.shift
      let derivative = Self.filtered(source) { v, u in
        ComplexFloat(0, Float(alongRows ? v : u)) * Self.unit(-v * shift.row - u * shift.column)
      }
      return Self.ramped(derivative, by: parameters.ramp).map { factor * $0 }
    }
    let (down, across) = movable ? (slope(true), slope(false)) : (aligned, aligned)
    let (rows, columns) = (Double(truth.rows), Double(truth.columns))
    var slopes = [ComplexFloat](repeating: .zero, count: count)
    for row in 0..<truth.rows {
      for column in 0..<truth.columns {
        let i = row * truth.columns + column
        let weight = Double(weights.pixels[i])
        guard weight != 0 else { continue }
        let value = aligned.pixels[i]
        let turned = ComplexFloat(-value.imaginary, value.real)
        slopes[0] = value
        slopes[1] = turned
        // Counted from the middle, for a well-conditioned matrix; the turn of the middle is absorbed by the factor.
        slopes[2] = Float(Double(row) - rows / 2) * turned
        slopes[3] = Float(Double(column) - columns / 2) * turned
        if movable {
          slopes[4] = -1 * down.pixels[i]
          slopes[5] = -1 * across.pixels[i]
        }
        let residual = truth.pixels[i] - value
        for a in 0..<count {
          right[a] +=
            weight * Double(slopes[a].real * residual.real + slopes[a].imaginary * residual.imaginary)
          for b in a..<count {
            normal[a][b] +=
              weight * Double(slopes[a].real * slopes[b].real + slopes[a].imaginary * slopes[b].imaginary)
          }
        }
      }
    }
    for a in 0..<count {
      for b in 0..<a { normal[a][b] = normal[b][a] }
    }
    return Self.solved(normal, right) + (movable ? [] : [0, 0])
  }

  /// Solves a small symmetric positive system by elimination; directions that nothing depends on stay at 0.
  private static func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var a = matrix
    var b = right
    let count = b.count
    let original = (0..<count).map { matrix[$0][$0] }
    for k in 0..<count {
      guard a[k][k] > 1e-12 * original[k] else {
        for j in 0..<count { (a[k][j], a[j][k]) = (0, 0) }
        a[k][k] = 1
        b[k] = 0
        continue
      }
      for i in k + 1..<count {
        let factor = a[i][k] / a[k][k]
        for j in k..<count { a[i][j] -= factor * a[k][j] }
        b[i] -= factor * b[k]
      }
    }
    for k in (0..<count).reversed() {
      for j in k + 1..<count { b[k] -= a[k][j] * b[j] }
      b[k] /= a[k][k]
    }
    return b
  }

  // MARK: - Images

  /// Times e^{i a·r}.
  static func ramped(_ image: ComplexImage, by ramp: PixelShift) -> ComplexImage {
    guard ramp.length > 0 else { return image }
    let down = (0..<image.rows).map { unit(ramp.row * Double($0)) }
    let across = (0..<image.columns).map { unit(ramp.column * Double($0)) }
    var result = image
    for row in 0..<image.rows {
      for column in 0..<image.columns { result[row, column] *= down[row] * across[column] }
    }
    return result
  }

  /// Moved through the Fourier transform, or round the edges where the shift is of whole pixels.
  static func moved(_ image: ComplexImage, by shift: PixelShift) -> ComplexImage {
    let (row, column) = (shift.row.rounded(), shift.column.rounded())
    if row == shift.row, column == shift.column { return image.rolled(rows: Int(row), columns: Int(column)) }
    return filtered(image) { v, u in unit(-v * shift.row - u * shift.column) }
  }

  private static func unit(_ angle: Double) -> ComplexFloat { ComplexFloat(Float(cos(angle)), Float(sin(angle))) }

  /// Multiplies the transform by a function of the frequencies, in radians a pixel.
  private static func filtered(_ image: ComplexImage, by filter: (Double, Double) -> ComplexFloat) -> ComplexImage {
    let transform = FourierTransform2D(image.shape)
    var result = image
    transform.forward(&result)
    func frequency(_ index: Int, _ count: Int) -> Double {
      2 * Double.pi * Double(index < (count + 1) / 2 ? index : index - count) / Double(count)
    }
    let scale = 1 / Float(image.shape.count)
    for row in 0..<image.rows {
      let v = frequency(row, image.rows)
      for column in 0..<image.columns {
        result[row, column] = scale * (result[row, column] * filter(v, frequency(column, image.columns)))
      }
    }
    transform.backward(&result)
    return result
  }
}
