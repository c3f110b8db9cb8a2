public import Crystallography
import Foundation

/// Refines an orientation, and on request the pattern centre and c/a, on all pixels of a pattern.
///
/// The normalised correlation of the pattern with the projected master is made as great as it gets, by steps of Gauss and
/// Newton damped after Marquardt (J. SIAM 11, 431 (1963)) with analytic derivatives; see ``PatternSums`` for the equations.
/// With n unknowns and N pixels the residual gives σ² = RSS/(N − n − 2) and the covariance σ² (b² H)⁻¹: true where the
/// master is right and the noise of the pixels independent and of one size; see ``ResidualModel`` for when it is not.
public struct OrientationRefinement: Sendable {
  /// Projects the master on the screen.
  public let projector: PatternProjector
  /// Projects a smoothed master, on which the orientation is refined first: it sees a maximum from farther away.
  public let coarse: PatternProjector?
  /// What is refined beside the orientation.
  public let parameters: RefinedParameters
  /// What the covariance takes the residuals for.
  public let residuals: ResidualModel
  /// The number of steps after which a refinement is given up.
  public let maximumSteps: Int

  private let blocks: PixelBlocks?

  /// - Parameters:
  ///   - smoothing: standard deviation of the blur of the master for the first steps, in radians; without where 0. Half
  ///     the error of the start serves well.
  public init(
    _ projector: PatternProjector, parameters: RefinedParameters = [], smoothing: Double = 0,
    residuals: ResidualModel = .independent, maximumSteps: Int = 30
  ) {
    self.residuals = residuals
    blocks = residuals == .correlated ? PixelBlocks(projector.mask) : nil
    self.projector = projector
    coarse =
      smoothing > 0
      ? PatternProjector(
        master: projector.master.smoothed(by: smoothing), geometry: projector.geometry, mask: projector.mask) : nil
    self.parameters = parameters
    self.maximumSteps = maximumSteps
  }

  /// The pose near a starting one that fits a pattern best.
  ///
  /// - Parameter pattern: all pixels in C order, background taken off.
  /// - Returns: nil where the pattern is constant or not finite, or does not resemble the projected one at the start.
  public func refine(_ pattern: [Float], from orientation: Rotation) -> RefinedPattern? {
    refine(pattern, from: CrystalPose(orientation, in: projector.geometry))
  }

  /// The pose near a starting one that fits a pattern best; see ``refine(_:from:)-(_,Rotation)``.
  public func refine(_ pattern: [Float], from start: CrystalPose) -> RefinedPattern? {
    refine(values: Self.normalised(projector.mask.values(pattern)), from: start)
  }

  /// Values of mean 0 and root mean square 1; as they are where they do not vary or are not finite.
  static func normalised(_ values: [Float]) -> [Float] {
    var (sum, squares) = (0.0, 0.0)
    for value in values { sum += Double(value) }
    let mean = sum / Double(values.count)
    for value in values { squares += (Double(value) - mean) * (Double(value) - mean) }
    let deviation = (squares / Double(values.count)).squareRoot()
    guard deviation > 0, deviation.isFinite else { return values }
    return values.map { Float((Double($0) - mean) / deviation) }
  }

  /// The pose that fits best the normalised values at the pixels of the mask.
  func refine(values: [Float], from start: CrystalPose) -> RefinedPattern? {
    guard let coarse else { return refine(values: values, from: start, parameters, projector) }
    let first = refine(values: values, from: start, [], coarse)
    return refine(values: values, from: first?.pose ?? start, parameters, projector)
  }

  private func refine(
    values: [Float], from start: CrystalPose, _ parameters: RefinedParameters, _ projector: PatternProjector
  ) -> RefinedPattern? {
    let unknowns = parameters.indices
    let needed = (unknowns.last ?? 0) + 1
    let freedom = Double(values.count - unknowns.count - 2)
    var pose = start
    var sums = PatternSums(projector, pattern: values, pose: pose, unknowns: needed)
    guard freedom > 0, sums.patternPower > 0, sums.patternPower.isFinite, sums.gain > 0 else { return nil }
    var (damping, steps, converged) = (1e-3, 0, false)
    var equations = sums.equations(unknowns)
    while steps < maximumSteps && !converged {
      steps += 1
      guard let step = equations.solution(damping: damping) else { return nil }
      let gain = sums.gain
      // What a step without damping would gain if the pattern were linear in the unknowns.
      let promise = zip(equations.solution() ?? step, equations.right).reduce(0) { $0 + $1.0 * $1.1 }
      let moved = Self.pose(pose, moved: step.map { $0 / gain }, unknowns)
      let trial = PatternSums(projector, pattern: values, pose: moved, unknowns: needed)
      let small = promise < 1e-2 * sums.residual / freedom || promise < 1e-9 * sums.patternPower
      if trial.gain > 0, trial.residual <= sums.residual {
        (pose, sums) = (moved, trial)
        equations = sums.equations(unknowns)
        damping = max(damping / 10, 1e-9)
        converged = small
      } else if small {
        converged = true
      } else {
        damping = max(damping * 10, 1e-3)
        if damping > 1e6 { break }
      }
    }
    guard let inverse = equations.inverse() else { return nil }
    var scatter: [Double]?
    if let blocks {
      scatter = sums.scatter(projector, pattern: values, pose: pose, unknowns: unknowns, blocks: blocks)
    }
    let variance = sums.residual / freedom
    let scale = variance / (sums.gain * sums.gain)
    return RefinedPattern(
      pose: pose, correlation: sums.correlation,
      signalToNoise: sums.gain * (sums.modelPower / Double(values.count) / variance).squareRoot(),
      covariance: scatter.map { Self.sandwich(inverse, $0, gain: sums.gain) } ?? inverse.map { $0 * scale },
      parameters: parameters, steps: steps, isConverged: converged)
  }

  /// (b H)⁻¹ S (b H)⁻¹.
  private static func sandwich(_ inverse: [Double], _ scatter: [Double], gain: Double) -> [Double] {
    let n = Int(Double(inverse.count).squareRoot().rounded())
    func product(_ a: [Double], _ b: [Double]) -> [Double] {
      (0..<n * n).map { place in (0..<n).reduce(0) { $0 + a[place / n * n + $1] * b[$1 * n + place % n] } }
    }
    return product(product(inverse, scatter), inverse).map { $0 / (gain * gain) }
  }

  private static func pose(_ pose: CrystalPose, moved step: [Double], _ unknowns: [Int]) -> CrystalPose {
    var all = [Double](repeating: 0, count: 7)
    for (value, index) in zip(step, unknowns) { all[index] = value }
    return pose.moved(
      turn: SIMD3(all[0], all[1], all[2]), centre: SIMD3(all[3], all[4], all[5]), ratio: all[6])
  }
}
