import Foundation

/// The bins of a pattern that a refinement uses, and what makes their errors independent and of unit variance.
///
/// Neighbouring bins share pixels, so the covariance C of the bins is tridiagonal. With C = L Lᵀ, L bidiagonal, residuals
/// and derivatives are multiplied by L⁻¹ in one pass; least squares of these is generalised least squares.
struct PatternBins {
  /// Angles in radians, intensities, standard uncertainties (ones where none are known).
  let positions, intensities, sigmas: [Double]
  /// Edges of the bins, in radians: halfway to the neighbours of the pattern.
  let lower, upper: [Double]
  /// Whether the uncertainties are known.
  let hasSigmas: Bool
  /// Mean distance of bins, in radians.
  let step: Double
  private let diagonal, below: [Double]
  private let isIndependent: Bool

  var count: Int { positions.count }

  init(_ pattern: PowderPattern, model: WholePatternModel) throws(WholePatternError) {
    var pattern = pattern
    if pattern.axis != .twoTheta {
      let wavelength = pattern.wavelength ?? model.radiation.lines[0].wavelength
      do {
        pattern = try PowderPattern(
          axis: pattern.axis, positions: pattern.positions, intensities: pattern.intensities, sigmas: pattern.sigmas,
          neighbourCovariances: pattern.neighbourCovariances, wavelength: wavelength
        ).converted(to: .twoTheta)
      } catch { throw .axis("\(error)") }
    }
    var kept: [Int] = []
    for index in 0..<pattern.count {
      let position = pattern.positions[index]
      guard pattern.intensities[index].isFinite, position > 0, position < .pi,
        model.range?.contains(position) ?? true, !model.excluded.contains(where: { $0.contains(position) })
      else { continue }
      if let sigmas = pattern.sigmas, !(sigmas[index] > 0) { throw .sigma(bin: index) }
      kept.append(index)
    }
    positions = kept.map { pattern.positions[$0] }
    let all = pattern.positions
    let middles = zip(all, all.dropFirst()).map { ($0 + $1) / 2 }
    lower = kept.map { $0 > 0 ? middles[$0 - 1] : middles.isEmpty ? all[0] : 2 * all[0] - middles[0] }
    upper = kept.map { $0 < middles.count ? middles[$0] : middles.isEmpty ? all[0] : 2 * all[$0] - middles[$0 - 1] }
    intensities = kept.map { pattern.intensities[$0] }
    hasSigmas = pattern.sigmas != nil
    let sigmas = kept.map { pattern.sigmas?[$0] ?? 1 }
    self.sigmas = sigmas
    step =
      pattern.count > 1 ? (pattern.positions[pattern.count - 1] - pattern.positions[0]) / Double(pattern.count - 1) : 0

    var diagonal = sigmas
    var below = [Double](repeating: 0, count: kept.count)
    if hasSigmas, let covariances = pattern.neighbourCovariances {
      for index in kept.indices.dropFirst() where kept[index] == kept[index - 1] + 1 {
        let covariance = covariances[kept[index - 1]]
        guard covariance.isFinite else { continue }
        below[index] = covariance / diagonal[index - 1]
        let left = sigmas[index] * sigmas[index] - below[index] * below[index]
        guard left > 1e-6 * sigmas[index] * sigmas[index] else { throw .covariance(bin: kept[index]) }
        diagonal[index] = left.squareRoot()
      }
      isIndependent = false
    } else {
      isIndependent = true
    }
    (self.diagonal, self.below) = (diagonal, below)
  }

  /// Multiplies what lies in `start..<end` of a column by L⁻¹ in place.
  ///
  /// - Returns: the end of what is not zero afterwards.
  func whiten(_ column: UnsafeMutablePointer<Double>, from start: Int, to end: Int) -> Int {
    if isIndependent {
      for index in start..<end { column[index] /= diagonal[index] }
      return end
    }
    var previous = 0.0
    var index = start
    while index < count {
      // A pair of bins shares less than all, so the tail beyond the end fades geometrically.
      if index >= end, abs(previous) < 1e-30 { break }
      previous = (column[index] - (index > start ? below[index] * previous : 0)) / diagonal[index]
      column[index] = previous
      index += 1
    }
    return index
  }

  /// The first bin at or beyond an angle.
  func firstIndex(from position: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
