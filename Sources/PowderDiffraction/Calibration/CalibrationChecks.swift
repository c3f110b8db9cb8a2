import Foundation

/// What makes a finished calibration doubtful, and what makes it wrong.
struct CalibrationChecks {
  let calibration: Calibration
  let result: CalibrationResult
  let masks: [AutomaticMask]
  let rough: RoughGeometry
  /// The share of the frame that rings take up.
  let area: Double

  private func milli(_ angle: Double) -> String { String(format: "%.3g mdeg", angle * 180e3 / .pi) }

  /// - Throws: ``CalibrationError`` for a result that contradicts the data.
  func refuse() throws {
    let width = median(result.rings.map(\.width))
    if result.excessScatter > 0.6 * width {
      throw CalibrationError(
        .leastSquares,
        found: "points that scatter by \(milli(result.excessScatter)) about rings \(milli(width)) wide",
        advice: "the rings are not those of this calibrant, or the image is not that of a flat plate")
    }
    let misplaced = displaced(by: 0.2)
    if misplaced.count > 1 {
      throw CalibrationError(
        .assignment,
        found: "\(misplaced.count) of \(result.rings.count) rings off their place by more than a fifth of their width",
        advice: "the rings are not those of this calibrant; check it, the wavelength and the pixel size")
    }
    if result.ringCorrelation < 0.3, seesManyRings {
      throw CalibrationError(
        .assignment,
        found: String(
          format: "rings of the calibrant that explain too little of the frame (correlation %.2f)",
          result.ringCorrelation), advice: "check calibrant, wavelength, pixel size and distance")
    }
    if case .distance(let given, let tolerance) = calibration.options.start, result.free.contains(.distance) {
      let found = result.beamParameters[0]
      guard found < given * 1.03 / max(1 - 1.2 * tolerance, 0.05), found > given * 0.97 / (1 + 1.2 * tolerance) else {
        throw CalibrationError(
          .assignment,
          found: String(format: "a distance of %.4g mm, far from the %.4g mm given", found * 1e3, given * 1e3),
          advice: "check pixel size, wavelength and distance")
      }
    }
  }

  /// Rings whose mean residual exceeds a share of their width, and six times what the scatter along the ring allows.
  private func displaced(by share: Double) -> [RingSummary] {
    result.rings.filter { ring in
      let scatter = max(ring.rmsResidual * ring.rmsResidual - ring.meanResidual * ring.meanResidual, 0)
      let sigma = (scatter / Double(max(ring.points, 1))).squareRoot()
      return ring.points >= 8 && abs(ring.meanResidual) > max(share * ring.width, 6 * sigma)
    }
  }

  private var seesManyRings: Bool { Set(result.rings.map(\.ring)).count > 1 }

  var warnings: [String] {
    var warnings: [String] = []
    for (index, mask) in masks.enumerated() {
      if let level = mask.saturationLevel {
        warnings.append(
          "frame \(index): \(mask.saturated) pixels are saturated at \(level) counts and left out; "
            + "heights of the strongest rings are not to be trusted")
      }
      if mask.maskedFraction > 0.5 {
        warnings.append(
          String(format: "frame \(index): %.0f %% of the pixels are left out", 100 * mask.maskedFraction))
      }
    }
    warnings += ringWarnings
    if result.ringCorrelation < 0.6, seesManyRings {
      warnings.append(
        String(
          format: "the rings explain the frame only in part (correlation %.2f): another phase, or another calibrant?",
          result.ringCorrelation))
    }
    if let best = rough.hypotheses.first, let second = (rough.hypotheses + rough.rejected).dropFirst().first,
      second.correlation > 0.75 * best.correlation
    {
      warnings.append(
        String(
          format: "another assignment of the rings, at %.4g mm, explains nearly as much (%.2f against %.2f)",
          second.plate.distance * 1e3, second.correlation, best.correlation))
    }
    let width = median(result.rings.map(\.width))
    if result.excessScatter > 0 {
      warnings.append(
        "points scatter by \(milli(result.excessScatter)) beyond their counts, lines are \(milli(width)) wide: "
          + "spotty rings or a distorted plate; the standard deviations include it as if it were random")
    }
    let correlation = result.correlation
    if result.free.contains(.wavelength), result.free.contains(.distance), abs(correlation[5]) > 0.99 {
      warnings.append(
        String(
          format: "wavelength and distance are hardly told apart (correlation %.4f): "
            + "hold one, or give frames at several distances", correlation[5]))
    }
    return warnings
  }

  private var ringWarnings: [String] {
    var warnings: [String] = []
    let used = Set(result.rings.map(\.ring))
    if used.count == 1, result.free.contains(.distance) {
      warnings.append(
        "one ring alone: nothing checks that it is the ring it is taken for, "
          + "and distance, centre and tilt rest on the curvature of its arc")
    }
    let offset = displaced(by: 0.01)
    if offset.count > 1 {
      let most = offset.map { abs($0.meanResidual) }.max() ?? 0
      warnings.append(
        "\(offset.count) rings lie off their place by up to \(milli(most)), far more than their points scatter: "
          + "check wavelength, pixel size and the calibrant's lattice spacings")
    }
    return warnings
  }
}
