public import Crystallography

/// How a refinement ended.
public enum WholePatternStatus: Sendable, Hashable, CustomStringConvertible {
  /// The last step was below a hundredth of the standard uncertainties.
  case converged
  /// The cycles ran out.
  case cycleLimit(cycles: Int)
  /// No step made the fit better before that, or a cell left the neighbourhood of its start.
  case diverged(reason: String)
  /// These parameters have no influence on the pattern, or only together with others.
  case undetermined(parameters: [String])

  public var description: String {
    switch self {
    case .converged: "converged"
    case .cycleLimit(let cycles): "not converged within \(cycles) cycles"
    case .diverged(let reason): "diverged: \(reason)"
    case .undetermined(let parameters): "the pattern does not determine \(parameters.joined(separator: ", "))"
    }
  }
}

/// What is doubtful about a refinement that ended well.
public enum WholePatternWarning: Sendable, Hashable, CustomStringConvertible {
  /// Fewer reflections of a phase are seen at four standard uncertainties than its cell has parameters.
  case phaseNotSeen(name: String, seen: Int)
  /// There is intensity where no phase has a line, at this angle in radians.
  case unexplainedPeak(twoTheta: Double)
  /// A line of a phase whose cell is refined is negative by more than five uncertainties: the cell sits beside the lines.
  case negativeLine(phase: String, indices: MillerIndices)
  /// A width is at zero, where it has no uncertainty.
  case atBound(parameter: String)

  public var description: String {
    switch self {
    case .phaseNotSeen(let name, let seen):
      "phase \(name) is not seen: \(seen) of its reflections stand out; its cell means nothing"
    case .unexplainedPeak(let twoTheta): "a peak at \(twoTheta * 180 / .pi) deg belongs to no phase"
    case .negativeLine(let phase, let indices):
      "line \(indices) of phase \(phase) is negative; its cell may sit beside the lines, start nearer or with broader ones"
    case .atBound(let parameter): "\(parameter) is at its bound and has no uncertainty"
    }
  }
}

/// A line of a refined pattern: families of planes that coincide exactly share one intensity.
public struct RefinedReflection: Sendable, Hashable {
  public var indices: [MillerIndices]
  /// Of all families together, Friedel's mates included.
  public var multiplicity: Int
  /// Where the strongest wavelength puts it, shifts included, in radians.
  public var twoTheta: Double
  /// Full width at half maximum, in radians.
  public var fwhm: Double
  /// Integrated intensity in the unit of the pattern times radians.
  public var intensity: Double
  /// Its standard uncertainty.
  public var sigma: Double
}

/// A phase after refinement.
public struct RefinedPhase: Sendable, Hashable {
  public var name: String
  public var system: CellSystem
  public var cell: UnitCell
  /// Covariance of the free parameters of the cell, row by row; nil for a known cell.
  public var covariance: [Double]?
  public var reflections: [RefinedReflection]

  /// Standard uncertainties of the free parameters; nil for a known cell.
  public var sigmas: [Double]? {
    covariance.map { matrix in (0..<system.count).map { matrix[$0 * (system.count + 1)].squareRoot() } }
  }
}

/// The result of a whole-pattern refinement.
///
/// All uncertainties are those of counting statistics alone, from the inverse of the normal matrix with all intensities
/// free, whatever the method. Where the model does not fit, multiply by ``misfitFactor``.
public struct WholePatternResult: Sendable, Hashable {
  public let status: WholePatternStatus
  public let warnings: [WholePatternWarning]
  /// The model with the refined values: a start for the next pattern.
  public let model: WholePatternModel
  public let phases: [RefinedPhase]
  /// Names, values and standard uncertainties of all refined parameters, SI units.
  public let names: [String]
  public let values, sigmas: [Double]
  public let quality: FitQuality
  /// Angles of the bins used, observed and calculated intensities and background.
  public let positions, observed, calculated, background: [Double]
  /// Steps taken.
  public let cycles: Int

  /// The larger of one and the goodness of fit, times the factor of serial correlation.
  public var misfitFactor: Double { max(quality.goodnessOfFit, 1) * quality.berarLelann }

  /// The value and standard uncertainty of a parameter, nil where it was not refined.
  public subscript(name: String) -> (value: Double, sigma: Double)? {
    names.firstIndex(of: name).map { (values[$0], sigmas[$0]) }
  }

  /// The refined lattice of a hexagonal phase.
  ///
  /// - Throws: ``LatticeError`` where the phase is not hexagonal or its cell not refined.
  public func hexagonalLattice(
    phase: Int = 0, commonErrors: [LatticeCommonError] = []
  ) throws(LatticeError) -> HexagonalLattice {
    let found = phases[phase]
    guard found.system == .hexagonal, let covariance = found.covariance else {
      throw .size(what: "refined parameters of a hexagonal cell", found: 0, expected: 2)
    }
    return try HexagonalLattice(
      a: found.cell.a, c: found.cell.c,
      measurement: LatticeCovariance(aa: covariance[0], ac: covariance[1], cc: covariance[3]),
      commonErrors: commonErrors)
  }
}
