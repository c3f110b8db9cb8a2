import Foundation

/// A point on a ring, and how far the calibrated geometry is from it.
public struct CalibrationControlPoint: Sendable, Hashable {
  /// Which frame it lies on.
  public var frame: Int
  /// Which ring of the calibrant.
  public var ring: Int
  /// Place on the image, in pixels; the centre of pixel (i, j) is (i + 1/2, j + 1/2).
  public var row, column: Double
  /// Azimuth χ, in radians.
  public var azimuth: Double
  /// 2θ of the geometry there less that of the ring, in radians.
  public var residual: Double
  /// Standard deviation of the point from its counts, in radians of 2θ.
  public var sigma: Double
  /// Height of the line, in counts, with its standard deviation.
  public var height, heightSigma: Double
  /// Weight in the last step of the fit, 0...1; 0 for an outlier.
  public var weight: Double
}

/// What the points of one ring say.
public struct RingSummary: Sendable, Hashable {
  /// Which frame, and which ring of the calibrant.
  public var frame: Int
  public var ring: Int
  /// 2θ by Bragg's law, in radians.
  public var twoTheta: Double
  /// Points used, and sectors in which the plate sees the ring.
  public var points: Int
  public var sectors: Int
  /// Full width at half maximum, pixels taken out, in radians, and the share of a Lorentzian in the line.
  public var width: Double
  public var lorentzian: Double
  /// Weighted mean height of the line over the local background, in counts.
  public var height: Double
  public var background: Double
  /// Residual = c0 + c1 cos χ + c2 sin χ + c3 cos 2χ + c4 sin 2χ, in radians: the constant shows an error of distance or
  /// wavelength, the first harmonic one of the centre, the second one of the tilt. Only the constant where the ring
  /// covers too little azimuth for the rest.
  public var harmonics: [Double]
  /// Their standard deviations.
  public var harmonicSigmas: [Double]
  /// Mean residual and root mean square, in radians.
  public var meanResidual: Double
  public var rmsResidual: Double
}

/// Mean residuals over the plate.
public struct ResidualMap: Sendable, Hashable {
  /// Cells along rows and columns of the image.
  public var rows, columns: Int
  /// Weighted mean residual of each cell, in radians, C order; NaN where there is no point.
  public var mean: [Double]
  /// Its standard deviation, in radians.
  public var sigma: [Double]
}

/// A calibrated detector, with all that tells how far to trust it.
public struct CalibrationResult: Sendable {
  /// Where the plate stands, its pixels with their orientation, and the wavelength of the first frame.
  public var geometry: DetectorGeometry
  /// The parameters in the order of ``covariance``: all of ``CalibrationParameter``.
  public var parameters: [CalibrationParameter] { CalibrationParameter.allCases }
  /// What was determined; rows and columns of what was held are zero in the covariances.
  public var free: Set<CalibrationParameter>
  /// In PONI terms: distance, poni1, poni2 (metres), rotation1, rotation2 (radians), factor on the wavelength, stage drift
  /// along axes 1 and 2 (metres per metre); 8 x 8, row by row. Rotation 3 is not determined by rings.
  public var covariance: [Double]
  /// The same for distance along the beam, beam centre along axes 1 and 2 (metres), components of the beam's direction
  /// along axes 1 and 2 of the plate (sine of the tilt), factor on the wavelength, stage drifts.
  public var beamCovariance: [Double]
  /// Distance along the beam, beam centre and components of the beam's direction, as in ``beamCovariance``.
  public var beamParameters: [Double]
  /// Factor on the wavelengths of all frames; 1 unless it was determined.
  public var wavelengthScale: Double
  /// Shift of the beam on the plate for each metre of the stage.
  public var stageDrift: (axis1: Double, axis2: Double)
  /// All points, outliers among them with weight 0.
  public var points: [CalibrationControlPoint]
  public var rings: [RingSummary]
  public var residualMap: ResidualMap
  /// χ² of the points used, and degrees of freedom.
  public var chiSquare: Double
  public var freedom: Int
  /// Scatter of the points beyond their counts, in radians of 2θ: spottiness, distortion of the plate, misplaced modules.
  public var excessScatter: Double
  /// The eight image transforms and what the data say of each.
  public var transforms: [ImageTransformVerdict]
  /// Share of the intensity above background that the rings explain, 0...1.
  public var explainedIntensity: Double
  /// Correlation of the frame's ridges with the rings, −1...1: both unexplained ridges and absent rings lower it.
  public var ringCorrelation: Double
  /// What the user should look at, in words.
  public var warnings: [String]

  /// Standard deviations of ``parameters``.
  public var sigmas: [Double] { (0..<8).map { covariance[$0 * 9].squareRoot() } }

  /// Correlations of ``parameters``, 8 x 8; zero where one was held.
  public var correlation: [Double] { Self.correlation(covariance) }

  /// Correlations of ``beamParameters``, 8 x 8; zero where one was held.
  public var beamCorrelation: [Double] { Self.correlation(beamCovariance) }

  private static func correlation(_ matrix: [Double]) -> [Double] {
    (0..<64).map { index in
      let product = matrix[index / 8 * 9] * matrix[index % 8 * 9]
      return product > 0 ? matrix[index] / product.squareRoot() : 0
    }
  }
}
