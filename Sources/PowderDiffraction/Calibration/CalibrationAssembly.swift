import ArrayMath
import Foundation

/// Puts a finished refinement into the words of a ``CalibrationResult``.
struct CalibrationAssembly {
  let calibration: Calibration
  let grid: DetectorGrid
  let transform: ImageTransform
  let masks: [AutomaticMask]
  let refinement: CalibrationRefinement
  let rough: RoughGeometry

  /// - Throws: ``CalibrationError`` where the fit contradicts itself.
  func checkedResult() throws -> CalibrationResult {
    let fit = refinement.fit
    let poni = fit.plate.poni(rotation3: calibration.options.rotation3)
    let points = points
    let spread = 0.8 * rough.correlation.cell
    let explained = rough.correlation.explained(fit.plate(of: 0), spread: spread)
    var result = CalibrationResult(
      geometry: DetectorGeometry(
        poni: poni, grid: grid, wavelength: fit.wavelengthScale * fit.frames[0].wavelength,
        isTransposed: transform.isTransposed),
      free: Set(fit.free), covariance: fit.poniCovariance, beamCovariance: fit.covariance,
      beamParameters: fit.plate.vector, wavelengthScale: fit.wavelengthScale,
      stageDrift: (fit.drift1, fit.drift2), points: points, rings: rings(points), residualMap: map(points),
      chiSquare: fit.chiSquare, freedom: fit.freedom, excessScatter: fit.excessScatter,
      transforms: verdicts(points), explainedIntensity: explained.signal,
      ringCorrelation: rough.correlation(fit.plate(of: 0), spread: spread), warnings: [])
    let checks = CalibrationChecks(
      calibration: calibration, result: result, masks: masks, rough: rough, area: explained.area)
    try checks.refuse()
    result.warnings = checks.warnings
    return result
  }

  /// What the points say of the eight transforms.
  private func verdicts(_ points: [CalibrationControlPoint]) -> [ImageTransformVerdict] {
    let used = points.filter { $0.weight > 0 }
    let shape = calibration.shape(of: grid, transform)
    let polarisation = polarisation(used)
    var variances: [Double?] = ImageTransform.all.map { _ in nil }
    if case .geometry(let start) = calibration.options.start {
      variances = ImageTransform.all.map { transform in
        let grid = transform.grid(
          shape: shape, pixelHeight: calibration.pixelHeight, pixelWidth: calibration.pixelWidth)
        return used.reduce(0) { sum, point in
          let place =
            transform.isTransposed
            ? grid.position(row: point.column, column: point.row) : grid.position(row: point.row, column: point.column)
          let ring = refinement.fit.ringAngle(dSpacing: calibration.rings[point.ring].dSpacing, frame: point.frame)
          let difference = start.twoTheta(axis1: place.axis1, axis2: place.axis2) - ring
          return sum + difference * difference
        } / Double(max(used.count, 1))
      }
    }
    let least = variances.compactMap(\.self).min()
    return ImageTransform.all.enumerated().map { index, other in
      // Exchanging rows and columns exchanges the axes of polarisation.
      let sign = other.isTransposed == transform.isTransposed ? 1.0 : -1.0
      let degree = polarisation.map { sign * $0.degree }
      var verdict = ImageTransformVerdict(
        transform: other, residualVariance: variances[index], polarisation: degree,
        polarisationSigma: polarisation?.sigma, finding: .tied,
        reason: "a mirror image fits the rings as well; settled by convention: rows of the file from the top")
      if let own = variances[index], let least {
        if own > 2 * least {
          verdict.finding = .contradicted
          verdict.reason = String(
            format: "points lie %.3g mdeg from the rings of the given geometry, against %.3g for the best transform",
            own.squareRoot() * 180e3 / .pi, least.squareRoot() * 180e3 / .pi)
        } else {
          verdict.reason = "the given geometry fits as well as with any other transform"
        }
      } else if let degree, let sigma = polarisation?.sigma, degree < -max(4 * sigma, 0.2) {
        verdict.finding = .contradicted
        verdict.reason = String(
          format: "intensities along the rings would mean a vertical polarisation of %.2f +- %.2f; "
            + "a horizontally polarised beam is assumed", -degree, sigma)
      }
      if other == transform {
        verdict.finding = .chosen
        if variances.contains(where: { $0 != nil }) == false, calibration.options.transform == nil {
          verdict.reason = "by convention among mirror images: rows of the file run from the top of the detector"
        }
      }
      return verdict
    }
  }

  private func polarisation(_ used: [CalibrationControlPoint]) -> RingPolarisation? {
    let fit = refinement.fit
    return RingPolarisation(
      used.filter { $0.frame == 0 }.map { point in
        let place =
          transform.isTransposed
          ? grid.position(row: point.column, column: point.row) : grid.position(row: point.row, column: point.column)
        var response = 1.0
        if calibration.options.solidAngle {
          let poni = fit.plate(of: 0).poni()
          let (x1, x2) = (place.axis1 - poni.poni1, place.axis2 - poni.poni2)
          response = pow(1 + (x1 * x1 + x2 * x2) / (poni.distance * poni.distance), -1.5)
        }
        return .init(
          ring: point.ring,
          twoTheta: fit.ringAngle(dSpacing: calibration.rings[point.ring].dSpacing, frame: 0), azimuth: point.azimuth,
          height: point.height / response, sigma: point.heightSigma / response)
      })
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
        frame: origin.frame, ring: ring.plan.ring, row: transform.isTransposed ? place.column : place.row,
        column: transform.isTransposed ? place.row : place.column,
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
    let shape = calibration.shape(of: grid, transform)
    var weights = [Double](repeating: 0, count: rows * columns)
    var sums = weights
    let excess = refinement.fit.excessScatter
    for point in points where point.weight > 0 {
      let row = min(max(Int(point.row / Double(shape.rows) * Double(rows)), 0), rows - 1)
      let column = min(max(Int(point.column / Double(shape.columns) * Double(columns)), 0), columns - 1)
      let weight = 1 / (point.sigma * point.sigma + excess * excess)
      weights[row * columns + column] += weight
      sums[row * columns + column] += weight * point.residual
    }
    return ResidualMap(
      rows: rows, columns: columns, mean: zip(sums, weights).map { $1 > 0 ? $0 / $1 : .nan },
      sigma: weights.map { $0 > 0 ? 1 / $0.squareRoot() : .nan })
  }
}

extension Calibration {
  /// The shape of the file's image.
  func shape(of grid: DetectorGrid, _ transform: ImageTransform) -> FrameShape {
    transform.isTransposed ? FrameShape(rows: grid.shape.columns, columns: grid.shape.rows) : grid.shape
  }
}
