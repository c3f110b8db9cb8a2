internal import ArrayMath
internal import Foundation
internal import ImageAnalysis
public import Quantities

/// The sum of every projection over its pixels, and what it tells.
///
/// Parallel projections of a sample that they hold entirely obey the conditions of Helgason and Ludwig. Order 0: the sum is the
/// same in every direction; it is the integral over the volume, and with the pixel's area over rₑλ the number of electrons.
/// Order 1: the centroid moves as axisColumn + x₀ cos θ + y₀ sin θ. A sum that depends on the angle speaks of truncation or of
/// ramps, one that jumps of failed unwrapping: 2π times the pixels that got a turn too much.
///
/// D. Ludwig, Commun. Pure Appl. Math. 19 (1966) 49.
public struct TotalPhase: Sendable {
  /// A projection whose sum lies apart.
  public struct Jump: Sendable, Hashable {
    /// Index of the projection.
    public var view: Int
    /// Its sum less the median of all.
    public var excess: Double
    /// The pixels that, with a turn too much (or, negative, too little), would make that difference.
    public var turnedPixels: Double { excess / (2 * .pi) }
  }

  /// One a projection, with the uncertainties given or, without, 0.
  public let views: [UncertainValue]
  /// The mean over the projections without ``jumps``; its uncertainty is the larger one of what the scatter and what the
  /// uncertainties of the projections give.
  public let mean: UncertainValue
  /// Standard deviation of one projection over the mean, without ``jumps``.
  public let relativeDeviation: Double
  /// Relative change over the span of angles, from a straight line through the sums.
  public let trend: UncertainValue
  /// Relative amplitude of the part that repeats with half a turn, a cos 2θ + b sin 2θ: truncation, or an axis that leans along
  /// the beam.
  public let halfTurnAmplitude: UncertainValue
  /// Horizontal centroid of each projection about the axis, in pixels; NaN where the sum is not positive.
  public let centroids: [Double]
  /// x₀ and y₀ of order 1, in pixels from the axis, and what the axis is off, in pixels.
  public let centroid: (x: Double, y: Double, axis: Double)
  /// Root mean square by which the centroids miss order 1, in pixels.
  public let centroidDeviation: Double
  /// Projections whose sum lies more than five robust standard deviations, and more than 1 %, off the median.
  public let jumps: [Jump]

  /// - Parameters:
  ///   - stack: positive for matter; pixels that are NaN count as 0.
  ///   - uncertainties: of the sums; those that are not finite mark projections without a zero, which are left out of mean,
  ///     trend and centroid.
  /// - Throws: ``TomographyError`` where there is not one uncertainty a projection.
  public init(_ stack: ProjectionStack, uncertainties: [Double]? = nil) throws {
    guard uncertainties.map({ $0.count == stack.count }) ?? true else {
      throw TomographyError.invalid(
        "there are \(uncertainties?.count ?? 0) uncertainties for \(stack.count) projections; give one for each")
    }
    let sums = Self.sums(stack)
    let views = zip(sums, uncertainties ?? Array(repeating: 0, count: sums.count)).map {
      UncertainValue($0.total, uncertainty: $1)
    }
    let geometry = stack.geometry
    let centroids = sums.indices.map { view in
      guard sums[view].total > 0 else { return Double.nan }
      return sums[view].moment / sums[view].total - geometry.axisColumn - geometry.displacements[view].columns
    }
    let known = views.indices.filter { views[$0].uncertainty.isFinite }
    let jumps = Self.jumps(views, known)
    let apart = Set(jumps.map(\.view))
    let good = known.filter { !apart.contains($0) }
    let values = good.map { views[$0].value }
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    let stated = good.reduce(0) { $0 + views[$1].uncertainty * views[$1].uncertainty }
    let angles = good.map { geometry.sense.sign * geometry.angles[$0] }
    let seen = zip(good, angles).filter { centroids[$0.0].isFinite }
    self.views = views
    self.centroids = centroids
    self.jumps = jumps
    self.mean = UncertainValue(mean, uncertainty: max(variance / count, stated / (count * count)).squareRoot())
    relativeDeviation = mean == 0 ? 0 : variance.squareRoot() / abs(mean)
    (trend, halfTurnAmplitude) = Self.dependence(on: angles, values, mean: mean)
    (centroid, centroidDeviation) = Self.order1(seen.map(\.1), seen.map { centroids[$0.0] })
  }

  private static func sums(_ stack: ProjectionStack) -> [(total: Double, moment: Double)] {
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    return stack.pixels.withUnsafeBufferPointer { pixels in
      (0..<stack.count).map { view in
        var (total, moment) = (0.0, 0.0)
        for row in 0..<rows {
          let start = (view * rows + row) * columns
          for column in 0..<columns where pixels[start + column].isFinite {
            let value = Double(pixels[start + column])
            total += value
            moment += value * (Double(column) + 0.5)
          }
        }
        return (total, moment)
      }
    }
  }

  private static func jumps(_ views: [UncertainValue], _ known: [Int]) -> [Jump] {
    guard known.count > 3 else { return [] }
    let sorted = known.map { views[$0].value }.sorted()
    let median = sorted[sorted.count / 2]
    let spread = known.map { abs(views[$0].value - median) }.sorted()
    let deviation = 1.4826 * spread[spread.count / 2]
    return known.filter { abs(views[$0].value - median) > max(5 * deviation, 0.01 * abs(median)) }
      .map { Jump(view: $0, excess: views[$0].value - median) }
  }

  private static func dependence(
    on angles: [Double], _ values: [Double], mean: Double
  ) -> (trend: UncertainValue, amplitude: UncertainValue) {
    let none = UncertainValue(0, uncertainty: .infinity)
    guard mean != 0, let least = angles.min(), let most = angles.max(), most > least else { return (none, none) }
    let span = most - least
    let centre = (least + most) / 2
    let line = LinearFit(angles.map { [1, ($0 - centre) / span] }, values)
    let wave = LinearFit(angles.map { [1, cos(2 * $0), sin(2 * $0)] }, values)
    let trend = line.map {
      UncertainValue($0.coefficients[1] / mean, uncertainty: $0.covariance[1][1].squareRoot() / abs(mean))
    }
    let amplitude = wave.map {
      UncertainValue(
        hypot($0.coefficients[1], $0.coefficients[2]) / abs(mean),
        uncertainty: (($0.covariance[1][1] + $0.covariance[2][2]) / 2).squareRoot() / abs(mean))
    }
    return (trend ?? none, amplitude ?? none)
  }

  private static func order1(
    _ angles: [Double], _ centroids: [Double]
  ) -> (centroid: (x: Double, y: Double, axis: Double), deviation: Double) {
    guard let fit = LinearFit(angles.map { [1, cos($0), sin($0)] }, centroids) else { return ((0, 0, 0), .nan) }
    let squares = zip(angles, centroids).reduce(0) { sum, view in
      let c = fit.coefficients
      let rest = view.1 - c[0] - c[1] * cos(view.0) - c[2] * sin(view.0)
      return sum + rest * rest
    }
    let c = fit.coefficients
    return ((c[1], c[2], c[0]), (squares / Double(centroids.count)).squareRoot())
  }

  /// What a user should hear about it.
  ///
  /// - Parameters:
  ///   - names: of the projections.
  ///   - isPhase: whether a jump can come from unwrapping.
  public func warnings(names: [String], isPhase: Bool) -> [String] {
    var lines = jumps.map { jump in
      let name = jump.view < names.count ? names[jump.view] : "projection \(jump.view + 1)"
      let size = String(format: "%+.3g %% (%+.4g)", 100 * jump.excess / mean.value, jump.excess)
      let cause =
        isPhase
        ? String(
          format: "%.0f pixels unwrapped a turn %@ would do that; ", abs(jump.turnedPixels),
          jump.excess > 0 ? "too far" : "too short")
        : ""
      return "the sum of \(name) is \(size) off the others': \(cause)look at it, or leave it out"
    }
    if views.contains(where: { !$0.uncertainty.isFinite }) {
      let count = views.count { !$0.uncertainty.isFinite }
      lines.append(
        "\(count) of \(views.count) projections have no zero, as no air was found: their sums mean nothing until their ramps "
          + "are fitted to simulated projections")
    }
    if abs(trend.value) > 0.005, abs(trend.value) > 3 * trend.uncertainty {
      lines.append(
        String(
          format:
            "the sum changes by %+.2g %% over the scan: the sample leaves the field, moves or changes, or the light does",
          100 * trend.value))
    }
    if halfTurnAmplitude.value > 0.005, halfTurnAmplitude.value > 4 * halfTurnAmplitude.uncertainty {
      lines.append(
        String(
          format: "the sum swings by %.2g %% with half a turn: the sample may leave the field in some directions",
          100 * halfTurnAmplitude.value))
    }
    return lines
  }
}
