import Foundation

/// How the intensity of a ring changes smoothly along it when the grains are not oriented at random.
public enum RingTexture: Sendable, Hashable {
  /// `1 + amplitude cos(order (χ − phase))`: the mean along the ring is one. The amplitude is from 0 to 1, the phase in
  /// radians of azimuth.
  case cosine(amplitude: Double, order: Int, phase: Double)
  /// A fibre texture: the crystal axis from which ``DiffractionLine/poleAngles`` count has the density
  ///
  ///     W(α) = (r² cos²α + sin²α / r)^(−3/2)
  ///
  /// at the angle α from `axis`, a direction in the laboratory along axes 1, 2 and 3. W has the mean one over the
  /// sphere; r below one gathers the crystal axes about `axis`. March, Z. Kristallogr. 81, 285 (1932); Dollase, J.
  /// Appl. Cryst. 19, 267 (1986).
  case marchDollase(ratio: Double, axis: SIMD3<Double>)

  func check() throws(ForwardModelError) {
    switch self {
    case .cosine(let amplitude, let order, let phase):
      try ForwardModelError.require(amplitude >= 0 && amplitude <= 1, "amplitude of a texture", amplitude, "0 to 1")
      try ForwardModelError.require(order > 0, "order of a texture", Double(order), "one or more")
      try ForwardModelError.require(true, "phase of a texture", phase, "an angle")
    case .marchDollase(let ratio, let axis):
      try ForwardModelError.require(ratio > 0, "March-Dollase ratio", ratio, "a positive number")
      let length = (axis * axis).sum()
      try ForwardModelError.require(length > 0, "squared length of a texture axis", length, "a positive number")
    }
  }
}

/// The texture of one line, made ready to be evaluated on many pixels.
struct LineTexture: Sendable {
  private enum Law {
    case cosine(amplitude: Double, order: Double, phase: Double)
    /// Planes perpendicular to the crystal axis: the closed form.
    case fibre(ratio: Double, axis: SIMD3<Double>)
    /// Other planes: pole density against |cos β| from 0 to 1.
    case poles(density: [Double], axis: SIMD3<Double>)
  }
  private let law: Law

  init(_ texture: RingTexture, poleAngles: [Double]) {
    switch texture {
    case .cosine(let amplitude, let order, let phase):
      law = .cosine(amplitude: amplitude, order: Double(order), phase: phase)
    case .marchDollase(let ratio, let axis):
      let unit = axis / (axis * axis).sum().squareRoot()
      if poleAngles.allSatisfy({ $0 == 0 }) {
        law = .fibre(ratio: ratio, axis: unit)
      } else {
        let steps = 2048
        law = .poles(
          density: (0...steps).map {
            Self.poleDensity(cosine: Double($0) / Double(steps), ratio: ratio, poleAngles: poleAngles)
          }, axis: unit)
      }
    }
  }

  /// March-Dollase density against the squared cosine.
  static func density(squaredCosine: Double, ratio: Double) -> Double {
    let base = ratio * ratio * squaredCosine + (1 - squaredCosine) / ratio
    return 1 / (base * base.squareRoot())
  }

  /// The density of the poles of a family of planes at the angle β from the texture axis:
  ///
  ///     P(β) = mean over γ of 1/(2π) ∫ W(α) dφ,  cos α = cos β cos γ + sin β sin γ cos φ.
  static func poleDensity(cosine: Double, ratio: Double, poleAngles: [Double]) -> Double {
    let sine = max(1 - cosine * cosine, 0).squareRoot()
    // The integrand is periodic and smooth, so equal steps converge faster than any power.
    let steps = 360
    var sum = 0.0
    for angle in poleAngles {
      for step in 0..<steps {
        let phi = 2 * Double.pi * (Double(step) + 0.5) / Double(steps)
        let value = cosine * cos(angle) + sine * sin(angle) * cos(phi)
        sum += density(squaredCosine: value * value, ratio: ratio)
      }
    }
    return sum / Double(steps * poleAngles.count)
  }

  /// The factor at a place of the plate.
  ///
  /// - Parameters:
  ///   - t: from the sample to the place, in metres along axes 1, 2 and 3.
  ///   - length: the length of that vector.
  func factor(at t: SIMD3<Double>, length: Double) -> Double {
    switch law {
    case .cosine(let amplitude, let order, let phase):
      return 1 + amplitude * cos(order * (atan2(t.x, t.y) - phase))
    case .fibre(let ratio, let axis):
      let cosine = Self.cosine(t, length, axis)
      return Self.density(squaredCosine: cosine * cosine, ratio: ratio)
    case .poles(let density, let axis):
      let place = min(abs(Self.cosine(t, length, axis)), 1) * Double(density.count - 1)
      let index = min(Int(place), density.count - 2)
      let fraction = place - Double(index)
      return density[index] * (1 - fraction) + density[index + 1] * fraction
    }
  }

  /// The cosine between the scattering vector and the texture axis.
  private static func cosine(_ t: SIMD3<Double>, _ length: Double, _ axis: SIMD3<Double>) -> Double {
    let q = t / length - SIMD3(0, 0, 1)
    let size = (q * q).sum().squareRoot()
    return size > 0 ? (q * axis).sum() / size : 0
  }

  /// The largest factor there can be.
  var maximum: Double {
    switch law {
    case .cosine(let amplitude, _, _): 1 + amplitude
    case .fibre(let ratio, _):
      max(Self.density(squaredCosine: 1, ratio: ratio), Self.density(squaredCosine: 0, ratio: ratio))
    case .poles(let density, _): density.max() ?? 1
    }
  }
}
