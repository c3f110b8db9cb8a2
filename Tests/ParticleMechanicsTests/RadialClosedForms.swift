import Foundation

/// Closed forms of diffusion into a cylinder and a sphere, written from the series and from nothing of the program.
enum RadialClosedForms {
  /// The first zeros of J0, by Newton's method from McMahon's guess.
  static let zeros: [Double] = (1...400).map { n in
    var x = (Double(n) - 0.25) * Double.pi
    for _ in 0..<20 { x += j0(x) / j1(x) }
    return x
  }

  /// u of a cylinder after a jump from `initial` to `surface`, at r/R and τ = D t/R².
  static func cylinder(_ r: Double, _ tau: Double, initial: Double = 1, surface: Double = 0.2) -> Double {
    var sum = 0.0
    for zero in zeros {
      let decay = exp(-zero * zero * tau)
      if decay < 1e-18 { break }
      sum += 2 / (zero * j1(zero)) * j0(zero * r) * decay
    }
    return surface + (initial - surface) * sum
  }

  static func cylinderMean(_ tau: Double, initial: Double = 1, surface: Double = 0.2) -> Double {
    surface + (initial - surface) * zeros.reduce(0) { $0 + 4 / ($1 * $1) * exp(-$1 * $1 * tau) }
  }

  /// u of a sphere, at r/R and τ.
  static func sphere(_ r: Double, _ tau: Double, initial: Double = 1, surface: Double = 0.2) -> Double {
    var sum = 0.0
    for n in 1...400 {
      let k = Double(n) * Double.pi
      let decay = exp(-k * k * tau)
      if decay < 1e-18 { break }
      sum += (n % 2 == 1 ? 2 : -2) * (r > 0 ? sin(k * r) / (k * r) : 1) * decay
    }
    return surface + (initial - surface) * sum
  }

  static func sphereMean(_ tau: Double, initial: Double = 1, surface: Double = 0.2) -> Double {
    surface
      + (initial - surface)
      * (1...400).reduce(0) { sum, n in
        let k = Double(n) * Double.pi
        return sum + 6 / (k * k) * exp(-k * k * tau)
      }
  }
}

/// Radial equilibrium of a cylinder by quadrature of its first integrals (section 5.2): lengths per R, stresses per E.
struct CylinderQuadrature {
  let poissonRatio: Double
  let axialStrain: Double
  private let count: Int
  private let eigenstrain: (Double) -> SIMD3<Double>
  /// ∫₀^r s F, ∫₀^r s q, ∫_r^R q/s at the grid's points.
  private var momentF: [Double]
  private var momentQ: [Double]
  private var outerQ: [Double]
  private(set) var meanInPlane = 0.0
  private(set) var meanAxial = 0.0

  /// - Parameters:
  ///   - count: intervals of Simpson's rule along the radius.
  ///   - eigenstrain: along radius, hoop and axis at r/R.
  init(poissonRatio: Double, axialStrain: Double, count: Int, eigenstrain: @escaping (Double) -> SIMD3<Double>) {
    self.poissonRatio = poissonRatio
    self.axialStrain = axialStrain
    self.count = count
    self.eigenstrain = eigenstrain
    let k = poissonRatio / (1 - poissonRatio)
    momentF = [0]
    momentQ = [0]
    var inner = [0.0]
    let h = 1 / Double(count)
    func integrands(_ r: Double) -> SIMD8<Double> {
      let e = eigenstrain(r)
      let q = e.x - e.y
      // q vanishes at the centre where this is used; there q/r is zero.
      return SIMD8(r * (e.x + k * (e.y + e.z)), r * q, r > 0 ? q / r : 0, r * (e.x + e.y), r * e.z, 0, 0, 0)
    }
    var left = integrands(0)
    for i in 0..<count {
      let right = integrands(Double(i + 1) * h)
      let sum = h / 6 * (left + 4 * integrands((Double(i) + 0.5) * h) + right)
      momentF.append(momentF[i] + sum[0])
      momentQ.append(momentQ[i] + sum[1])
      inner.append(inner[i] + sum[2])
      meanInPlane += 2 * sum[3]
      meanAxial += 2 * sum[4]
      left = right
    }
    outerQ = inner.map { inner[count] - $0 }
  }

  /// w/R and the stresses along radius, hoop and axis at a point of the grid other than the centre.
  func state(_ index: Int) -> (displacement: Double, stress: SIMD3<Double>) {
    let nu = poissonRatio
    let k = nu / (1 - nu)
    let lambda = nu / ((1 + nu) * (1 - 2 * nu))
    let c1 = lambda / k
    let r = Double(index) / Double(count)
    let e = eigenstrain(r)
    let a = (1 - k) / 4 * meanInPlane + (1 - 2 * nu) * k / 2 * meanAxial - nu * axialStrain
    let hoop = momentF[index] / (r * r) - (1 - k) * (outerQ[index] / 2 + momentQ[index] / (2 * r * r)) + a
    let radial = c1 * (2 * a + k * axialStrain - (1 - k) * (outerQ[index] + hoop))
    let slope = -hoop + e.x + k * (e.y + e.z) - (1 - k) * outerQ[index] + 2 * a
    let tangential = lambda * (slope - e.x) + c1 * (hoop - e.y) + lambda * (axialStrain - e.z)
    return (hoop * r, SIMD3(radial, tangential, nu * (radial + tangential) + axialStrain - e.z))
  }
}
