import Crystallography
import Foundation

/// How a whole pattern is refined.
public struct WholePatternOptions: Sendable, Hashable {
  /// The most steps.
  public var cycles: Int
  /// A refinement whose cell moves further from its start than this fraction is rejected as diverged.
  public var maximumCellChange: Double
  /// Widths are first multiplied by this, so that lines reach intensity that is away from them; one for a good start.
  public var startBroadening: Double

  public init(cycles: Int = 40, maximumCellChange: Double = 0.03, startBroadening: Double = 1) {
    self.cycles = cycles
    self.maximumCellChange = maximumCellChange
    self.startBroadening = startBroadening
  }
}

extension PowderPattern {
  /// Refines a model of the whole pattern, by Pawley's or Le Bail's method.
  ///
  ///     y(2θ) = Σ b_n T_n + Σ h_j G_j + Σ_k I_k Σ_λ s_λ P(2θ − 2θ_kλ)
  ///
  /// with Chebyshev polynomials T, humps G, reflections k at the places of the cell after the shifts, wavelengths λ of
  /// shares s, and the Thompson-Cox-Hastings pseudo-Voigt P, convolved with the axial divergence. It minimises rᵀ C⁻¹ r
  /// with the tridiagonal covariance C of the bins where the pattern has one, and equal weights where it has no
  /// uncertainties; then all uncertainties are scaled by the goodness of fit.
  ///
  /// - Returns: the result, whose status says whether it may be used.
  /// - Throws: ``WholePatternError`` where the pattern or the model allows no refinement.
  public func refined(
    _ model: WholePatternModel, options: WholePatternOptions = WholePatternOptions()
  ) throws(WholePatternError) -> WholePatternResult {
    try model.check()
    guard options.cycles > 0, options.maximumCellChange > 0, options.startBroadening >= 1 else {
      throw .outOfRange(
        name: "the start broadening", value: options.startBroadening, expected: "one or more, with at least one cycle")
    }
    let bins = try PatternBins(self, model: model)
    guard bins.count > 1 else { throw .tooFewBins(found: bins.count, needed: 2) }
    var solver = try WholePatternSolver(bins: bins, model: model, options: options)
    let layout = solver.layout
    // Positive intensities draw a cell to its lines; free ones may turn negative and leave it beside them.
    let nonlinear = layout.profile.first?.index ?? layout.broadening.first?.index ?? layout.axial ?? layout.background
    let coarse = Array(0..<nonlinear) + Array(layout.background..<layout.intensities)
    solver.method = .leBail
    var factor = options.startBroadening
    while factor > 1.2 {
      solver.engine.widthFactor = factor
      solver.solveLinear()
      _ = solver.refine(coarse, isCoarse: true)
      factor = factor.squareRoot()
    }
    solver.engine.widthFactor = 1
    solver.solveLinear()
    if model.method == .pawley {
      _ = solver.refine(coarse, isCoarse: true)
      solver.method = .pawley
      solver.solveLinear()
    }
    let intensities = model.method == .pawley ? layout.count : layout.intensities
    let status = solver.refine(Array(0..<intensities))
    return solver.result(status)
  }
}

extension WholePatternSolver {
  /// Covariances, quality and warnings at the refined parameters.
  mutating func result(_ status: WholePatternStatus) -> WholePatternResult {
    engine.evaluate(model, parameters)
    var (normal, _) = equations(Array(0..<layout.count), restrains: true)
    let order = layout.count
    var free: [Int] = []
    for index in 0..<order {
      if normal[index * (order + 1)] > 0 { free.append(index) } else { normal[index * (order + 1)] = 1 }
    }
    let quality = FitQuality(
      bins: bins, calculated: engine.calculated, background: engine.background, residuals: engine.residuals,
      parameters: order)
    var warnings: [WholePatternWarning] = []
    for index in 0..<layout.background where !free.contains(index) {
      warnings.append(.atBound(parameter: layout.names[index]))
    }
    var status = status
    // Without uncertainties the scatter about the fit is the only one there is.
    let scale = bins.hasSigmas ? 1 : quality.goodnessOfFit * quality.goodnessOfFit
    var covariance = [Double](repeating: .nan, count: order * order)
    if let factor = SymmetricSystem(normal, order: order) {
      covariance = factor.inverse.map { $0 * scale }
    } else if status == .converged {
      status = .undetermined(parameters: Array(layout.names[..<layout.background]))
    }
    var sigmas = (0..<order).map { covariance[$0 * (order + 1)].squareRoot() }
    for index in 0..<order where normal[index * (order + 1)] == 1 && !free.contains(index) { sigmas[index] = .nan }
    let phases = refinedPhases(covariance, sigmas)
    for (number, phase) in phases.enumerated() where layout.cells[number] != nil {
      let factor = max(quality.goodnessOfFit, 1) * (bins.hasSigmas ? 1 : 1 / max(quality.goodnessOfFit, 1))
      let seen = phase.reflections.count { $0.intensity > 4 * factor * $0.sigma }
      if seen < phase.system.count { warnings.append(.phaseNotSeen(name: phase.name, seen: seen)) }
      for line in phase.reflections where line.intensity < -5 * factor * line.sigma {
        warnings.append(.negativeLine(phase: phase.name, indices: line.indices[0]))
      }
    }
    warnings += unexplained(scale: scale).map { .unexplainedPeak(twoTheta: $0) }
    return WholePatternResult(
      status: status, warnings: warnings, model: model, phases: phases, names: layout.names, values: parameters,
      sigmas: sigmas, quality: quality, positions: bins.positions, observed: bins.intensities,
      calculated: engine.calculated, background: engine.background, cycles: cycles)
  }

  private func refinedPhases(_ covariance: [Double], _ sigmas: [Double]) -> [RefinedPhase] {
    let order = layout.count
    return model.phases.enumerated().map { number, phase in
      let system = layout.systems[number]
      let block: [Double]? = layout.cells[number].map { first in
        (0..<system.count * system.count).map { element in
          covariance[(first + element / system.count) * order + first + element % system.count]
        }
      }
      let reflections = layout.groups.indices.filter { layout.groups[$0].phase == number }.map { index in
        RefinedReflection(
          indices: layout.groups[index].families.map(\.indices),
          multiplicity: layout.groups[index].families.reduce(0) { $0 + $1.multiplicity },
          twoTheta: engine.places[index].position, fwhm: engine.places[index].fwhm,
          intensity: parameters[layout.intensities + index], sigma: sigmas[layout.intensities + index])
      }
      return RefinedPhase(
        name: phase.name, system: system, cell: phase.cell, covariance: block, reflections: reflections)
    }
  }

  /// Where the mean residual over a width stands out by seven of its uncertainties and no line is near.
  private func unexplained(scale: Double) -> [Double] {
    let widths = engine.places.map(\.fwhm).filter { $0 > 0 }.sorted()
    guard !widths.isEmpty, bins.step > 0 else { return [] }
    let width = widths[widths.count / 2]
    let size = max(Int(width / bins.step), 1)
    guard bins.count > 2 * size else { return [] }
    var sum = engine.residuals[..<size].reduce(0, +)
    var found: [(place: Double, height: Double)] = []
    let limit = 7 * (Double(size) * scale).squareRoot()
    for start in 0..<bins.count - size {
      if sum > limit {
        let place = bins.positions[start + size / 2]
        let isLine = engine.places.contains { abs($0.position - place) < 3 * $0.fwhm }
        if !isLine {
          if let last = found.last, place - last.place < 2 * width {
            if sum > last.height { found[found.count - 1] = (place, sum) }
          } else {
            found.append((place, sum))
          }
        }
      }
      sum += engine.residuals[start + size] - engine.residuals[start]
    }
    return found.map(\.place)
  }
}
