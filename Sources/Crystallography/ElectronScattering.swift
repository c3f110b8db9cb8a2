import Foundation

/// How an atom scatters fast electrons.
///
/// The amplitude follows from the X-ray form factor f0 of the neutral atom by the formula of Mott and Bethe,
///
///     f(s) = (Z − f0(s)) / (8π² a0 s²),  s = sin θ/λ = 1/(2d),
///
/// with a0 the Bohr radius. Near s = 0 it is a difference of nearly equal numbers, so f0 is expressed by a sum of
/// Gaussians first; the amplitude then has the form of Weickenmeier and Kohl (Acta Cryst. A47, 590 (1991)),
///
///     f(s) = s⁻² Σ A_i (1 − exp(−B_i s²)),  f(0) = Σ A_i B_i.
///
/// The B_i form a geometric series from 0.01 to 328 Å²; the A_i are the least-squares fit to the values of xraylib for
/// s from 0.03 to 12 Å⁻¹, with the same weight for each relative error of f. The fit follows the table to 0.15 % (r.m.s.).
/// Amplitudes are those of electrons at rest: multiply by ``ElectronBeam/lorentzFactor(kiloelectronvolts:)``.
public struct ElectronScattering: Sendable, Hashable {
  public let element: ChemicalElement
  /// A_i in 1/m and B_i in m².
  let weights, widths: [Double]

  /// The Bohr radius, in metres (CODATA 2018).
  static let bohrRadius = 5.29177210903e-11

  /// - Throws: ``CrystallographyError/atomicData(_:)`` where the library has no form factor.
  public init(_ element: ChemicalElement) throws(CrystallographyError) {
    self.element = element
    let charge = Double(element.atomicNumber)
    let widths = (0..<16).map { 0.01e-20 * exp2(Double($0)) }
    // 1 − f0/Z = Σ a_i (1 − exp(−B_i s²)) with Σ a_i = 1, which the last row of weight 3 asks for.
    var normal = [[Double]](repeating: [Double](repeating: 0, count: widths.count), count: widths.count)
    var right = [Double](repeating: 0, count: widths.count)
    func add(_ row: [Double], _ value: Double) {
      for i in row.indices {
        right[i] += row[i] * value
        for j in row.indices { normal[i][j] += row[i] * row[j] }
      }
    }
    for step in 0...120 {
      let s = 0.03e10 * pow(400, Double(step) / 120)
      let formFactor = try AtomicScattering.formFactor(element, sinThetaOverWavelength: s)
      let scattered = 1 - formFactor / charge
      add(widths.map { -expm1(-$0 * s * s) / scattered }, 1)
    }
    add([Double](repeating: 3, count: widths.count), 3)
    // Neighbouring Gaussians look alike; a little damping keeps their weights small.
    for i in widths.indices { normal[i][i] += 1e-6 }
    let shares = Self.solution(normal, right)
    self.widths = widths
    weights = shares.map { $0 * charge / (8 * .pi * .pi * Self.bohrRadius) }
  }

  /// The amplitude of an atom at rest, in metres.
  ///
  /// - Parameter s: sin θ/λ = 1/(2d), in 1/m.
  public func amplitude(sinThetaOverWavelength s: Double) -> Double {
    let square = s * s
    var sum = 0.0
    for (weight, width) in zip(weights, widths) {
      let x = width * square
      // (1 − exp(−x))/x, by its series where the difference would cancel.
      sum += weight * width * (x < 1e-5 ? 1 - x / 2 : -expm1(-x) / x)
    }
    return sum
  }

  /// The amplitude that thermal diffuse scattering takes out of a reflection, in metres: the imaginary counterpart of
  /// ``amplitude(sinThetaOverWavelength:)``, to be multiplied by the same Debye-Waller factor.
  ///
  ///     f′(s) = 2h/(β m0 c) ∫ f(|q|) f(|s − q|) (1 − exp(−2B (q² − q·s))) d²q
  ///
  /// of an atom that moves independently of its neighbours (Hall and Hirsch, Proc. R. Soc. A 286, 158 (1965); Bird and
  /// King, Acta Cryst. A46, 202 (1990)), over the plane of scattering vectors. Here q and s are sin θ/λ as vectors.
  ///
  /// - Parameters:
  ///   - s: sin θ/λ of the reflection, in 1/m.
  ///   - displacement: the mean square displacement U along a direction, in m².
  ///   - energy: of the electrons, in keV.
  public func absorption(
    sinThetaOverWavelength s: Double, displacement: Double, kiloelectronvolts energy: Double
  ) -> Double {
    let b = 8 * .pi * .pi * displacement
    // The integrand is the same at q and s − q: twice the half plane nearer to 0, twice the half of positive angles.
    let (angles, nodes) = (48, Self.nodes)
    let scale = 0.3e10
    var sum = 0.0
    for step in 0..<angles {
      let cosine = cos(.pi * (Double(step) + 0.5) / Double(angles))
      let limit = cosine > 0 ? s / (2 * cosine) : .infinity
      // r = scale · t/(1 − t) brings infinity to t = 1.
      let end = limit.isFinite ? limit / (limit + scale) : 1
      for node in nodes {
        let t = node.place * end
        let r = scale * t / (1 - t)
        let other = max(0, r * r + s * s - 2 * r * s * cosine).squareRoot()
        let loss = -expm1(-2 * b * (r * r - r * s * cosine))
        let value = amplitude(sinThetaOverWavelength: r) * amplitude(sinThetaOverWavelength: other) * loss
        sum += node.weight * end * value * r * scale / ((1 - t) * (1 - t))
      }
    }
    let plane = 4 * sum * .pi / Double(angles)
    return 2 * ElectronBeam.wavelength(kiloelectronvolts: energy)
      * ElectronBeam.lorentzFactor(kiloelectronvolts: energy) * plane
  }

  /// Places and weights of Gauss and Legendre's rule of 24 points on 0...1.
  private static let nodes: [(place: Double, weight: Double)] = {
    let count = 24
    return (1...count).map { index in
      var x = cos(.pi * (Double(index) - 0.25) / (Double(count) + 0.5))
      var slope = 0.0
      for _ in 0..<20 {
        var (previous, value) = (1.0, x)
        for degree in 2...count {
          let n = Double(degree)
          (previous, value) = (value, ((2 * n - 1) * x * value - (n - 1) * previous) / n)
        }
        slope = Double(count) * (x * value - previous) / (x * x - 1)
        x -= value / slope
      }
      return ((1 - x) / 2, 1 / ((1 - x * x) * slope * slope))
    }
  }()

  /// The solution of symmetric positive definite equations, by Cholesky's method.
  private static func solution(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    let n = right.count
    var l = matrix
    var x = right
    for j in 0..<n {
      for k in 0..<j { l[j][j] -= l[j][k] * l[j][k] }
      l[j][j] = l[j][j].squareRoot()
      for i in j + 1..<n {
        for k in 0..<j { l[i][j] -= l[i][k] * l[j][k] }
        l[i][j] /= l[j][j]
      }
    }
    for i in 0..<n {
      for k in 0..<i { x[i] -= l[i][k] * x[k] }
      x[i] /= l[i][i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<n { x[i] -= l[k][i] * x[k] }
      x[i] /= l[i][i]
    }
    return x
  }
}
