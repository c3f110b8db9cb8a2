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

  /// As ``finish(_:hasAir:)``, from the derivative: the sum of what is 0 at both ends of each row is −Σ x d(x).
  mutating func finishDerivative(_ air: Image<Bool>, hasAir: Bool) {
    view.noise = FlattenedView.noise(image)
    let middle = Double(image.columns) / 2
    var (sum, squares) = (0.0, 0.0)
    for (index, pixel) in image.pixels.enumerated() where pixel.isFinite {
      let place = Double(index % image.columns) + 0.5 - middle
      sum -= place * Double(pixel)
      squares += place * place
    }
    let measured = image.pixels.count { $0.isFinite }
    let airPixels = air.pixels.count { $0 }
    view.airPart = hasAir ? Double(airPixels) / Double(max(measured, 1)) : 0
    view.total = UncertainValue(sum, uncertainty: view.hasZero ? 0 : .infinity)
    guard hasAir, view.hasZero else { return }
    let deviation = image.deviation(in: air)
    view.airDeviation = deviation
    view.total.uncertainty = deviation * squares.squareRoot()
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

  /// Of each pixel and the one right of it the smaller; a column less.
  func smallerOfNeighbours() -> ScalarImage {
    let shape = FrameShape(rows: rows, columns: columns - 1)
    var result: [Float] = []
    result.reserveCapacity(shape.count)
    for row in 0..<rows {
      for column in 0..<shape.columns { result.append(min(self[row, column], self[row, column + 1])) }
    }
    return ScalarImage(result, shape: shape)
  }

  /// The value with half of the weight on either side, in a region; 0 in an empty one.
  func weightedMedian(_ weights: ScalarImage, _ region: Image<Bool>) -> Float {
    let chosen = pixels.indices.filter { region.pixels[$0] && pixels[$0].isFinite && weights.pixels[$0] > 0 }
      .sorted { (pixels[$0], $0) < (pixels[$1], $1) }
    let half = chosen.reduce(0.0) { $0 + Double(weights.pixels[$1]) } / 2
    var sum = 0.0
    for index in chosen {
      sum += Double(weights.pixels[index])
      if sum >= half { return pixels[index] }
    }
    return 0
  }

  /// 1.4826 times the median of the sizes in a region: a robust standard deviation about 0.
  func deviation(in region: Image<Bool>) -> Double {
    let sizes = pixels.indices.filter { region.pixels[$0] && pixels[$0].isFinite }.map { abs(pixels[$0]) }.sorted()
    return sizes.isEmpty ? 0 : 1.4826 * Double(sizes[sizes.count / 2])
  }
}

extension Image where Pixel == ComplexFloat {
  /// arg[O(r, c + 1) conj O(r, c)], NaN where one of both does not count; a column less.
  func differences(_ isValid: Image<Bool>) -> ScalarImage {
    let shape = FrameShape(rows: rows, columns: columns - 1)
    var result: [Float] = []
    result.reserveCapacity(shape.count)
    for row in 0..<rows {
      for column in 0..<shape.columns {
        guard isValid[row, column], isValid[row, column + 1] else {
          result.append(.nan)
          continue
        }
        result.append((self[row, column + 1] * self[row, column].conjugate).phase)
      }
    }
    return ScalarImage(result, shape: shape)
  }
}
