public import Crystallography

/// A model fitted to a pattern.
public struct PeakFit: Sendable, Hashable {
  /// One estimate for each reflection that lies in a window, by phase and in the order of its reflections.
  public var peaks: [PeakEstimate]
  /// The cells that were fitted.
  public var cells: [PeakCell]
  /// The displacement s of the sample, as a fraction of the distance; 0 ± 0 where there is none.
  public var displacement: PeakValue
  /// What the free parameters are.
  public var parameterNames: [PeakParameter]
  /// The free parameters, in SI units.
  public var parameters: [Double]
  /// Their covariance, row by row; NaN for those that the pattern does not determine.
  public var covariance: [Double]
  /// The covariance of the peaks' 2θ, peaks x peaks, row by row, in square radians.
  public var twoThetaCovariance: [Double]
  /// The covariance of the peaks' spacings, peaks x peaks, row by row, in square metres.
  public var dSpacingCovariance: [Double]
  /// rᵀ V⁻¹ r of the residuals, restraints included.
  public var chiSquare: Double
  /// Bins less free parameters.
  public var freedom: Int
  /// Steps taken.
  public var iterations: Int
  /// Whether the fit came to rest.
  public var isConverged: Bool

  /// χ² over degrees of freedom; NaN without freedom.
  public var reducedChiSquare: Double { freedom > 0 ? chiSquare / Double(freedom) : .nan }

  /// √(χ²/freedom) where it is above one: by how much the scatter exceeds what counts explain, as spots make it.
  ///
  /// Sigmas and covariances here are those of the stated noise and are not multiplied by it.
  public var scatterFactor: Double { reducedChiSquare > 1 ? reducedChiSquare.squareRoot() : 1 }

  /// The estimate of one line; `nil` where the fit has none.
  public func peak(_ phase: String, _ indices: MillerIndices) -> PeakEstimate? {
    peaks.first { $0.phase == phase && $0.indices == indices }
  }
}

/// A fitted cell.
public struct PeakCell: Sendable, Hashable {
  /// The phase it belongs to.
  public var phase: String
  public var cell: UnitCell
  /// Standard uncertainties of the edges, in metres; NaN for an edge that no line determines.
  public var sigmaA, sigmaB, sigmaC: Double
  /// Covariance of a and c, in square metres.
  public var covarianceAC: Double
}

/// What a free parameter of a fit is. Phases, reflections and windows are counted as in the model.
public enum PeakParameter: Sendable, Hashable {
  case background(window: Int, order: Int)
  case intensity(phase: Int, reflection: Int)
  /// Factor on the relative intensities of a phase.
  case intensityScale(phase: Int)
  case position(phase: Int, reflection: Int)
  /// An edge of a cell: 0, 1 or 2 for a, b or c; the first of those that are equal.
  case edge(phase: Int, axis: Int)
  /// Factor on all edges of a cell.
  case cellScale(phase: Int)
  case displacement
  case fwhm(phase: Int, reflection: Int)
  case mixing(phase: Int)
  /// g, in square radians.
  case broadening(phase: Int, reflection: Int)
  /// ε².
  case strain(phase: Int)
}
