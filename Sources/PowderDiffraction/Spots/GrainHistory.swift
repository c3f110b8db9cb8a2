import Foundation

/// How a grain's lattice planes breathe: d(t) along a track, smoothed.
///
/// The distance of planes walks at random; the strength of the walk is the most likely one for the track, and the
/// smoother of Rauch, Tung & Striebel gives the estimate for every frame given all of them.
public struct GrainHistory: Sendable, Hashable {
  /// Middles of the exposures, in seconds.
  public let times: [Double]
  /// Measured distances of planes and their standard uncertainties, in metres.
  public let measured, measuredSigma: [Double]
  /// Smoothed distances of planes and their standard uncertainties, in metres.
  public let smoothed, smoothedSigma: [Double]
  /// Standard deviation of the walk after one second, in metres.
  public let walk: Double

  /// - Parameters:
  ///   - track: of a spot.
  ///   - wavelength: in metres.
  /// - Throws: ``SpotError`` when the wavelength is not positive or a centroid has no uncertainty.
  public init(_ track: SpotTrack, wavelength: Double) throws(SpotError) {
    try SpotError.require(wavelength > 0, "wavelength", wavelength, "a positive length")
    var measured: [Double] = []
    var sigmas: [Double] = []
    for point in track.points {
      let half = point.spot.twoTheta / 2
      try SpotError.require(half > 0 && half < .pi / 2, "scattering angle", point.spot.twoTheta, "between 0 and pi")
      try SpotError.require(
        point.spot.twoThetaSigma > 0, "uncertainty of a centroid", point.spot.twoThetaSigma, "a positive angle")
      let d = wavelength / (2 * sin(half))
      measured.append(d)
      // dd/d = −cot θ dθ
      sigmas.append(d / tan(half) * point.spot.twoThetaSigma / 2)
    }
    let origin = measured[0]
    let scale = max(measured.map { abs($0 - origin) }.max() ?? 0, sigmas.max() ?? 0)
    let events = track.points.indices.map { index in
      TwoStateSmoother.Event(
        time: track.points[index].time,
        observed: ((measured[index] - origin) / scale, pow(sigmas[index] / scale, 2)))
    }
    var smoother = TwoStateSmoother(
      motion: .walk, strength: 0, prior: .init(mean: .zero, covariance: Matrix2(1e4, 0, 0, 1)))
    if track.points.count > 3 {
      let duration = track.points[track.points.count - 1].time - track.points[0].time
      smoother.chooseStrength(events, in: 1e-8 / duration...1e4 / duration)
    }
    let states = smoother.smooth(events)
    times = track.points.map(\.time)
    self.measured = measured
    measuredSigma = sigmas
    smoothed = states.map { origin + scale * $0.mean.x }
    smoothedSigma = states.map { scale * max($0.covariance.m00, 0).squareRoot() }
    walk = scale * smoother.strength.squareRoot()
  }
}
