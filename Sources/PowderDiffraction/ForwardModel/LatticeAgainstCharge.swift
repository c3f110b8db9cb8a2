import Foundation

/// Lattice parameters a and c of a layered cathode against its state of charge: the truth of a simulated charge.
///
/// Between the points of a table both are monotone cubics (Fritsch & Carlson, SIAM J. Numer. Anal. 17, 238 (1980)):
/// smooth, and without extrema that the table does not have. Beyond its ends they keep the last value.
public struct LatticeAgainstCharge: Sendable, Hashable {
  private enum Law: Sendable, Hashable {
    case table(a: MonotoneCubic, c: MonotoneCubic)
    case smooth
  }
  private let law: Law

  /// - Parameters:
  ///   - stateOfCharge: rising, theoretical scale (charge over mass and specific capacity).
  ///   - a: in metres.
  ///   - c: in metres.
  /// - Throws: ``ForwardModelError`` when the lengths differ, there are fewer than two points, the states do not rise or
  ///   a length is not positive.
  public init(stateOfCharge: [Double], a: [Double], c: [Double]) throws(ForwardModelError) {
    guard stateOfCharge.count > 1 else {
      throw .count(name: "the table of lattice parameters", found: stateOfCharge.count, expected: 2)
    }
    for (name, list) in [("a", a), ("c", c)] {
      guard list.count == stateOfCharge.count else {
        throw .count(name: "lattice parameter \(name)", found: list.count, expected: stateOfCharge.count)
      }
      for value in list { try ForwardModelError.require(value > 0, "lattice parameter \(name)", value, "a length") }
    }
    for index in stateOfCharge.indices {
      try ForwardModelError.require(
        index == 0 || stateOfCharge[index] > stateOfCharge[index - 1], "state of charge \(index) of the table",
        stateOfCharge[index], "a number above the one before")
    }
    law = .table(a: MonotoneCubic(x: stateOfCharge, y: a), c: MonotoneCubic(x: stateOfCharge, y: c))
  }

  private init() { law = .smooth }

  /// NMC811 as a formula of our own, drawn through the behaviour that Märker et al., Chem. Mater. 31, 2545 (2019)
  /// published; within 10⁻³ of their values up to a state of charge of 88 %. It stands in where their table is not at
  /// hand, and is no measurement.
  ///
  ///     a = a0 (1 − 0.0175 s − 0.0274 s² + 0.0018 s³ + 0.0256 s⁴),
  ///     c = c0 (1 + 0.0158 s + 0.0399 s² − 0.0663 [ln(1 + e^((s − 0.85)/0.0883)) − ln(1 + e^(−0.85/0.0883))]).
  public static let nmc811 = LatticeAgainstCharge()

  /// The lattice parameters at a state of charge, in metres.
  public func callAsFunction(_ stateOfCharge: Double) -> (a: Double, c: Double) {
    switch law {
    case .table(let a, let c): return (a(stateOfCharge), c(stateOfCharge))
    case .smooth:
      let s = min(max(stateOfCharge, 0), 0.88)
      func drop(_ s: Double) -> Double { log(1 + exp((s - 0.85) / 0.0883)) }
      let a = 1 + s * (-0.0175 + s * (-0.0274 + s * (0.0018 + s * 0.0256)))
      let c = 1 + s * (0.0158 + s * 0.0399) - 0.0663 * (drop(s) - drop(0))
      return (2.8704e-10 * a, 14.1918e-10 * c)
    }
  }
}

/// A cubic through points whose pieces rise or fall where the points do.
struct MonotoneCubic: Sendable, Hashable {
  private let x, y, slope: [Double]

  /// - Precondition: at least two points, x rising.
  init(x: [Double], y: [Double]) {
    var secants: [Double] = []
    for k in 1..<x.count { secants.append((y[k] - y[k - 1]) / (x[k] - x[k - 1])) }
    var slope = [secants[0]]
    for k in 1..<x.count - 1 {
      let (before, after) = (secants[k - 1], secants[k])
      guard before * after > 0 else {
        slope.append(0)
        continue
      }
      // The weighted harmonic mean lies within the region where a cubic is monotone.
      let (h, g): (Double, Double) = (x[k] - x[k - 1], x[k + 1] - x[k])
      let inverse: Double = (2 * g + h) / before + (g + 2 * h) / after
      slope.append(3 * (h + g) / inverse)
    }
    slope.append(secants[secants.count - 1])
    self.slope = slope
    (self.x, self.y) = (x, y)
  }

  func callAsFunction(_ value: Double) -> Double {
    guard value > x[0] else { return y[0] }
    guard value < x[x.count - 1] else { return y[y.count - 1] }
    var low = 0
    var high = x.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if x[middle] <= value { low = middle } else { high = middle }
    }
    let width = x[high] - x[low]
    let t = (value - x[low]) / width
    let rest = 1 - t
    let first: Double = y[low] * (1 + 2 * t) * rest * rest
    let last: Double = y[high] * t * t * (3 - 2 * t)
    let bend: Double = slope[low] * rest - slope[high] * t
    return first + last + width * t * rest * bend
  }
}
