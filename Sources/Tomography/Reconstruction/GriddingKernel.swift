internal import ArrayMath
internal import CKernels
internal import Foundation

/// The kernel that spreads a point of the frequency plane over the 8 x 8 points of a grid round it.
///
/// exp(β (√(1 − (t/4)²) − 1)) for |t| < 4 grid points, along each axis; its transform has no closed form and is integrated.
/// With β = 0.97 · 8π (1 − 1/2σ) for a grid σ times finer than the slice needs, the error is about exp(−8π √(1 − 1/σ)) =
/// 5·10⁻⁷ at σ = 3/2. A. H. Barnett, J. Magland, L. af Klinteberg, SIAM J. Sci. Comput. 41 (2019) C479.
struct GriddingKernel: Sendable {
  static let width = Int(OPERANDO_GRIDDING_WIDTH)
  static let divisions = 256

  /// As ``operando_gridding_spread`` takes it.
  let table: [Float]
  private let beta: Double

  /// - Parameter oversampling: σ.
  init(oversampling: Double) {
    beta = 0.97 * .pi * Double(Self.width) * (1 - 1 / (2 * oversampling))
    let half = Double(Self.width) / 2
    var table: [Float] = []
    for line in 0...Self.divisions + 1 {
      for tap in 0..<Self.width {
        let value = Self.value(Double(tap) - half + Double(line) / Double(Self.divisions), beta)
        table += [Float(value), Float(value)]
      }
    }
    self.table = table
  }

  private static func value(_ t: Double, _ beta: Double) -> Double {
    let z = 2 * t / Double(width)
    guard abs(z) < 1 else { return 0 }
    return exp(beta * ((1 - z * z).squareRoot() - 1))
  }

  /// ∫ kernel(t) cos(2πξt) dt.
  func transform(_ frequency: Double) -> Double {
    // t = 4 sin a makes the integrand smooth at the ends, where the trapezoidal rule then converges fast.
    let steps = 200
    let half = Double(Self.width) / 2
    var sum = 0.0
    for step in 1..<steps {
      let a = .pi * (Double(step) / Double(steps) - 0.5)
      sum += exp(beta * (cos(a) - 1)) * cos(2 * .pi * frequency * half * sin(a)) * half * cos(a)
    }
    return sum * .pi / Double(steps)
  }
}
