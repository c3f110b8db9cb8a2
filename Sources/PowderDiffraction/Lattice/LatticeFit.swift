public import Crystallography
import Foundation

/// Lattice parameters of any crystal system from the positions of its lines, by generalised least squares.
///
/// It minimises rᵀ C⁻¹ r over the free parameters of the cell and the shifts, with r the observed minus the calculated
/// positions and C their covariance matrix, by Gauss-Newton steps with analytic derivatives. Lines of an internal
/// standard have a known cell and determine the shifts.
public struct LatticeFit: Sendable, Hashable {
  /// The crystal system.
  public let system: CellSystem
  /// The cell.
  public let cell: UnitCell
  /// The shifts in the order of the request, in radians or metres.
  public let shifts: [Double]
  /// Covariance of the free parameters of the cell followed by the shifts, row by row.
  ///
  /// It follows from the covariance of the positions alone; where ``reducedChiSquared`` is well above one the positions
  /// scatter more than that, and the caller decides what it means.
  public let covariance: [Double]
  /// rᵀ C⁻¹ r, the expectations of shifts included.
  public let chiSquared: Double
  /// Lines and expectations less parameters.
  public let degreesOfFreedom: Int
  /// Observed minus calculated positions, in the unit of the axis.
  public let residuals: [Double]

  /// χ² a degree of freedom; nil without any.
  public var reducedChiSquared: Double? { degreesOfFreedom > 0 ? chiSquared / Double(degreesOfFreedom) : nil }
  /// The free parameters of the cell, in metres and radians.
  public var values: [Double] { system.values(of: cell) }
  /// Standard uncertainties of the free parameters followed by the shifts.
  public var sigmas: [Double] {
    let order = system.count + shifts.count
    return (0..<order).map { covariance[$0 * order + $0].squareRoot() }
  }

  /// - Parameters:
  ///   - lines: the measured lines.
  ///   - covariance: of their positions, row by row.
  ///   - axis: what the positions are.
  ///   - system: the crystal system.
  ///   - start: a cell near the answer.
  ///   - shifts: what to refine beside the cell.
  ///   - wavelength: in metres; not needed for d or q without shifts.
  /// - Throws: ``LatticeError``.
  public init(
    _ lines: [LatticeLine], covariance: [Double], axis: PatternAxis, system: CellSystem, start: UnitCell,
    shifts: [LatticeShift] = [], wavelength: Double? = nil
  ) throws(LatticeError) {
    let problem = try LatticeProblem(
      lines: lines, covariance: covariance, axis: axis, system: system, shifts: shifts, wavelength: wavelength)
    let solution = try problem.solve(from: system.values(of: start) + shifts.map(\.expected))
    self.system = system
    cell = solution.cell
    self.shifts = Array(solution.parameters[system.count...])
    self.covariance = solution.covariance
    chiSquared = solution.chiSquared
    degreesOfFreedom = problem.observationCount - problem.order
    residuals = solution.residuals
  }
}

/// The normal equations of a lattice fit.
struct LatticeProblem {
  struct Solution {
    var parameters: [Double]
    var cell: UnitCell
    var covariance: [Double]
    var chiSquared: Double
    var residuals: [Double]
  }

  let lines: [LatticeLine]
  let axis: PatternAxis
  let system: CellSystem
  let shifts: [LatticeShift]
  let wavelength: Double?
  let order: Int
  let observationCount: Int
  private let weights: [Double]

  init(
    lines: [LatticeLine], covariance: [Double], axis: PatternAxis, system: CellSystem, shifts: [LatticeShift],
    wavelength: Double?
  ) throws(LatticeError) {
    let count = lines.count
    guard covariance.count == count * count else {
      throw .size(what: "elements of the covariance matrix", found: covariance.count, expected: count * count)
    }
    for line in lines {
      try LatticeError.requirePositive(line.position, "the position of line \(line.indices)", "radians, 1/m or metres")
    }
    for shift in shifts {
      try shift.kind.check()
      if let sigma = shift.sigma { try LatticeError.requirePositive(sigma, "the uncertainty of a shift", "its unit") }
    }
    if axis == .twoTheta || !shifts.isEmpty, wavelength == nil { throw .needsWavelength }
    if let wavelength { try LatticeError.requirePositive(wavelength, "the wavelength", "metres") }
    (self.lines, self.axis, self.system, self.shifts) = (lines, axis, system, shifts)
    self.wavelength = wavelength
    order = system.count + shifts.count
    observationCount = count + shifts.count { $0.sigma != nil }
    guard observationCount >= order, count > 0 else { throw .tooFewLines(found: observationCount, needed: order) }
    for i in 0..<count {
      for j in 0..<i {
        let scale = (covariance[i * count + i] * covariance[j * count + j]).squareRoot()
        guard abs(covariance[i * count + j] - covariance[j * count + i]) <= 1e-9 * scale else {
          throw .covariance(what: "the positions")
        }
      }
    }
    guard let factor = SymmetricSystem(covariance, order: count) else { throw .covariance(what: "the positions") }
    weights = factor.inverse
  }

  /// Where a line appears on the axis, and the derivatives of that.
  func model(_ line: LatticeLine, cell: UnitCell, amounts: ArraySlice<Double>) throws(LatticeError) -> (
    Double, [Double]
  ) {
    var derivatives = [Double](repeating: 0, count: order)
    var square: Double
    if let standard = line.standard {
      square = standard.reciprocalMetric.form(line.indices.vector)
    } else {
      let (value, slopes) = system.inverseSquareSpacing(line.indices, cell: cell)
      square = value
      for index in slopes.indices { derivatives[index] = slopes[index] }
    }
    guard square > 0 else { throw .beyondReach(line.indices) }
    let root = square.squareRoot()
    guard let wavelength else {
      let (value, slope) = axis == .latticeSpacing ? (1 / root, -0.5 / (root * square)) : (2 * .pi * root, .pi / root)
      return (value, derivatives.map { $0 * slope })
    }
    let sine = wavelength * root / 2
    guard sine < 1 else { throw .beyondReach(line.indices) }
    var position = 2 * asin(sine)
    var slope = sine / (square * (1 - sine * sine).squareRoot())
    for index in 0..<system.count { derivatives[index] *= slope }
    for (index, shift) in shifts.enumerated() {
      var amount = amounts[amounts.startIndex + index]
      if line.standard != nil, case .transmission = shift.kind { amount += line.place }
      let moved = shift.kind(position, amount)
      for earlier in 0..<system.count + index { derivatives[earlier] *= moved.slope }
      derivatives[system.count + index] = moved.perAmount
      position = moved.position
    }
    guard axis != .twoTheta else { return (position, derivatives) }
    let (s, c) = (sin(position / 2), cos(position / 2))
    let value = axis == .latticeSpacing ? wavelength / (2 * s) : 4 * .pi * s / wavelength
    slope = (axis == .latticeSpacing ? -0.5 : 0.5) * value * c / s
    return (value, derivatives.map { $0 * slope })
  }

  func solve(from start: [Double]) throws(LatticeError) -> Solution {
    let limit = 50
    var parameters = start
    for _ in 0..<limit {
      let (normal, right, _, _) = try equations(parameters)
      guard let factor = SymmetricSystem(normal, order: order) else { throw .undetermined(parameters: names) }
      let step = factor.solve(right)
      // A step in units of its own uncertainty, and of the value itself where that is larger.
      var largest = 0.0
      var damping = 1.0
      for index in 0..<system.count { damping = min(damping, 0.2 * parameters[index] / max(abs(step[index]), 1e-300)) }
      for index in 0..<order {
        parameters[index] += damping * step[index]
        let scale = index < system.count ? parameters[index] : shifts[index - system.count].kind.scale
        largest = max(largest, abs(step[index] / scale))
      }
      guard largest.isFinite else { break }
      if largest < 1e-11 { return try finished(parameters) }
    }
    throw .noConvergence(steps: limit)
  }

  private var names: [String] { system.parameters.map(\.rawValue) + shifts.map(\.kind.name) }

  private func finished(_ parameters: [Double]) throws(LatticeError) -> Solution {
    let (normal, _, chiSquared, residuals) = try equations(parameters)
    guard let factor = SymmetricSystem(normal, order: order), let cell = system.cell(Array(parameters[..<system.count]))
    else { throw .undetermined(parameters: names) }
    return Solution(
      parameters: parameters, cell: cell, covariance: factor.inverse, chiSquared: chiSquared, residuals: residuals)
  }

  private func equations(
    _ parameters: [Double]
  ) throws(LatticeError) -> (normal: [Double], right: [Double], chiSquared: Double, residuals: [Double]) {
    guard let cell = system.cell(Array(parameters[..<system.count])) else {
      throw .undetermined(parameters: names)
    }
    let count = lines.count
    var residuals: [Double] = []
    var jacobian: [[Double]] = []
    for line in lines {
      let (value, slopes) = try model(line, cell: cell, amounts: parameters[system.count...])
      residuals.append(line.position - value)
      jacobian.append(slopes)
    }
    var normal = [Double](repeating: 0, count: order * order)
    var right = [Double](repeating: 0, count: order)
    var chiSquared = 0.0
    for i in 0..<count {
      for j in 0..<count {
        let weight = weights[i * count + j]
        chiSquared += residuals[i] * weight * residuals[j]
        for p in 0..<order {
          right[p] += jacobian[i][p] * weight * residuals[j]
          for q in 0..<order { normal[p * order + q] += jacobian[i][p] * weight * jacobian[j][q] }
        }
      }
    }
    for (index, shift) in shifts.enumerated() {
      guard let sigma = shift.sigma else { continue }
      let p = system.count + index
      let misfit = shift.expected - parameters[p]
      normal[p * order + p] += 1 / (sigma * sigma)
      right[p] += misfit / (sigma * sigma)
      chiSquared += misfit * misfit / (sigma * sigma)
    }
    return (normal, right, chiSquared, residuals)
  }
}
