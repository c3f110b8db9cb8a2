public import ArrayMath
internal import Foundation

/// The phase of an object as what is in the beam: electrons in a column, or path through the refractive decrement.
///
/// With n = 1 − δ + iβ and the exit wave exp(ik(n − 1)t), matter takes phase away:
///
///     φ = −(2π/λ) ∫δ dz = −r_e λ ∫n_e dz,
///
/// far from absorption edges; n_e counts Z + f′ electrons an atom.
public struct ElectronDensityThickness: Sendable, Hashable {
  /// The sign of the phase in matter.
  public enum PhaseSign: String, Sendable, Hashable, Codable, CaseIterable {
    /// Matter's phase is negative, as everywhere in this program.
    case matterNegative = "matter-negative"
    /// The conjugate convention of some other programs.
    case matterPositive = "matter-positive"
  }

  /// The classical radius of the electron, in metres (CODATA 2022).
  public static let electronRadius = 2.817_940_320_5e-15

  /// Metres.
  public let wavelength: Double
  /// Relative standard uncertainty of the wavelength.
  public let relativeWavelengthUncertainty: Double
  /// The sign of the phase in matter.
  public let sign: PhaseSign

  /// - Throws: ``ImageAnalysisError`` where the wavelength is not positive or its uncertainty is negative.
  public init(
    wavelength: Double, relativeWavelengthUncertainty: Double = 0, sign: PhaseSign = .matterNegative
  ) throws {
    guard wavelength > 0, wavelength.isFinite, relativeWavelengthUncertainty >= 0 else {
      throw ImageAnalysisError.invalid(
        "a wavelength of \(wavelength) m with a relative uncertainty of \(relativeWavelengthUncertainty); "
          + "give a positive wavelength in metres and an uncertainty from 0")
    }
    self.wavelength = wavelength
    self.relativeWavelengthUncertainty = relativeWavelengthUncertainty
    self.sign = sign
  }

  private var direction: Double { sign == .matterNegative ? -1 : 1 }

  /// ∫n_e dz in electrons per square metre, of a phase in radians that is 0 in air.
  public func electrons(_ phase: Double) -> Double { direction * phase / (Self.electronRadius * wavelength) }

  /// ∫δ dz in metres, of a phase in radians that is 0 in air.
  public func delta(_ phase: Double) -> Double { direction * phase * wavelength / (2 * .pi) }

  /// The standard uncertainty of ``electrons(_:)``, in electrons per square metre.
  ///
  /// - Parameters:
  ///   - phase: radians.
  ///   - phaseUncertainty: the standard uncertainty of the phase, in radians.
  public func electronsUncertainty(_ phase: Double, phaseUncertainty: Double) -> Double {
    hypot(phaseUncertainty, phase * relativeWavelengthUncertainty) / (Self.electronRadius * wavelength)
  }

  /// ∫n_e dz of each pixel, in electrons per square metre; NaN stays.
  public func electrons(_ phase: ScalarImage) -> ScalarImage { phase.map { Float(electrons(Double($0))) } }

  /// ∫δ dz of each pixel, in metres; NaN stays.
  public func delta(_ phase: ScalarImage) -> ScalarImage { phase.map { Float(delta(Double($0))) } }

  /// A number with its standard uncertainty.
  public struct Estimate: Sendable, Hashable {
    public var value: Double
    public var uncertainty: Double
  }

  /// The electrons in an area: the pixel's area times the sum of ∫n_e dz.
  ///
  /// Noise of the pixels adds up in squares; an error of constant and ramp moves all pixels together, and so does one of
  /// the wavelength.
  ///
  /// - Parameters:
  ///   - phase: radians, 0 in air, ramp removed.
  ///   - area: true where pixels are counted; those that are not finite are left out.
  ///   - pixelArea: square metres.
  ///   - ramp: the ramp that was removed, for its uncertainty and the noise in air.
  /// - Throws: ``ImageAnalysisError`` where extents differ.
  public func electrons(
    in phase: ScalarImage, area: Image<Bool>, pixelArea: Double, ramp: PhaseRamp
  ) throws -> Estimate {
    try ImageAnalysisError.requireSameShape(area.shape, phase.shape, "the area")
    var (sum, count, down, right) = (0.0, 0.0, 0.0, 0.0)
    for row in 0..<phase.rows {
      for column in 0..<phase.columns where area[row, column] && phase[row, column].isFinite {
        sum += Double(phase[row, column])
        count += 1
        down += Double(row) - ramp.centreRow
        right += Double(column) - ramp.centreColumn
      }
    }
    let moments = [count, down, right]
    var variance = count * ramp.airDeviation * ramp.airDeviation
    for i in 0..<3 { for j in 0..<3 { variance += moments[i] * ramp.covariance[i][j] * moments[j] } }
    return Estimate(
      value: pixelArea * electrons(sum),
      uncertainty: pixelArea * electronsUncertainty(sum, phaseUncertainty: max(variance, 0).squareRoot()))
  }
}
