import ArrayMath
import Foundation

/// Puts a finished refinement into the words of a ``CalibrationResult``.
struct CalibrationAssembly {
  let calibration: Calibration
  let grid: DetectorGrid
  let masks: [AutomaticMask]
  let refinement: CalibrationRefinement

  var result: CalibrationResult {
    let fit = refinement.fit
    let poni = fit.plate.poni(rotation3: calibration.options.rotation3)
    let points = points
    return CalibrationResult(
      geometry: DetectorGeometry(
        poni: poni, grid: grid, wavelength: fit.wavelengthScale * fit.frames[0].wavelength),
      free: Set(fit.free), covariance: fit.poniCovariance, beamCovariance: fit.covariance,
      beamParameters: fit.plate.vector, wavelengthScale: fit.wavelengthScale,
      stageDrift: (fit.drift1, fit.drift2), points: points, rings: rings(points), residualMap: map(points),
      chiSquare: fit.chiSquare, freedom: fit.freedom, excessScatter: fit.excessScatter, transforms: [],
      explainedIntensity: 0, warnings: [])
  }

  private var points: [CalibrationControlPoint] {
    let fit = refinement.fit
    return fit.points.indices.map { index in
      let origin = refinement.origins[index]
      let ring = refinement.found[origin.frame][origin.band]
      let line = ring.points[origin.point].fit
      let point = fit.points[index]
      let place = grid.pixel(axis1: point.axis1, axis2: point.axis2)
      let poni = fit.plate(of: origin.frame).poni(rotation3: calibration.options.rotation3)
      return CalibrationControlPoint(
        frame: origin.frame, ring: ring.plan.ring, row: place.row, column: place.column,
        azimuth: poni.azimuth(axis1: point.axis1, axis2: point.axis2), residual: fit.residual(point).value,
        sigma: point.sigma, height: line.height, heightSigma: line.heightSigma, weight: fit.weights[index])
    }
  }

  private func rings(_ points: [CalibrationControlPoint]) -> [RingSummary] {
    let fit = refinement.fit
    var summaries: [RingSummary] = []
    for (frame, bands) in refinement.found.enumerated() {
      for band in bands {
        let own = points.filter { $0.frame == frame && $0.ring == band.plan.ring && $0.weight > 0 }
        guard !own.isEmpty else { continue }
        let variances = own.map { $0.sigma * $0.sigma + fit.excessScatter * fit.excessScatter }
        let harmonics = RingHarmonics(
          azimuths: own.map(\.azimuth), residuals: own.map(\.residual), variances: variances)
        let total = variances.reduce(0) { $0 + 1 / $1 }
        let mean = zip(own, variances).reduce(0) { $0 + $1.0.residual / $1.1 } / total
        let square = own.reduce(0) { $0 + $1.residual * $1.residual } / Double(own.count)
        let profile = refinement.profiles[frame][band.plan.ring] ?? band.plan.profile
        summaries.append(
          RingSummary(
            frame: frame, ring: band.plan.ring,
            twoTheta: fit.ringAngle(dSpacing: calibration.rings[band.plan.ring].dSpacing, frame: frame),
            points: own.count, sectors: band.sectorsSeen, width: profile.width, lorentzian: profile.lorentzian,
            height: median(own.map(\.height)), background: median(band.points.map(\.fit.background)),
            harmonics: harmonics.coefficients, harmonicSigmas: harmonics.sigmas, meanResidual: mean,
            rmsResidual: square.squareRoot()))
      }
    }
    return summaries
  }

  private func map(_ points: [CalibrationControlPoint]) -> ResidualMap {
    let (rows, columns) = (16, 16)
    var weights = [Double](repeating: 0, count: rows * columns)
    var sums = weights
    let excess = refinement.fit.excessScatter
    for point in points where point.weight > 0 {
      let row = min(max(Int(point.row / Double(grid.shape.rows) * Double(rows)), 0), rows - 1)
      let column = min(max(Int(point.column / Double(grid.shape.columns) * Double(columns)), 0), columns - 1)
      let weight = 1 / (point.sigma * point.sigma + excess * excess)
      weights[row * columns + column] += weight
      sums[row * columns + column] += weight * point.residual
    }
    return ResidualMap(
      rows: rows, columns: columns, mean: zip(sums, weights).map { $1 > 0 ? $0 / $1 : .nan },
      sigma: weights.map { $0 > 0 ? 1 / $0.squareRoot() : .nan })
  }
}
