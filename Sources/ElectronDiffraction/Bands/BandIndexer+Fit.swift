import ArrayMath
import Crystallography
import Foundation

extension BandIndexer {
  /// The fit to the bands that were found first.
  func fitted(
    _ start: Rotation, to bands: [DetectedBand], pairs: PolePairs, centre: ScreenCentre
  ) -> BandOrientation? {
    let matrix = start.matrix
    let lines = bands.compactMap { band -> MeasuredLine? in
      guard let pole = pairs.nearestPole(to: matrix * band.normal, leastCosine: cos(settings.tolerance)) else {
        return nil
      }
      return line(
        theta: band.theta, rho: band.rho, strength: band.strength, softness: band.softness,
        halfWidth: band.halfWidth, noise: band.noise, pole: pole)
    }
    return pairs.fitOrientation(start: start, lines: lines, centre: centre)
  }

  /// The fit to the maxima near the lines of all planes, each seen with the filter of its width.
  func refitted(
    _ start: Rotation, pairs: PolePairs, workspace: RadonWorkspace, lane: Int, centre: ScreenCentre
  ) -> BandOrientation? {
    let back = start.matrix.transposed
    var lines: [MeasuredLine] = []
    for (index, pole) in pairs.poles.enumerated() {
      guard let predicted = centre.line(normal: back * pole.normal, halfAngle: pole.halfAngle) else { continue }
      let filter = filterIndex(pole, predicted, centre)
      var isDark = false
      if settings.contrast == .both {
        let response = workspace.response(theta: predicted.theta, rho: predicted.rho, filter: filter, lane: lane)
        isDark = response.map { $0 < 0 } ?? false
      }
      guard
        let peak = workspace.peak(
          theta: predicted.theta, rho: predicted.rho, filter: filter, lane: lane, reach: 3, isDark: isDark),
        peak.strength > Self.leastStrength
      else { continue }
      lines.append(
        line(
          theta: radon.theta(peak.row), rho: radon.rho(peak.bin), strength: Double(peak.strength),
          softness: Double(peak.softness), halfWidth: filters[filter].halfWidth,
          noise: Double(workspace.noisePart(filter: filter, lane: lane, gain: noiseGains[filter])), pole: index))
    }
    return pairs.fitOrientation(start: start, lines: lines, centre: centre)
  }

  /// The filter for the width that a plane's band has in the middle of its line.
  private func filterIndex(_ pole: PolePairs.Pole, _ line: (theta: Double, rho: Double), _ centre: ScreenCentre) -> Int
  {
    let width = centre.halfWidth(theta: line.theta, rho: line.rho, halfAngle: pole.halfAngle)
    return filters.indices.min { abs(filters[$0].halfWidth - width) < abs(filters[$1].halfWidth - width) } ?? 0
  }

  /// A line with its uncertainty, before the residuals say how large it is.
  ///
  /// Noise moves a maximum by its slope over the curvature of the response; where a filter of half width w meets a band
  /// of its width, that is w over the strength, for responses that are all noise. A peak that is sharper is not a band's
  /// and gets no more trust. Other bands do what noise does, at ``structure`` of the root mean square. The angle of a
  /// line drawn through a disc is known √12 / chord times as well as its place, and a little worse since the response is
  /// blurred along θ.
  private func line(
    theta: Double, rho: Double, strength: Double, softness: Double, halfWidth: Double, noise: Double, pole: Int
  ) -> MeasuredLine {
    let radius = Double(min(radon.shape.rows, radon.shape.columns)) / 2
    let chord = 2 * max(radius * radius - rho * rho, 1).squareRoot()
    let disturbance = (noise * noise + Self.structure * Self.structure).squareRoot()
    let sigma = disturbance * max(softness * radon.step, halfWidth / strength)
    return MeasuredLine(
      theta: theta, rho: rho, sigmaTheta: 1.15 * sigma * 12.0.squareRoot() / chord, sigmaRho: sigma, pole: pole)
  }

  /// By simulated patterns of nickel without noise, whose peaks are off by 0.15 half widths over the strength.
  private static let structure = 0.15

  /// Mean response along the bands of an orientation, see ``BandCandidate/score``.
  func score(
    _ rotation: Rotation, phase: Int, workspace: RadonWorkspace, lane: Int, centre: ScreenCentre
  ) -> Double {
    let back = rotation.matrix.transposed
    var (sum, squares) = (0.0, 0.0)
    for pole in voting[phase].pairs.poles {
      guard let line = centre.line(normal: back * pole.normal, halfAngle: pole.halfAngle),
        let response = workspace.response(
          theta: line.theta, rho: line.rho, filter: filterIndex(pole, line, centre), lane: lane)
      else { continue }
      sum += pole.strength * Double(settings.contrast == .both ? abs(response) : response)
      squares += pole.strength * pole.strength
    }
    return squares > 0 ? sum / squares.squareRoot() : 0
  }
}
