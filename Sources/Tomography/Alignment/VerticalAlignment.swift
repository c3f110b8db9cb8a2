internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Finds heights from the distribution of mass.
///
/// The sum of a projection along a row, m(y), is that of a slice of the sample and does not depend on the angle. Every
/// projection is moved until Σ (m(y + s) − m̄(y) − c − g y)² is least, m̄ the mean of all that are moved already; the constant
/// and the slope keep an offset or a ramp of a projection from moving it. First on whole pixels by the correlation of the
/// slopes, then by Newton's method.
///
/// Projections that fail the mass test are skipped. M. Guizar-Sicairos et al., Opt. Express 19 (2011) 21345.
public struct VerticalAlignment: Sendable, Hashable {
  /// How often the mean is formed anew.
  public var rounds = 6

  public init() {}

  /// - Throws: ``TomographyError`` for fewer than two projections.
  public func align(_ stack: ProjectionStack, threads: Int) throws -> AlignmentStep {
    try align(stack, profiles: ViewProfiles.all(stack, threads: threads), threads: threads)
  }

  func align(_ stack: ProjectionStack, profiles: [ViewProfiles], threads: Int) throws -> AlignmentStep {
    guard stack.count > 1 else {
      throw TomographyError.invalid("there is 1 projection; heights are compared between two or more")
    }
    let used = profiles.indices.filter { !profiles[$0].isEmpty && !profiles[$0].isTruncated }
    var notes = AlignmentStep.notes(profiles, step: "the alignment of heights")
    let skipped = profiles.indices.filter { profiles[$0].isEmpty || profiles[$0].isTruncated }
    var uncertainties = [Double](repeating: .infinity, count: stack.count)
    let rows = stack.shape.rows
    guard used.count >= 2, rows >= 8 else {
      notes.append("heights were not aligned: fewer than two projections, or than eight rows, can be compared")
      return AlignmentStep(
        displacements: stack.geometry.displacements, uncertainties: uncertainties, skipped: skipped, notes: notes)
    }
    let curves = used.map { profiles[$0].mass }
    var shifts = try whole(curves, threads: threads)
    for _ in 0..<rounds {
      let (mean, start) = (Self.mean(curves, shifts), shifts)
      let found = try parallelMap(count: curves.count, threads: threads) { index in
        Self.refined(curves[index], mean: mean, from: start[index])
      }
      shifts = found.map(\.shift)
      for (index, view) in used.enumerated() { uncertainties[view] = found[index].uncertainty }
      let middle = shifts.reduce(0, +) / Double(shifts.count)
      for index in shifts.indices { shifts[index] -= middle }
    }
    let known = Dictionary(uniqueKeysWithValues: zip(used, shifts))
    let all = AlignmentStep.interpolated(known, count: stack.count)
    let displacements = zip(all, stack.geometry.displacements).map { ImageShift(rows: $0, columns: $1.columns) }
    return AlignmentStep(
      displacements: displacements, uncertainties: uncertainties, skipped: skipped, notes: notes)
  }

  /// Displacements on whole pixels: of the first curve's slopes first, then of the mean's.
  private func whole(_ curves: [[Double]], threads: Int) throws -> [Double] {
    let slopes = curves.map { curve in zip(curve.dropFirst(), curve).map { $0 - $1 } }
    var reference = slopes[0]
    var shifts = [Double](repeating: 0, count: curves.count)
    for _ in 0..<3 {
      let goal = reference
      shifts = try parallelMap(count: slopes.count, threads: threads) { index in
        Double(Self.lag(slopes[index], goal))
      }
      let middle = median(shifts).rounded()
      for index in shifts.indices { shifts[index] -= middle }
      reference = Self.mean(slopes, shifts)
    }
    return shifts
  }

  /// Where Σ reference(y) curve(y + lag) is largest.
  private static func lag(_ curve: [Double], _ reference: [Double]) -> Int {
    let count = curve.count
    var (best, height) = (0, -Double.infinity)
    for lag in -count / 2...count / 2 {
      var sum = 0.0
      for y in max(0, -lag)..<min(count, count - lag) { sum += reference[y] * curve[y + lag] }
      if sum > height || (sum == height && abs(lag) < abs(best)) { (best, height) = (lag, sum) }
    }
    return best
  }

  /// The mean of curves that are moved back by their displacements; curves count nothing beyond their ends.
  private static func mean(_ curves: [[Double]], _ shifts: [Double]) -> [Double] {
    let count = curves[0].count
    return (0..<count).map { y in
      var (sum, number) = (0.0, 0)
      for (curve, shift) in zip(curves, shifts) {
        let place = Double(y) + shift
        guard place >= 0, place <= Double(count - 1) else { continue }
        sum += value(curve, place)
        number += 1
      }
      return number > 0 ? sum / Double(number) : 0
    }
  }

  /// Newton's steps towards the least squares of one curve.
  private static func refined(_ curve: [Double], mean: [Double], from start: Double) -> (shift: Double, uncertainty: Double) {
    let count = curve.count
    var (shift, uncertainty) = (start, Double.infinity)
    for _ in 0..<4 {
      // Unknown: the rest of the displacement, a constant and a slope.
      var system = LeastSquaresSum(unknowns: 3)
      for y in 1..<count - 1 {
        let place = Double(y) + shift
        guard place >= 1, place <= Double(count - 2) else { continue }
        let slope = (mean[y + 1] - mean[y - 1]) / 2
        let ramp = Double(y) / Double(count) - 0.5
        system.add([-slope, 1, ramp], value(curve, place) - mean[y])
      }
      guard let solution = system.solved() else { return (start, .infinity) }
      let step = min(max(solution.values[0], -1), 1)
      shift += step
      uncertainty = solution.uncertainties[0]
      if abs(step) < 1e-4 { break }
    }
    return abs(shift - start) > 3 ? (start, .infinity) : (shift, uncertainty)
  }

  /// The value between six neighbours, on a polynomial through them; the ends go on.
  private static func value(_ curve: [Double], _ place: Double) -> Double {
    let below = Int(place.rounded(.down))
    guard place != Double(below) else { return curve[min(max(below, 0), curve.count - 1)] }
    return RowShift.weights(place - Double(below)).enumerated().reduce(0) { sum, tap in
      sum + tap.element * curve[min(max(below - 2 + tap.offset, 0), curve.count - 1)]
    }
  }
}
