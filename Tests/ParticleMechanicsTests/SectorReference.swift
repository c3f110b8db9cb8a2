import Foundation
import ParticleMechanics

/// Closed forms of the axisymmetric particle, written from the equations and by quadrature alone; they share nothing
/// with the solver but the model's parameters.
///
/// Transport: the Bessel series of a cylinder with constant diffusivity. Stress: quadrature of radial equilibrium for
/// any axisymmetric eigenstrain (e_r, e_θ, e_z)(r) and axial strain ε_z. With 1 − k = (1 − 2ν)/(1 − ν), q = e_r − e_θ,
/// F = e_r + k (e_θ + e_z), I(r) = ∫_r^R q/s ds and M[f] = 2/R² ∫₀^R f s ds,
///
///     w/r = (1/r²) ∫₀^r s F ds − (1 − k) [ I/2 + (1/2r²) ∫₀^r s q ds ] + A
///     σ_r = C1 { 2A + k ε_z − (1 − k) [ I + w/r ] },      w' = −w/r + F − (1 − k) I + 2A.
struct SectorReference {
  struct Values {
    var lithiation: Double
    var radial: Double
    var hoop: Double
    var axial: Double
    /// Displacement along the radius over the radius.
    var stretch: Double
  }

  let model: ParticleModel
  private let radii: [Double]
  private var values: [Values] = []
  private(set) var axialStrain = 0.0

  /// Lithiation u(r) at a time of a charge or discharge with constant radial diffusivity.
  static func lithiation(
    model: ParticleModel, initial: Double, surface: Double, time: Double
  ) -> (Double) -> Double {
    let zeros = besselZeros
    let tau = model.radialDiffusivity * time / (model.radius * model.radius)
    return { r in
      var sum = 0.0
      for zero in zeros {
        let fade = exp(-zero * zero * tau)
        if fade < 1e-18 { break }
        sum += 2 / (zero * j1(zero)) * j0(zero * r / model.radius) * fade
      }
      return surface + (initial - surface) * sum
    }
  }

  /// The zeros of J₀, by Newton's method from McMahon's expansion.
  static let besselZeros: [Double] = (1...400).map { index in
    var zero = (Double(index) - 0.25) * Double.pi
    zero += 1 / (8 * zero)
    for _ in 0..<20 { zero += j0(zero) / j1(zero) }
    return zero
  }

  init(model: ParticleModel, lithiation: (Double) -> Double) {
    self.model = model
    let radius = model.radius
    // Fine across the transition, so that the trapezoidal rule follows H.
    var radii = (0...8000).map { Double($0) / 8000 * radius }
    if case .coreShell(let step) = model.structure, step.width > 0 {
      radii += (0...8000).map { step.position + (Double($0) / 4000 - 1) * step.width }.filter { $0 > 0 && $0 < radius }
    }
    radii = Array(Set(radii)).sorted()
    let strains = radii.map { r in
      model.volumetricStrainPerLithiation * (lithiation(r) - model.referenceLithiation)
        * Self.factors(model, r)
    }
    let poisson = model.poissonRatio
    let k = poisson / (1 - poisson)
    let stiffness = model.youngsModulus * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))
    let lambda = k * stiffness
    // Running integrals of f(s) s over each interval, Gauss's two points where f is linear between the radii.
    func running(_ f: [Double]) -> [Double] {
      var sum = [0.0]
      for i in 1..<radii.count {
        let (a, b) = (radii[i - 1], radii[i])
        let slope = (f[i] - f[i - 1]) / (b - a)
        let constant = f[i - 1] - slope * a
        sum.append(sum[i - 1] + constant * (b * b - a * a) / 2 + slope * (b * b * b - a * a * a) / 3)
      }
      return sum
    }
    let q = strains.map { $0.x - $0.y }
    let f = strains.map { $0.x + k * ($0.y + $0.z) }
    let (sumF, sumQ) = (running(f), running(q))
    let count = radii.count
    func mean(_ values: [Double]) -> Double { 2 / (radius * radius) * running(values)[count - 1] }
    let meanZ = mean(strains.map(\.z))
    axialStrain = model.axialCondition == .planeStrain ? 0 : meanZ
    let a =
      (1 - k) / 4 * mean(strains.map { $0.x + $0.y }) + (1 - 2 * poisson) * k / 2 * meanZ - poisson * axialStrain
    var tail = [Double](repeating: 0, count: count)
    for i in stride(from: count - 2, through: 0, by: -1) {
      let (r, s) = (radii[i], radii[i + 1])
      let slope = (q[i + 1] - q[i]) / (s - r)
      let constant = q[i] - slope * r
      tail[i] = tail[i + 1] + slope * (s - r) + (constant == 0 ? 0 : constant * log(s / max(r, 1e-30)))
    }
    for i in 0..<count {
      let r = radii[i]
      let stretch =
        i == 0
        ? f[0] / 2 - (1 - k) * (tail[0] / 2 + q[0] / 4) + a
        : sumF[i] / (r * r) - (1 - k) * (tail[i] / 2 + sumQ[i] / (2 * r * r)) + a
      let slope = -stretch + f[i] - (1 - k) * tail[i] + 2 * a
      let radial = stiffness * (2 * a + k * axialStrain - (1 - k) * (tail[i] + stretch))
      let e = strains[i]
      let hoop = lambda * (slope - e.x) + stiffness * (stretch - e.y) + lambda * (axialStrain - e.z)
      let axial = poisson * (radial + hoop) + model.youngsModulus * (axialStrain - e.z)
      values.append(
        Values(lithiation: lithiation(r), radial: radial, hoop: hoop, axial: axial, stretch: stretch))
    }
    self.radii = radii
  }

  /// The values at a radius in metres, linear between those kept.
  func callAsFunction(_ radius: Double) -> Values {
    var (low, high) = (0, radii.count - 2)
    while low < high {
      let middle = (low + high + 1) / 2
      if radii[middle] <= radius { low = middle } else { high = middle - 1 }
    }
    let part = (radius - radii[low]) / (radii[low + 1] - radii[low])
    func mixed(_ path: KeyPath<Values, Double>) -> Double {
      (1 - part) * values[low][keyPath: path] + part * values[low + 1][keyPath: path]
    }
    return Values(
      lithiation: mixed(\.lithiation), radial: mixed(\.radial), hoop: mixed(\.hoop), axial: mixed(\.axial),
      stretch: mixed(\.stretch))
  }

  /// The factors of ε_V from the table of conventions, written out once more.
  private static func factors(_ model: ParticleModel, _ radius: Double) -> SIMD3<Double> {
    var shell = 0.0
    switch model.structure {
    case .random: break
    case .allShell: shell = 1
    case .coreShell(let step):
      let q = min(max((radius - step.position) / step.width + 0.5, 0), 1)
      shell = q * q * q * (10 - 15 * q + 6 * q * q)
    }
    switch model.expansion {
    case .equalArea: return SIMD3((1 - shell) / 2, (1 - shell) / 2 + shell, 0)
    case .isotropicCore: return SIMD3((1 - shell) / 3, (1 - shell) / 3 + shell, (1 - shell) / 3)
    case .equalLinear: return SIMD3((1 - shell) / 3, 1.0 / 3, 0)
    }
  }
}
