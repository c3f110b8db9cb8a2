internal import ArrayMath
internal import Foundation

/// Matter that leaves the field to the left or right, and about how much of it is missing.
///
/// A row leaves the field where its two outermost measured pixels show matter: their mean is above five standard deviations of the
/// noise and above 3 % of what the middle of the stack's matter shows. What lies beyond is guessed from how the projection falls
/// towards the edge: the square of a chord through an ellipsoid is a polynomial of second degree in the distance s from the edge,
///
///     p² = A + B s + C s²,   B > 0,
///
/// fitted over the outer pixels; what is missing is ∫ √(A + B s + C s²) ds from the zero to the edge. Where matter does not fall
/// towards the edge, as along a needle that lies across, nothing can be said and nothing is added.
public struct Truncation: Sendable, Hashable {
  /// One projection.
  public struct View: Sendable, Hashable {
    /// Rows whose left and right edge show matter.
    public var leftRows: Int
    public var rightRows: Int
    /// What is missing of the projection's sum; 0 where it could not be told.
    public var missing: Double
    /// Rows that leave the field but do not fall towards it.
    public var untold: Int
    /// Whether the projection counts as truncated: at least three rows and 1 % of all.
    public var isTruncated: Bool
  }

  /// In the order of the stack.
  public let views: [View]
  /// Missing sum over the mean sum of all projections with what is missing added: by how much a mass from the sums is too small.
  public let missingPart: Double
  /// By how much the sums of truncated projections lie below those of the others, nil where fewer than three are of either kind.
  public let deficit: Double?

  /// Indices of the truncated projections.
  public var truncated: [Int] { views.indices.filter { views[$0].isTruncated } }

  /// - Parameters:
  ///   - stack: positive for matter, 0 in air.
  ///   - noise: standard deviation of a pixel, one a projection; nil without noise.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where there is not one noise a projection.
  public init(_ stack: ProjectionStack, noise: [Double]? = nil, threads: Int) throws {
    guard noise.map({ $0.count == stack.count }) ?? true else {
      throw TomographyError.invalid(
        "there are \(noise?.count ?? 0) values of noise for \(stack.count) projections; give one for each")
    }
    let least = 0.03 * Self.level(stack)
    let found = try parallelMap(count: stack.count, threads: threads) { view in
      Self.look(at: view, of: stack, noise: noise?[view] ?? 0, least: least)
    }
    let views = found.map(\.view)
    self.views = views
    let totals = found.map(\.total)
    let (sum, missing) = (totals.reduce(0, +), views.reduce(0) { $0 + $1.missing })
    missingPart = sum + missing > 0 ? missing / (sum + missing) : 0
    let cut = views.indices.filter { views[$0].isTruncated }.map { totals[$0] }
    let whole = views.indices.filter { !views[$0].isTruncated }.map { totals[$0] }
    if cut.count >= 3, whole.count >= 3, whole.reduce(0, +) > 0 {
      deficit = 1 - cut.reduce(0, +) / Double(cut.count) / (whole.reduce(0, +) / Double(whole.count))
    } else {
      deficit = nil
    }
  }

  /// What matter shows: the mean of the pixels above half the largest.
  private static func level(_ stack: ProjectionStack) -> Double {
    var largest: Float = 0
    for pixel in stack.pixels where pixel.isFinite && pixel > largest { largest = pixel }
    var (sum, count) = (0.0, 0.0)
    for pixel in stack.pixels where pixel > largest / 2 { (sum, count) = (sum + Double(pixel), count + 1) }
    return count > 0 ? sum / count : 0
  }

  private static func look(
    at view: Int, of stack: ProjectionStack, noise: Double, least: Double
  ) -> (view: View, total: Double) {
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    let outer = 2
    let reach = max(8, min(32, columns / 8))
    let threshold = max(5 * noise / Double(outer).squareRoot(), least)
    var result = View(leftRows: 0, rightRows: 0, missing: 0, untold: 0, isTruncated: false)
    var (total, measuredRows) = (0.0, 0)
    stack.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<rows {
        let start = (view * rows + row) * columns
        var (first, last) = (columns, -1)
        for column in 0..<columns where pixels[start + column].isFinite {
          total += Double(pixels[start + column])
          (first, last) = (min(first, column), column)
        }
        guard last - first >= 2 * outer else { continue }
        measuredRows += 1
        for isLeft in [true, false] {
          func value(_ distance: Int) -> Double {
            Double(pixels[start + (isLeft ? first + distance : last - distance)])
          }
          let edge = (0..<outer).reduce(0) { $0 + value($1) } / Double(outer)
          guard edge > threshold else { continue }
          if isLeft { result.leftRows += 1 } else { result.rightRows += 1 }
          let depth = min(reach, (last - first) / 2)
          if let lost = missing((0..<depth).map(value), noise: noise) {
            result.missing += lost
          } else {
            result.untold += 1
          }
        }
      }
    }
    result.isTruncated = result.leftRows + result.rightRows >= max(3, measuredRows / 100)
    if !result.isTruncated { result.missing = 0 }
    return (result, total)
  }

  /// What lies beyond the edge of a row, from its outer pixels, the outermost first; nil where they do not fall to the edge.
  private static func missing(_ values: [Double], noise: Double) -> Double? {
    let squares = values.map { $0 * $0 - noise * noise }
    let places = values.indices.map { Double($0) + 0.5 }
    guard squares.allSatisfy(\.isFinite) else { return nil }
    for degree in [2, 1] {
      guard let fit = LinearFit(places.map { degree == 2 ? [1, $0, $0 * $0] : [1, $0] }, squares) else { continue }
      let (a, b, c) = (fit.coefficients[0], fit.coefficients[1], degree == 2 ? fit.coefficients[2] : 0)
      // A chord is convex towards the outside; noise that makes it otherwise leaves the straight line.
      guard a > 0, b > 0, c <= 0 else { continue }
      let zero = c == 0 ? a / b : 2 * a / (b + (b * b - 4 * a * c).squareRoot())
      guard zero < 2 * Double(values.count) else { continue }
      // With s = zero (v² − 1) the integrand has no root at its end.
      let steps = 64
      return (0..<steps).reduce(0) { sum, step in
        let v = (Double(step) + 0.5) / Double(steps)
        let s = zero * (v * v - 1)
        let height = max(a + b * s + c * s * s, 0).squareRoot()
        return sum + height * 2 * v * zero / Double(steps)
      }
    }
    return nil
  }

  /// What a user should hear about it; nil where nothing leaves the field.
  public var warning: String? {
    guard !truncated.isEmpty else { return nil }
    let rows = truncated.map { views[$0].leftRows + views[$0].rightRows }.max() ?? 0
    var line =
      "the sample leaves the field to the left or right in \(truncated.count) of \(views.count) projections (in up to \(rows) "
      + "edges of rows)"
    if missingPart > 0 {
      line += String(
        format: ": about %.2g %% of it is missing from the sums, and a mass from them is too small by that",
        100 * missingPart)
    }
    if let deficit {
      line += String(format: "; the sums of those lie %.2g %% below the others'", 100 * deficit)
    }
    if truncated.contains(where: { views[$0].untold > 0 }) {
      line += "; some rows do not fall towards the edge, as along a mount, and how much is missing there is unknown"
    }
    return line
  }
}
