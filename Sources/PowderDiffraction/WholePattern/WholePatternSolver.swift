import Crystallography
import Foundation

/// Levenberg and Marquardt's steps over the normal equations of a whole pattern.
struct WholePatternSolver {
  let start: WholePatternModel
  let options: WholePatternOptions
  let layout: WholePatternLayout
  var engine: WholePatternEngine
  var model: WholePatternModel
  var parameters: [Double]
  var cycles = 0
  /// How intensities are found at this stage.
  var method: IntensityMethod

  init(bins: PatternBins, model: WholePatternModel, options: WholePatternOptions) throws(WholePatternError) {
    layout = try WholePatternLayout(model, bins: bins)
    engine = WholePatternEngine(bins: bins, layout: layout, model: model)
    (start, self.model, self.options) = (model, model, options)
    method = model.method
    parameters = layout.parameters(of: model)
  }

  var bins: PatternBins { engine.bins }

  /// Brings the linear parameters to their best values for the places and widths of the model.
  mutating func solveLinear() {
    for index in layout.background..<layout.intensities { parameters[index] = 0 }
    for index in layout.intensities..<layout.count { parameters[index] = 0 }
    engine.evaluate(model, parameters)
    let active = Array(layout.background..<layout.count)
    var (normal, right) = equations(active, restrains: true)
    guard let step = Self.solution(&normal, right, damping: 1e-9) else { return }
    for (order, index) in active.enumerated() { parameters[index] = step[order] }
    if method == .leBail { makePositive() }
  }

  private mutating func makePositive() {
    let largest = parameters[layout.intensities...].reduce(0) { max($0, $1) }
    let floor = largest > 0 ? 1e-4 * largest : 1e-12
    for index in layout.intensities..<layout.count { parameters[index] = max(parameters[index], floor) }
  }

  /// Refines until the steps are below a hundredth of the uncertainties.
  ///
  /// - Parameters:
  ///   - active: the parameters that are refined.
  ///   - isCoarse: whether steps of one uncertainty end it.
  mutating func refine(_ active: [Int], isCoarse: Bool = false) -> WholePatternStatus {
    engine.evaluate(model, parameters)
    var damping = 1e-4
    // Sharing is slow where lines overlap.
    let limit = method == .leBail ? 5 * options.cycles : options.cycles
    for _ in 0..<limit {
      let unshared = engine.chiSquared
      if method == .leBail { share() }
      let shared = unshared - engine.chiSquared
      let before = engine.chiSquared + restraint()
      guard before.isFinite else { return .diverged(reason: "the calculated pattern is not finite") }
      let scale = max(before / Double(max(bins.count - layout.count, 1)), 1e-300) * (isCoarse ? 1e4 : 1)
      let (normal, right) = equations(active, restrains: method == .pawley)
      var isBetter = false
      var gain = 0.0
      var expected = 0.0
      while damping < 1e8 {
        var matrix = normal
        guard let step = Self.solution(&matrix, right, damping: damping) else {
          damping = max(damping * 10, 1e-6)
          continue
        }
        expected = zip(step, right).reduce(0) { $0 + $1.0 * $1.1 }
        var candidate = parameters
        for (order, index) in active.enumerated() { candidate[index] += step[order] }
        if let moved = layout.model(start, with: candidate), isNear(moved) {
          let kept = parameters
          parameters = candidate
          engine.evaluate(moved, candidate)
          let after = engine.chiSquared + restraint()
          if after.isFinite, after <= before + 1e-9 * abs(before) {
            model = moved
            gain = before - after
            isBetter = true
            damping = max(damping / 10, 1e-12)
            break
          }
          parameters = kept
        }
        if expected < 1e-4 * scale { break }
        damping *= 10
      }
      cycles += 1
      if !isBetter {
        engine.evaluate(model, parameters)
        if expected < 1e-2 * scale { return .converged }
        return .diverged(reason: "no step makes the fit better")
      }
      if expected < 1e-4 * scale, gain < 1e-2 * scale, shared < 1e-2 * scale { return .converged }
    }
    return .cycleLimit(cycles: limit)
  }

  /// Whether the cells are still near their start and the lines near theirs.
  private func isNear(_ moved: WholePatternModel) -> Bool {
    for (phase, cell) in moved.phases.enumerated() where layout.cells[phase] != nil {
      let before = layout.systems[phase].values(of: start.phases[phase].cell)
      let after = layout.systems[phase].values(of: cell.cell)
      for (old, new) in zip(before, after) where abs(new / old - 1) > options.maximumCellChange { return false }
    }
    return moved.shifts.allSatisfy { abs($0.amount / $0.kind.scale) < 50 }
  }

  /// Shares the observed intensity out among the reflections, ten times.
  ///
  /// Each intensity is multiplied by Σ w P (y − b) / Σ w P (y_c − b). With Le Bail's own weights w = I / (y_c − b) the
  /// fixed point is that of counts without background; with w = 1/σ² it is the least-squares one under the constraint
  /// that no intensity is negative (Daube-Witherspoon & Muehllehner, IEEE Trans. Med. Imaging 5, 61 (1986)), so that
  /// the uncertainties hold.
  private mutating func share() {
    engine.evaluate(model, parameters, keepsProfiles: true)
    let weights = bins.sigmas.map { 1 / ($0 * $0) }
    let net = zip(bins.intensities, engine.background).map { $0 - $1 }
    let observed = engine.profiles.enumerated().map { order, profile in
      let start = engine.profileStarts[order]
      return profile.indices.reduce(0.0) { $0 + weights[start + $1] * profile[$1] * net[start + $1] }
    }
    for _ in 0..<10 {
      var calculated = [Double](repeating: 0, count: bins.count)
      for (order, profile) in engine.profiles.enumerated() {
        let (start, intensity) = (engine.profileStarts[order], parameters[layout.intensities + order])
        for bin in profile.indices { calculated[start + bin] += intensity * profile[bin] }
      }
      for (order, profile) in engine.profiles.enumerated() {
        let start = engine.profileStarts[order]
        let sum = profile.indices.reduce(0.0) { $0 + weights[start + $1] * profile[$1] * calculated[start + $1] }
        if sum > 0 { parameters[layout.intensities + order] *= max(observed[order] / sum, 0.1) }
      }
    }
    let floor = 1e-6 * parameters[layout.intensities...].reduce(0) { max($0, $1) }
    for index in layout.intensities..<layout.count { parameters[index] = max(parameters[index], floor) }
    engine.evaluate(model, parameters)
  }

  /// Normal matrix and right-hand side over some parameters.
  func equations(_ active: [Int], restrains: Bool) -> (normal: [Double], right: [Double]) {
    let order = active.count
    let count = bins.count
    var normal = [Double](repeating: 0, count: order * order)
    var right = [Double](repeating: 0, count: order)
    engine.columns.withUnsafeBufferPointer { columns in
      engine.residuals.withUnsafeBufferPointer { residuals in
        for i in 0..<order {
          let support = engine.supports[active[i]]
          let first = active[i] * count
          right[i] = Self.dot(columns, first, residuals, 0, support)
          for j in 0...i {
            let range = support.clamped(to: engine.supports[active[j]])
            guard !range.isEmpty else { continue }
            let sum = Self.dot(columns, first, columns, active[j] * count, range)
            normal[i * order + j] = sum
            normal[j * order + i] = sum
          }
        }
      }
    }
    if restrains {
      let places = Dictionary(uniqueKeysWithValues: active.enumerated().map { ($1, $0) })
      for pair in overlaps() {
        guard let i = places[layout.intensities + pair.first], let j = places[layout.intensities + pair.second] else {
          continue
        }
        let misfit = pair.weight * pair.difference
        normal[i * order + i] += pair.weight * pair.perFirst * pair.perFirst
        normal[j * order + j] += pair.weight * pair.perSecond * pair.perSecond
        normal[i * order + j] -= pair.weight * pair.perFirst * pair.perSecond
        normal[j * order + i] -= pair.weight * pair.perFirst * pair.perSecond
        right[i] -= misfit * pair.perFirst
        right[j] += misfit * pair.perSecond
      }
    }
    return (normal, right)
  }

  private static func dot(
    _ a: UnsafeBufferPointer<Double>, _ offsetA: Int, _ b: UnsafeBufferPointer<Double>, _ offsetB: Int,
    _ range: Range<Int>
  ) -> Double {
    guard !range.isEmpty, let baseA = a.baseAddress, let baseB = b.baseAddress else { return 0 }
    let (x, y) = (baseA + offsetA, baseB + offsetB)
    var sum = SIMD8<Double>.zero
    var index = range.lowerBound
    while index + 8 <= range.upperBound {
      let left = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
      let right = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Double>.self)
      sum += left * right
      index += 8
    }
    var total = sum.sum()
    while index < range.upperBound {
      total += x[index] * y[index]
      index += 1
    }
    return total
  }

  /// Two reflections of one phase that nearly coincide.
  private struct Overlap {
    var first, second: Int
    var weight, perFirst, perSecond, difference: Double
  }

  /// Pawley's slack constraint on reflections closer than 0.4 widths: intensities by plane are expected to be equal
  /// within a hundred percent. It decides only what the pattern leaves open.
  private func overlaps() -> [Overlap] {
    guard engine.places.count == layout.groups.count else { return [] }
    let sorted = layout.groups.indices.sorted { engine.places[$0].position < engine.places[$1].position }
    var result: [Overlap] = []
    for (first, second) in zip(sorted, sorted.dropFirst()) {
      guard layout.groups[first].phase == layout.groups[second].phase, engine.places[first].fwhm > 0 else { continue }
      let distance = engine.places[second].position - engine.places[first].position
      guard distance < 0.4 * engine.places[first].fwhm else { continue }
      let (m, n) = (layout.groups[first].multiplicity, layout.groups[second].multiplicity)
      let (a, b) = (parameters[layout.intensities + first] / m, parameters[layout.intensities + second] / n)
      let mean = (abs(a) + abs(b)) / 2
      guard mean > 0 else { continue }
      result.append(
        Overlap(
          first: first, second: second, weight: 1 / (mean * mean), perFirst: 1 / m, perSecond: 1 / n,
          difference: a - b))
    }
    return result
  }

  private func restraint() -> Double {
    method == .pawley ? overlaps().reduce(0) { $0 + $1.weight * $1.difference * $1.difference } : 0
  }

  /// Solves the damped equations; parameters without influence stay.
  static func solution(_ matrix: inout [Double], _ right: [Double], damping: Double) -> [Double]? {
    let order = right.count
    for index in 0..<order {
      let place = index * (order + 1)
      matrix[place] = matrix[place] > 0 ? matrix[place] * (1 + damping) : 1
    }
    return SymmetricSystem(matrix, order: order)?.solve(right)
  }
}
