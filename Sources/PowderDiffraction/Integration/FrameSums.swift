/// What the pixels of one frame add up to in each bin.
struct FrameSums {
  /// Σ c raw.
  var signal: [Double]
  /// Σ c² V of the pixels' own variance.
  var squares: [Double]
  /// Σ c_b c_{b+1} V and Σ c_b c_{b+2} V.
  var neighbours: [Double]
  var secondNeighbours: [Double]
  /// The sums of the geometry, without the pixels that have no value in this frame.
  var constants: BinConstants
}

extension AzimuthalIntegrator {
  /// The pattern that the sums make.
  func pattern(of sums: FrameSums, scale: Double) -> IntegratedPattern {
    let constants = sums.constants
    let bins = reducer.table.bins
    var pattern = IntegratedPattern(
      unit: settings.unit, positions: positions, intensity: [Double](repeating: settings.emptyValue, count: bins),
      sumSignal: Array(sums.signal[..<bins]), sumNormalisation: constants.normalisation.map { $0 * scale },
      sumNormalisationSquared: constants.normalisationSquared.map { $0 * scale * scale },
      count: constants.quanta.map { Double($0) / Double(PixelShares.unit) })
    for bin in 0..<bins {
      guard constants.quanta[bin] > 0 else {
        pattern.sumSignal[bin] = 0
        continue
      }
      if !constants.dark.isEmpty { pattern.sumSignal[bin] -= constants.dark[bin] }
      pattern.intensity[bin] = pattern.sumSignal[bin] / pattern.sumNormalisation[bin]
    }
    if settings.errorModel != .none { pattern.uncertainty = uncertainty(of: sums, pattern) }
    return pattern
  }

  private func uncertainty(of sums: FrameSums, _ pattern: IntegratedPattern) -> PatternUncertainty {
    let bins = reducer.table.bins
    let zero = [Double](repeating: 0, count: bins)
    let norm = pattern.sumNormalisation
    var result = PatternUncertainty(
      sumVariance: zero, sem: zero, std: zero, neighbourCovariance: Array(zero.dropLast()),
      secondNeighbourCovariance: Array(zero.dropLast(2)))
    let isFilled = sums.constants.quanta.map { $0 > 0 }
    for bin in 0..<bins where isFilled[bin] {
      var variance = sums.squares[bin]
      if !sums.constants.darkVariance.isEmpty, settings.errorModel != .azimuthal {
        variance += sums.constants.darkVariance[bin]
      }
      result.sumVariance[bin] = variance
      result.sem[bin] = variance.squareRoot() / norm[bin]
      result.std[bin] = (variance / pattern.sumNormalisationSquared[bin]).squareRoot()
    }
    for bin in result.neighbourCovariance.indices where isFilled[bin] && isFilled[bin + 1] {
      result.neighbourCovariance[bin] = sums.neighbours[bin] / (norm[bin] * norm[bin + 1])
    }
    for bin in result.secondNeighbourCovariance.indices where isFilled[bin] && isFilled[bin + 2] {
      result.secondNeighbourCovariance[bin] = sums.secondNeighbours[bin] / (norm[bin] * norm[bin + 2])
    }
    return result
  }
}
