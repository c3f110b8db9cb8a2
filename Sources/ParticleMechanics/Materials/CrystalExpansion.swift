/// How the lattice of a layered cathode changes with lithiation: a(u) and c(u) of its hexagonal cell.
///
/// The strain of a crystal is ε_a (I − ĉ⊗ĉ) + ε_c ĉ⊗ĉ with ε_a = a(u)/a(u_ref) − 1 and ε_c alike. Between the rows of
/// a table both follow a monotone cubic (F. N. Fritsch, R. E. Carlson, SIAM J. Numer. Anal. 17 (1980) 238), so that the
/// strain has a continuous slope and no wiggle that the table lacks; beyond its ends they go on straight.
public struct CrystalExpansion: Sendable, Hashable {
  /// The lithiation without strain.
  public let referenceLithiation: Double
  /// The lithiations between which a and c were measured.
  public let lithiationRange: ClosedRange<Double>

  private let lithiation: [Double]
  /// (a, c) and their derivatives at the rows, in the unit of the table.
  private let lengths: [SIMD2<Double>]
  private let slopes: [SIMD2<Double>]
  /// a and c at the reference.
  private let reference: SIMD2<Double>

  /// Lattice parameters at some lithiations.
  ///
  /// - Parameters:
  ///   - lithiation: strictly ascending or strictly descending.
  ///   - a: the lattice parameter a at each, in any unit of length.
  ///   - c: the lattice parameter c at each.
  ///   - referenceLithiation: where the strain is zero.
  /// - Throws: ``CrystalExpansionError`` when the table is not one of lattice parameters, or the reference is not a
  ///   number from 0 to 1.
  public init(
    lithiation: [Double], a: [Double], c: [Double], referenceLithiation: Double = 1
  ) throws(CrystalExpansionError) {
    guard lithiation.count == a.count, a.count == c.count, a.count >= 2 else {
      throw .unevenTable(lithiations: lithiation.count, a: a.count, c: c.count)
    }
    for row in a.indices where !(a[row] > 0 && c[row] > 0 && a[row].isFinite && c[row].isFinite) {
      throw .invalidLength(row: row, a: a[row], c: c[row])
    }
    let ascends = lithiation[0] < lithiation[lithiation.count - 1]
    let order = ascends ? Array(a.indices) : a.indices.reversed()
    let u = order.map { lithiation[$0] }
    for row in u.indices.dropFirst() where !(u[row] > u[row - 1]) {
      throw .unorderedLithiation(row: order[row], value: u[row], neighbour: u[row - 1])
    }
    guard (0...1).contains(referenceLithiation) else { throw .invalidReference(referenceLithiation) }
    self.init(
      ascending: u, lengths: order.map { SIMD2(a[$0], c[$0]) }, referenceLithiation: referenceLithiation)
  }

  /// Strains that are proportional to the change of lithiation: dε_a/du and dε_c/du.
  public static func linear(
    aStrainPerLithiation: Double, cStrainPerLithiation: Double, referenceLithiation: Double = 1
  ) -> CrystalExpansion {
    let slope = SIMD2(aStrainPerLithiation, cStrainPerLithiation)
    let lengths = [0.0, 1].map { SIMD2(repeating: 1) + ($0 - referenceLithiation) * slope }
    return CrystalExpansion(
      lithiation: [0, 1], lengths: lengths, slopes: [slope, slope], referenceLithiation: referenceLithiation,
      reference: SIMD2(repeating: 1))
  }

  private init(
    lithiation: [Double], lengths: [SIMD2<Double>], slopes: [SIMD2<Double>], referenceLithiation: Double,
    reference: SIMD2<Double>
  ) {
    self.lithiation = lithiation
    self.lengths = lengths
    self.slopes = slopes
    self.referenceLithiation = referenceLithiation
    self.reference = reference
    lithiationRange = lithiation[0]...lithiation[lithiation.count - 1]
  }

  /// A table that is known to be one.
  init(ascending u: [Double], lengths: [SIMD2<Double>], referenceLithiation: Double) {
    let slopes = Self.monotoneSlopes(u, lengths)
    let unscaled = CrystalExpansion(
      lithiation: u, lengths: lengths, slopes: slopes, referenceLithiation: referenceLithiation,
      reference: SIMD2(repeating: 1))
    let reference = unscaled.evaluate(referenceLithiation).length
    self.init(
      lithiation: u, lengths: lengths, slopes: slopes, referenceLithiation: referenceLithiation, reference: reference)
  }

  /// The same lattice, free of strain at another lithiation.
  public func relative(to referenceLithiation: Double) -> CrystalExpansion {
    let reference = evaluate(referenceLithiation).length
    return CrystalExpansion(
      lithiation: lithiation, lengths: lengths, slopes: slopes, referenceLithiation: referenceLithiation,
      reference: reference)
  }

  /// ε_a and ε_c at a lithiation, and their derivatives with respect to it.
  public func callAsFunction(
    _ lithiation: Double
  ) -> (strain: (a: Double, c: Double), slope: (a: Double, c: Double)) {
    let (length, slope, _) = evaluate(lithiation)
    let strain = (length - reference) / reference
    let scaled = slope / reference
    return ((strain.x, strain.y), (scaled.x, scaled.y))
  }

  /// a and c at a lithiation, in the unit of the table.
  public func latticeParameters(_ lithiation: Double) -> (a: Double, c: Double) {
    let length = evaluate(lithiation).length
    return (length.x, length.y)
  }

  /// The second derivatives of ε_a and ε_c with respect to lithiation; they jump at the rows of a table.
  func curvature(_ lithiation: Double) -> (a: Double, c: Double) {
    let curvature = evaluate(lithiation).curvature / reference
    return (curvature.x, curvature.y)
  }

  private func evaluate(_ u: Double) -> (length: SIMD2<Double>, slope: SIMD2<Double>, curvature: SIMD2<Double>) {
    let last = lithiation.count - 1
    if u <= lithiation[0] { return (lengths[0] + (u - lithiation[0]) * slopes[0], slopes[0], .zero) }
    if u >= lithiation[last] { return (lengths[last] + (u - lithiation[last]) * slopes[last], slopes[last], .zero) }
    var (low, high) = (0, last)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lithiation[middle] <= u { low = middle } else { high = middle }
    }
    let width = lithiation[high] - lithiation[low]
    let t = (u - lithiation[low]) / width
    let rise = lengths[high] - lengths[low]
    let left = width * slopes[low]
    let right = width * slopes[high]
    // Hermite's cubic in powers of t.
    let square = 3 * rise - 2 * left - right
    let cube = left + right - 2 * rise
    return (
      lengths[low] + t * (left + t * (square + t * cube)), (left + t * (2 * square + 3 * t * cube)) / width,
      (2 * square + 6 * t * cube) / (width * width)
    )
  }

  /// The slopes at the rows: the weighted harmonic mean of the neighbouring differences where both have one sign, else
  /// zero; at the ends the parabola's through three rows, limited in the same way.
  private static func monotoneSlopes(_ u: [Double], _ values: [SIMD2<Double>]) -> [SIMD2<Double>] {
    let widths = zip(u, u.dropFirst()).map { $1 - $0 }
    let secants = widths.indices.map { (values[$0 + 1] - values[$0]) / widths[$0] }
    guard secants.count > 1 else { return [secants[0], secants[0]] }
    var slopes = [SIMD2<Double>](repeating: .zero, count: u.count)
    for axis in 0..<2 {
      for row in 1..<(u.count - 1) {
        let (before, after) = (secants[row - 1][axis], secants[row][axis])
        guard before * after > 0 else { continue }
        let (first, second) = (2 * widths[row] + widths[row - 1], widths[row] + 2 * widths[row - 1])
        slopes[row][axis] = (first + second) / (first / before + second / after)
      }
      let last = secants.count - 1
      slopes[0][axis] = endSlope(widths[0], widths[1], secants[0][axis], secants[1][axis])
      slopes[u.count - 1][axis] = endSlope(
        widths[last], widths[last - 1], secants[last][axis], secants[last - 1][axis])
    }
    return slopes
  }

  private static func endSlope(_ width: Double, _ next: Double, _ secant: Double, _ nextSecant: Double) -> Double {
    let slope = ((2 * width + next) * secant - width * nextSecant) / (width + next)
    if slope * secant <= 0 { return 0 }
    return secant * nextSecant <= 0 && abs(slope) > 3 * abs(secant) ? 3 * secant : slope
  }
}

/// A table that is not one of lattice parameters.
public enum CrystalExpansionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Columns of different lengths, or fewer than two rows.
  case unevenTable(lithiations: Int, a: Int, c: Int)
  /// A lattice parameter that is not a positive number; rows are counted from 0.
  case invalidLength(row: Int, a: Double, c: Double)
  /// A lithiation that does not go on in the direction of the others.
  case unorderedLithiation(row: Int, value: Double, neighbour: Double)
  case invalidReference(Double)

  public var description: String {
    switch self {
    case .unevenTable(let lithiations, let a, let c):
      """
      the table of lattice parameters has \(lithiations) lithiations, \(a) values of a and \(c) of c; expected the \
      same number of each, at least 2
      """
    case .invalidLength(let row, let a, let c):
      "row \(row + 1) of the lattice parameters has a = \(a) and c = \(c); expected positive numbers"
    case .unorderedLithiation(let row, let value, let neighbour):
      """
      row \(row + 1) of the lattice parameters is at lithiation \(value) beside one at \(neighbour); expected \
      lithiations that only rise or only fall, each once
      """
    case .invalidReference(let value):
      "the reference lithiation of the lattice parameters is \(value); expected a number from 0 to 1"
    }
  }
}
