/// A tabulated property, interpolated by monotone cubics: smooth, through every point, and between two points never
/// outside their values, so that a tabulated diffusivity stays positive.
///
/// F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5, 300 (1984), for the slopes at the points.
public struct MaterialTable: Sendable, Hashable {
  /// What holds outside the table.
  public enum Extrapolation: String, Sendable, Hashable, CaseIterable {
    /// The value at its end.
    case held
    /// The straight line along its end's slope.
    case linear
  }

  /// Ascending.
  public let lithiation: [Double]
  public let values: [Double]
  public let beyond: Extrapolation
  private let slopes: [Double]

  /// - Parameters:
  ///   - lithiation: at least two, ascending, finite.
  ///   - values: one for each, finite.
  /// - Throws: `MaterialError.invalidTable` naming the row.
  public init(
    lithiation: [Double], values: [Double], beyond: Extrapolation = .held
  ) throws(MaterialError) {
    guard lithiation.count == values.count else {
      throw .invalidTable(reason: "has \(lithiation.count) lithiations and \(values.count) values; expected as many")
    }
    guard lithiation.count >= 2 else {
      throw .invalidTable(reason: "has \(lithiation.count) rows; expected at least 2, or a constant")
    }
    for row in lithiation.indices {
      guard lithiation[row].isFinite, values[row].isFinite else {
        throw .invalidTable(reason: "row \(row + 1) is \(lithiation[row]), \(values[row]); expected two numbers")
      }
      guard row == 0 || lithiation[row] > lithiation[row - 1] else {
        throw .invalidTable(
          reason:
            "row \(row + 1) has the lithiation \(lithiation[row]) after \(lithiation[row - 1]); expected ascending")
      }
    }
    self.lithiation = lithiation
    self.values = values
    self.beyond = beyond
    slopes = Self.slopes(lithiation, values)
  }

  /// A table written into the program.
  init(rows: [(lithiation: Double, value: Double)]) {
    do {
      try self.init(lithiation: rows.map(\.lithiation), values: rows.map(\.value))
    } catch {
      preconditionFailure(error.description)
    }
  }

  /// Harmonic means of neighbouring chords, weighted by the intervals; zero at an extremum.
  private static func slopes(_ x: [Double], _ y: [Double]) -> [Double] {
    let last = x.count - 1
    func chord(_ interval: Int) -> Double { (y[interval + 1] - y[interval]) / (x[interval + 1] - x[interval]) }
    guard last > 1 else { return [chord(0), chord(0)] }
    var slopes = [Double](repeating: 0, count: x.count)
    for point in 1..<last {
      let (before, after) = (chord(point - 1), chord(point))
      guard before * after > 0 else { continue }
      let (left, right) = (x[point] - x[point - 1], x[point + 1] - x[point])
      let (first, second) = (2 * right + left, right + 2 * left)
      slopes[point] = (first + second) / (first / before + second / after)
    }
    slopes[0] = endSlope(x[1] - x[0], x[2] - x[1], chord(0), chord(1))
    slopes[last] = endSlope(x[last] - x[last - 1], x[last - 1] - x[last - 2], chord(last - 1), chord(last - 2))
    return slopes
  }

  /// The slope of the parabola through three points, held where it would overshoot.
  private static func endSlope(_ near: Double, _ far: Double, _ chord: Double, _ next: Double) -> Double {
    let slope = ((2 * near + far) * chord - near * next) / (near + far)
    guard slope * chord > 0 else { return 0 }
    if chord * next <= 0, slope.magnitude > 3 * chord.magnitude { return 3 * chord }
    return slope
  }

  /// The value and its derivative with respect to lithiation.
  public func valueAndSlope(_ u: Double) -> (value: Double, slope: Double) {
    let last = lithiation.count - 1
    if u < lithiation[0] { return outside(u, end: 0) }
    if u > lithiation[last] { return outside(u, end: last) }
    guard !u.isNaN else { return (.nan, .nan) }
    var (low, high) = (0, last)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lithiation[middle] <= u { low = middle } else { high = middle }
    }
    let width = lithiation[high] - lithiation[low]
    let rise = values[high] - values[low]
    let t = (u - lithiation[low]) / width
    // y = y0 + width (s0 t + b t² + c t³) with the slopes s0 and s1 at the ends.
    let chord = rise / width
    let b = 3 * chord - 2 * slopes[low] - slopes[high]
    let c = slopes[low] + slopes[high] - 2 * chord
    let value = values[low] + width * t * (slopes[low] + t * (b + t * c))
    return (value, slopes[low] + t * (2 * b + 3 * t * c))
  }

  private func outside(_ u: Double, end: Int) -> (value: Double, slope: Double) {
    switch beyond {
    case .held: (values[end], 0)
    case .linear: (values[end] + slopes[end] * (u - lithiation[end]), slopes[end])
    }
  }
}
