internal import Foundation

/// How corrected positions lie to the ones given: R = A R₀ + t, and what is left.
///
/// Such a map has causes of its own: a wrong detector distance scales, motors that are not square shear, a detector that
/// is turned rotates. The fit weighs each position by Huber's rule (full weight within 1.345 robust standard deviations),
/// so that single lost positions do not count.
public struct AffineReport: Sendable, Hashable, Codable {
  /// A number and its standard uncertainty, from the scatter of the residuals.
  public struct Estimate: Sendable, Hashable, Codable {
    public var value: Double
    public var uncertainty: Double

    public init(value: Double, uncertainty: Double) {
      self.value = value
      self.uncertainty = uncertainty
    }
  }

  /// Lengths along the columns' direction (x) after over before.
  public var columnScale: Estimate
  /// Lengths along the rows' direction (y), at right angles to the turned x axis, after over before.
  public var rowScale: Estimate
  /// The turn of the x axis towards the y axis (clockwise as an image is shown), in radians.
  public var rotation: Estimate
  /// How much more the y axis is turned than the x axis, as the tangent: x moves by −`shear` times y.
  public var shear: Estimate
  /// The shift of the positions' mean, in pixels.
  public var shift: PixelShift
  /// √(mean |R − A R₀ − t|²), in pixels, over all positions.
  public var residual: Double
  /// √(mean |R − R₀ − mean|²), in pixels: what was corrected altogether.
  public var correction: Double

  /// Fits the map from `given` to `corrected`; `nil` for fewer than four positions or positions on a line.
  public init?(from given: [PixelPosition], to corrected: [PixelPosition]) {
    guard given.count == corrected.count, given.count >= 4 else { return nil }
    let count = Double(given.count)
    let centre = Self.mean(given)
    let target = Self.mean(corrected)
    let x = given.map { $0.column - centre.column }
    let y = given.map { $0.row - centre.row }
    let u = corrected.map { $0.column - target.column }
    let v = corrected.map { $0.row - target.row }
    shift = PixelShift(row: target.row - centre.row, column: target.column - centre.column)
    correction =
      (zip(zip(x, y), zip(u, v)).reduce(0) {
        let (dx, dy) = ($1.1.0 - $1.0.0, $1.1.1 - $1.0.1)
        return $0 + dx * dx + dy * dy
      } / count).squareRoot()

    var weights = [Double](repeating: 1, count: given.count)
    var fit = Fit()
    var residuals = weights
    for _ in 0..<30 {
      guard let next = Fit(x, y, u, v, weights) else { return nil }
      fit = next
      residuals = given.indices.map { i in
        hypot(u[i] - fit.xx * x[i] - fit.xy * y[i] - fit.x0, v[i] - fit.yx * x[i] - fit.yy * y[i] - fit.y0)
      }
      // The median length of a round normal scatter is 1.1774 standard deviations of one axis.
      let sigma = max(residuals.sorted()[residuals.count / 2] / 1.1774, 1e-12)
      weights = residuals.map { $0 <= 1.345 * sigma ? 1 : 1.345 * sigma / $0 }
    }
    residual = (residuals.reduce(0) { $0 + $1 * $1 } / count).squareRoot()

    // Weighted variance of one axis, six numbers having been fitted to twice as many coordinates as positions.
    let scatter = zip(weights, residuals).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    let variance = scatter / max(2 * weights.reduce(0, +) - 6, 1)
    let parts = Self.parts(fit)
    var uncertainties = [0.0, 0, 0, 0]
    for rows in [false, true] {
      // The coefficients of one coordinate vary together, those of different coordinates do not.
      var slopes: [(Double, Double)] = []
      let step = 1e-6
      var a = fit
      var b = fit
      if rows { a.yx += step } else { a.xx += step }
      if rows { b.yy += step } else { b.xy += step }
      for (part, (along, across)) in zip(parts, zip(Self.parts(a), Self.parts(b))) {
        slopes.append(((along - part) / step, (across - part) / step))
      }
      for (index, slope) in slopes.enumerated() {
        uncertainties[index] +=
          variance
          * (slope.0 * slope.0 * fit.inverse.xx + 2 * slope.0 * slope.1 * fit.inverse.xy
            + slope.1 * slope.1 * fit.inverse.yy)
      }
    }
    let estimates = zip(parts, uncertainties).map { Estimate(value: $0, uncertainty: max($1, 0).squareRoot()) }
    columnScale = estimates[0]
    rowScale = estimates[1]
    rotation = estimates[2]
    shear = estimates[3]
  }

  private static func mean(_ positions: [PixelPosition]) -> PixelPosition {
    let count = Double(max(positions.count, 1))
    return PixelPosition(
      row: positions.reduce(0) { $0 + $1.row } / count, column: positions.reduce(0) { $0 + $1.column } / count)
  }

  /// A = turn by the rotation × [[1, −shear], [0, 1]] × [[columnScale, 0], [0, rowScale]] on (x, y).
  private static func parts(_ fit: Fit) -> [Double] {
    let along = hypot(fit.xx, fit.yx)
    let across = (fit.xx * fit.yy - fit.xy * fit.yx) / along
    let mixed = (fit.xx * fit.xy + fit.yx * fit.yy) / along
    return [along, across, atan2(fit.yx, fit.xx), -mixed / across]
  }

  /// Weighted least squares of u and v over x, y and 1.
  private struct Fit {
    var xx = 1.0
    var xy = 0.0
    var yx = 0.0
    var yy = 1.0
    var x0 = 0.0
    var y0 = 0.0
    /// The inverse of the normal matrix of the slopes.
    var inverse = (xx: 0.0, xy: 0.0, yy: 0.0)

    init() {}

    init?(_ x: [Double], _ y: [Double], _ u: [Double], _ v: [Double], _ w: [Double]) {
      let total = w.reduce(0, +)
      func mean(_ values: [Double]) -> Double { zip(w, values).reduce(0) { $0 + $1.0 * $1.1 } / total }
      let (mx, my, mu, mv) = (mean(x), mean(y), mean(u), mean(v))
      var (sxx, sxy, syy, sxu, syu, sxv, syv) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for i in x.indices {
        let (dx, dy, du, dv) = (x[i] - mx, y[i] - my, u[i] - mu, v[i] - mv)
        sxx += w[i] * dx * dx
        sxy += w[i] * dx * dy
        syy += w[i] * dy * dy
        sxu += w[i] * dx * du
        syu += w[i] * dy * du
        sxv += w[i] * dx * dv
        syv += w[i] * dy * dv
      }
      let determinant = sxx * syy - sxy * sxy
      guard determinant > 1e-9 * (sxx + syy) * (sxx + syy) else { return nil }
      inverse = (syy / determinant, -sxy / determinant, sxx / determinant)
      xx = inverse.xx * sxu + inverse.xy * syu
      xy = inverse.xy * sxu + inverse.yy * syu
      yx = inverse.xx * sxv + inverse.xy * syv
      yy = inverse.xy * sxv + inverse.yy * syv
      x0 = mu - xx * mx - xy * my
      y0 = mv - yx * mx - yy * my
    }
  }
}
