public import Crystallography
import Foundation

/// A pattern that helps to find the pattern centre.
public struct CalibrationPattern: Sendable {
  /// All pixels in C order, background taken off.
  public var values: [Float]
  /// Index into the orientations: patterns of one crystal share theirs.
  public var crystal: Int
  /// What the pattern centre depends on linearly, in any unit: nothing for a common centre, the position (x, y) in the scan
  /// for a plane, the travel of a moving screen.
  public var coordinates: [Double]
  /// Known displacement of the pattern centre from the common one (x in widths, y and z in heights of the screen), for
  /// example that of the beam in the scan.
  public var shift: SIMD3<Double>

  public init(values: [Float], crystal: Int, coordinates: [Double] = [], shift: SIMD3<Double> = .zero) {
    (self.values, self.crystal, self.coordinates, self.shift) = (values, crystal, coordinates, shift)
  }
}

/// A pattern centre that several patterns agree on.
public struct PatternCentreSolution: Sendable, Hashable {
  /// The pattern centre where all coordinates and shifts are zero.
  public var centre: PatternCentre
  /// Change of the centre (x, y, z) by each of the coordinates, per unit of it.
  public var slopes: [SIMD3<Double>]
  /// ln(c/a) against the master's cell; 0 where not refined.
  public var logAxialRatio: Double
  /// From the sample's frame to each crystal's.
  public var orientations: [Rotation]
  /// Covariance by rows of: centre (x, y, z), each slope (x, y, z), ln(c/a) where refined.
  public var covariance: [Double]
  /// Normalised correlation of each pattern.
  public var correlations: [Double]
  /// Whether the last step was small against the uncertainty.
  public var isConverged: Bool

  /// The pattern centre of a pattern with given coordinates and shift.
  public func centre(at coordinates: [Double], shift: SIMD3<Double> = .zero) -> PatternCentre {
    var c = SIMD3(centre.x, centre.y, centre.z) + shift
    for (slope, coordinate) in zip(slopes, coordinates) { c += slope * coordinate }
    return PatternCentre(x: c.x, y: c.y, z: c.z)
  }

  /// Standard uncertainties: centre (x, y, z), each slope, ln(c/a) where refined.
  public var uncertainties: [Double] {
    let n = 3 * (1 + slopes.count)
    let size = covariance.count > n * n ? n + 1 : n
    return (0..<size).map { covariance[$0 * size + $0].squareRoot() }
  }
}

/// Refines one pattern centre on many patterns together, with an orientation for each crystal.
///
/// The centre of pattern i is c₀ + Σ_k t_ik s_k + shift_i with coordinates t_ik and slopes s_k (x, y, z). The likelihood of all
/// patterns, each with its own gain, offset and noise,
///
///     Φ = Σ_i N_i/2 ln RSS_i,
///
/// is made least by damped steps of Gauss and Newton. The three unknowns of each crystal are eliminated from the normal
/// equations first, so that the work grows linearly with the patterns. A single pattern leaves centre and orientation strongly
/// correlated; crystals of several orientations, or one crystal at several distances of the screen, do not.
public struct PatternCentreFit: Sendable {
  private let projector: PatternProjector
  private let coarse: PatternProjector?
  private let refinesAxialRatio: Bool
  private let maximumSteps: Int

  /// - Parameters:
  ///   - refinesAxialRatio: whether c/a, the same for all patterns, is refined too.
  ///   - smoothing: standard deviation of the blur of the master for the first steps, in radians; without where 0.
  public init(
    _ projector: PatternProjector, refinesAxialRatio: Bool = false, smoothing: Double = 0, maximumSteps: Int = 50
  ) {
    self.projector = projector
    coarse =
      smoothing > 0
      ? PatternProjector(
        master: projector.master.smoothed(by: smoothing), geometry: projector.geometry, mask: projector.mask) : nil
    self.refinesAxialRatio = refinesAxialRatio
    self.maximumSteps = maximumSteps
  }

  /// The pattern centre that fits all patterns best.
  ///
  /// - Parameters:
  ///   - patterns: all with the same number of coordinates.
  ///   - orientations: a start for each crystal, see ``CalibrationPattern/crystal``.
  ///   - slopes: starts, one for each coordinate; zero where nil.
  /// - Returns: nil where a pattern does not resemble the projected one at the start, or the patterns leave an unknown
  ///   undetermined.
  /// - Precondition: there are patterns, each of a crystal with a start.
  public func fit(
    _ patterns: [CalibrationPattern], orientations: [Rotation], centre: PatternCentre, logAxialRatio: Double = 0,
    slopes: [SIMD3<Double>]? = nil
  ) -> PatternCentreSolution? {
    let coordinates = patterns.first?.coordinates.count ?? 0
    precondition(!patterns.isEmpty, "a pattern centre needs patterns")
    precondition(
      patterns.allSatisfy { orientations.indices.contains($0.crystal) && $0.coordinates.count == coordinates },
      "each pattern has a crystal and as many coordinates as the others")
    precondition(slopes.map { $0.count == coordinates } ?? true, "a slope for each coordinate")
    let values = patterns.map { OrientationRefinement.normalised(projector.mask.values($0.values)) }
    var state = State(
      orientations: orientations, centre: SIMD3(centre.x, centre.y, centre.z),
      slopes: slopes ?? [SIMD3<Double>](repeating: .zero, count: coordinates), logAxialRatio: logAxialRatio)
    if let coarse, let better = climb(state, patterns, values, coarse)?.state { state = better }
    guard let (final, sums, converged) = climb(state, patterns, values, projector),
      let covariance = equations(final, patterns, sums).shared?.inverse()
    else { return nil }
    return PatternCentreSolution(
      centre: PatternCentre(x: final.centre.x, y: final.centre.y, z: final.centre.z), slopes: final.slopes,
      logAxialRatio: final.logAxialRatio, orientations: final.orientations, covariance: covariance,
      correlations: sums.map(\.correlation), isConverged: converged)
  }

  private struct State {
    var orientations: [Rotation]
    var centre: SIMD3<Double>
    var slopes: [SIMD3<Double>]
    var logAxialRatio: Double

    func pose(_ pattern: CalibrationPattern) -> CrystalPose {
      var c = centre + pattern.shift
      for (slope, coordinate) in zip(slopes, pattern.coordinates) { c += slope * coordinate }
      return CrystalPose(
        orientation: orientations[pattern.crystal], patternCentre: PatternCentre(x: c.x, y: c.y, z: c.z),
        logAxialRatio: logAxialRatio)
    }
  }

  private func sums(
    _ state: State, _ patterns: [CalibrationPattern], _ values: [[Float]], _ projector: PatternProjector
  ) -> [PatternSums]? {
    let sums = patterns.indices.map {
      PatternSums(projector, pattern: values[$0], pose: state.pose(patterns[$0]), unknowns: 7)
    }
    return sums.allSatisfy { $0.gain > 0 && $0.patternPower.isFinite && $0.patternPower > 0 } ? sums : nil
  }

  private func misfit(_ sums: [PatternSums]) -> Double {
    // The floor keeps the logarithm of a perfect fit finite: single precision is no better.
    sums.reduce(0) { $0 + Double($1.count) / 2 * log(max($1.residual, 1e-9 * $1.patternPower)) }
  }

  private func climb(
    _ start: State, _ patterns: [CalibrationPattern], _ values: [[Float]], _ projector: PatternProjector
  ) -> (state: State, sums: [PatternSums], converged: Bool)? {
    var state = start
    guard var sums = sums(state, patterns, values, projector) else { return nil }
    var (damping, converged) = (1e-3, false)
    for _ in 0..<maximumSteps where !converged && damping < 1e6 {
      guard let step = equations(state, patterns, sums, damping: damping).step else { return nil }
      let moved = self.moved(state, step)
      let small = step.promise < 0.01
      if let trial = self.sums(moved, patterns, values, projector), misfit(trial) <= misfit(sums) {
        (state, sums) = (moved, trial)
        damping = max(damping / 10, 1e-9)
        converged = small
      } else {
        converged = small
        damping = max(damping * 10, 1e-3)
      }
    }
    return (state, sums, converged)
  }

  private func moved(_ state: State, _ step: Step) -> State {
    var moved = state
    for (index, turn) in step.turns.enumerated() {
      moved.orientations[index] = Rotation(vector: turn) * state.orientations[index]
    }
    func triple(_ k: Int) -> SIMD3<Double> {
      SIMD3(step.shared[3 * k], step.shared[3 * k + 1], step.shared[3 * k + 2])
    }
    moved.centre += triple(0)
    for k in state.slopes.indices { moved.slopes[k] += triple(1 + k) }
    if refinesAxialRatio { moved.logAxialRatio += step.shared.last ?? 0 }
    return moved
  }

  private struct Step {
    var turns: [SIMD3<Double>]
    var shared: [Double]
    /// What the step would gain in Φ were the patterns linear in the unknowns.
    var promise: Double
  }

  /// The normal equations of what all patterns share, after the crystals' own unknowns are eliminated, and their step.
  private func equations(
    _ state: State, _ patterns: [CalibrationPattern], _ sums: [PatternSums], damping: Double = 0
  ) -> (shared: NormalEquations?, step: Step?) {
    let size = 3 * (1 + state.slopes.count) + (refinesAxialRatio ? 1 : 0)
    var shared = NormalEquations(count: size)
    var crystals = state.orientations.map { _ in NormalEquations(count: 3) }
    var mixed = state.orientations.map { _ in [Double](repeating: 0, count: 3 * size) }
    for (pattern, sum) in zip(patterns, sums) {
      let local = sum.equations(Array(0..<7))
      let freedom = Double(max(sum.count - 9, 1))
      let variance = max(sum.residual, 1e-9 * sum.patternPower) / freedom
      let (curve, slope) = (sum.gain * sum.gain / variance, sum.gain / variance)
      // Which of the pattern's own unknowns 3...6 each shared unknown moves, and by how much.
      var moves: [(own: Int, factor: Double)] = []
      for factor in [1] + pattern.coordinates { for axis in 0..<3 { moves.append((3 + axis, factor)) } }
      if refinesAxialRatio { moves.append((6, 1)) }
      for row in 0..<3 {
        crystals[pattern.crystal].right[row] += slope * local.right[row]
        for column in 0..<3 { crystals[pattern.crystal][row, column] += curve * local[row, column] }
        for (k, move) in moves.enumerated() {
          mixed[pattern.crystal][row * size + k] += curve * move.factor * local[row, move.own]
        }
      }
      for (j, first) in moves.enumerated() {
        shared.right[j] += slope * first.factor * local.right[first.own]
        for (k, second) in moves.enumerated() {
          shared[j, k] += curve * first.factor * second.factor * local[first.own, second.own]
        }
      }
    }
    let gradient = shared.right
    for k in 0..<size { shared[k, k] *= 1 + damping }
    var used = Set<Int>()
    for pattern in patterns { used.insert(pattern.crystal) }
    var inverses: [Int: [Double]] = [:]
    for crystal in used.sorted() {
      var own = crystals[crystal]
      for k in 0..<3 { own[k, k] *= 1 + damping }
      guard let inverse = own.inverse() else { return (nil, nil) }
      inverses[crystal] = inverse
      for j in 0..<size {
        for a in 0..<3 {
          var product = 0.0
          for b in 0..<3 { product += mixed[crystal][b * size + j] * inverse[b * 3 + a] }
          shared.right[j] -= product * own.right[a]
          for k in 0..<size { shared[j, k] -= product * mixed[crystal][a * size + k] }
        }
      }
    }
    guard let solution = shared.solution() else { return (nil, nil) }
    var turns = [SIMD3<Double>](repeating: .zero, count: crystals.count)
    var promise = zip(solution, gradient).reduce(0) { $0 + $1.0 * $1.1 } / 2
    for (crystal, inverse) in inverses {
      var right = crystals[crystal].right
      for a in 0..<3 {
        for k in 0..<size { right[a] -= mixed[crystal][a * size + k] * solution[k] }
      }
      for a in 0..<3 {
        for b in 0..<3 { turns[crystal][a] += inverse[a * 3 + b] * right[b] }
        promise += turns[crystal][a] * crystals[crystal].right[a] / 2
      }
    }
    return (shared, Step(turns: turns, shared: solution, promise: promise))
  }
}
