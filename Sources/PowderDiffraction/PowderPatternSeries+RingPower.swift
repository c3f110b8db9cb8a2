import Foundation

extension PowderPatternSeries {
  /// The patterns with each intensity multiplied by sin 2θ.
  ///
  /// A pattern is the mean intensity of the pixels at an angle, over which the power of a line is spread along its cone:
  /// it shows the line's profile times 1 / sin 2θ, whose maximum lies too low by σ² / tan 2θ for a line of variance σ².
  /// Multiplied, a line has the profile of its power, and the integral over it is the power of the ring over 2π.
  ///
  /// - Throws: ``PatternError`` where a position has no scattering angle, as without a wavelength.
  public func ringPower() throws(PatternError) -> PowderPatternSeries {
    let angles = try PatternCheck.convert(positions, from: axis, to: .twoTheta, wavelength: wavelength)
    let factors = angles.map { sin($0) }
    let bins = binCount
    func scaled(_ values: [Double]) -> [Double] {
      values.indices.map { values[$0] * factors[$0 % bins] }
    }
    return try PowderPatternSeries(
      axis: axis, positions: positions, edges: edges, azimuths: azimuths, azimuthEdges: azimuthEdges,
      frameCount: frameCount, intensities: scaled(intensities), sigmas: sigmas.map(scaled),
      neighbourCovariances: neighbourCovariances.map { covariances in
        covariances.indices.map { index in
          let bin = index % (bins - 1)
          return covariances[index] * factors[bin] * factors[bin + 1]
        }
      }, pixelCounts: pixelCounts, wavelength: wavelength)
  }
}
