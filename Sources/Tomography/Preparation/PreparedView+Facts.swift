internal import ArrayMath
internal import Foundation
internal import ImageAnalysis
internal import Quantities

extension PreparedView {
  init(name: String, _ flat: FlattenedView, residues: Int, hasCorrection: Bool) {
    self.name = name
    ramp = hasCorrection ? flat.ramp : nil
    hasZero = flat.hasAir
    airPart = 0
    airDeviation = nil
    noise = 0
    self.residues = residues
    discontinuities = 0
    total = UncertainValue(0, uncertainty: .infinity)
    unmeasured = flat.isValid.pixels.count { !$0 }
    replaced = 0
    notes = flat.notes
  }
}

extension PhaseRamp {
  /// Adds a plane that was fitted to what was left; covariance and deviation become those of the second.
  ///
  /// Where air undulates more than noise, its means are more uncertain by that: the covariance grows by the square of
  /// ``PhaseRamp/undulation``.
  mutating func add(_ other: PhaseRamp) {
    constant += other.constant
    perRow += other.perRow
    perColumn += other.perColumn
    let inflation = max(1, undulation * undulation)
    covariance = other.covariance.map { $0.map { $0 * inflation } }
    airDeviation = other.airDeviation
    airPixels = other.airPixels
  }

  /// Variance of a plane's sum over pixels: mᵀ C m with m their number and first moments about the centre.
  func variance(ofSumOver region: [Bool], columns: Int) -> Double {
    var moments = [0.0, 0, 0]
    for index in region.indices where region[index] {
      moments[0] += 1
      moments[1] += Double(index / columns) - centreRow
      moments[2] += Double(index % columns) - centreColumn
    }
    var sum = 0.0
    for i in 0..<3 { for j in 0..<3 { sum += moments[i] * covariance[i][j] * moments[j] } }
    return max(sum, 0)
  }
}

extension ProjectionPreparation.Part {
  /// Fills in what the finished projection shows.
  ///
  /// Over air the noise adds up to what the plane took off; so the sum is as uncertain as noise and plane over the rest.
  mutating func finish(_ air: Image<Bool>, hasAir: Bool) {
    view.noise = FlattenedView.noise(image)
    view.discontinuities = image.discontinuities
    var sum = 0.0
    for pixel in image.pixels where pixel.isFinite { sum += Double(pixel) }
    view.total = UncertainValue(sum, uncertainty: view.hasZero ? 0 : .infinity)
    guard hasAir, let ramp = view.ramp else { return }
    let measured = image.pixels.count { $0.isFinite }
    view.airPart = Double(ramp.airPixels) / Double(max(measured, 1))
    view.airDeviation = ramp.airDeviation
    let matter = image.pixels.indices.map { image.pixels[$0].isFinite && !air.pixels[$0] }
    var variance = ramp.variance(ofSumOver: matter, columns: image.columns)
    let single = ramp.airDeviation * ramp.airDeviation
    for index in matter.indices where matter[index] { variance += single / Double(max(weights.pixels[index], 1e-6)) }
    view.total.uncertainty = variance.squareRoot()
  }

  /// As ``finish(_:hasAir:)``, from differences of neighbours: the sum of what is 0 at both ends of each row is −Σ x d(x).
  ///
  /// Noise of a pixel at x adds (x + 1/2) − (x − 1/2) to that sum and so counts once, as in the plain sum.
  mutating func finishWrapped(_ air: Image<Bool>, hasAir: Bool) {
    let middle = Double(image.columns) / 2
    var sum = 0.0
    image.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<image.rows {
        for column in 0..<image.columns - 1 {
          let index = row * image.columns + column
          let difference = wrappedPhase(pixels[index + 1] - pixels[index])
          if difference.isFinite { sum -= (Double(column + 1) - middle) * Double(difference) }
        }
      }
    }
    finish(air, hasAir: hasAir)
    view.discontinuities = 0
    view.total.value = sum
  }
}

extension Image where Pixel == Float {
  /// Pairs of neighbours that differ by more than half a turn.
  var discontinuities: Int {
    var count = 0
    pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<rows {
        for index in row * columns..<(row + 1) * columns {
          // Comparisons with NaN are false. Rounding may put a pair that differs by half a turn on either side.
          if index + 1 < (row + 1) * columns, abs(pixels[index + 1] - pixels[index]) > .pi + 1e-3 { count += 1 }
          if row + 1 < rows, abs(pixels[index + columns] - pixels[index]) > .pi + 1e-3 { count += 1 }
        }
      }
    }
    return count
  }
}
