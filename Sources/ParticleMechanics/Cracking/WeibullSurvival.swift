internal import Foundation

/// The probability that a brittle particle survives its stress, from the volume of its flaws.
///
///     P = exp(−∫ Σ_i ⟨σ_i⟩^m/σ₀^m dV/V₀),   i over the three principal stresses, tension alone
///
/// the two-parameter distribution with the principle of independent action: each principal tension breaks the body as if
/// it acted alone. W. Weibull, J. Appl. Mech. 18 (1951) 293; R. L. Barnett and others, AFFDL-TR-66-220 (1967).
public struct WeibullSurvival: Sendable, Hashable {
  /// m, without unit.
  public let modulus: Double
  /// σ₀: a piece of the reference volume under this uniaxial tension survives with probability 1/e; pascals.
  public let characteristicStrength: Double
  /// V₀, in m³.
  public let referenceVolume: Double

  /// - Throws: ``CrackingError/outOfRange(name:value:expected:)`` unless all three are positive.
  public init(modulus: Double, characteristicStrength: Double, referenceVolume: Double) throws(CrackingError) {
    for (name, value, expected) in [
      ("the Weibull modulus", modulus, "a positive number"),
      ("the characteristic strength", characteristicStrength, "a positive number of pascals"),
      ("the reference volume", referenceVolume, "a positive number of m³"),
    ] where !(value.isFinite && value > 0) {
      throw .outOfRange(name: name, value: value, expected: expected)
    }
    self.modulus = modulus
    self.characteristicStrength = characteristicStrength
    self.referenceVolume = referenceVolume
  }

  /// What a field of stress means for the particle.
  public struct Outcome: Sendable, Hashable {
    /// Probability of no fracture, 0...1.
    public let survival: Double
    /// 1 − survival, without loss of digits where it is small.
    public let failure: Double
    /// −ln survival.
    public let risk: Double
    /// The largest (Σ⟨σ_i⟩^m)^{1/m}, in pascals.
    public let largestEquivalentStress: Double
    /// The volume that would have the same risk under the largest equivalent stress, in m³.
    public let effectiveVolume: Double
  }

  /// (Σ⟨σ_i⟩^m)^{1/m}: the uniaxial tension of the same risk, in pascals.
  ///
  /// - Parameter principal: the three principal stresses in any order, in pascals.
  public func equivalentStress(principal: SIMD3<Double>) -> Double {
    let tension = pointwiseMax(principal, .zero)
    let largest = tension.max()
    guard largest > 0 else { return 0 }
    let part = tension / largest
    return largest * pow(pow(part.x, modulus) + pow(part.y, modulus) + pow(part.z, modulus), 1 / modulus)
  }

  /// - Parameters:
  ///   - stresses: the stress at each point of a quadrature of the volume, in pascals.
  ///   - volumes: the weight of each point, in m³.
  public func outcome(stresses: [SymmetricTensor3], volumes: [Double]) throws(CrackingError) -> Outcome {
    try outcome(principal: stresses.map(\.principalValues), volumes: volumes)
  }

  /// The outcome of a stress on a mesh.
  ///
  /// - Parameter thickness: of a section, in metres; a body in space has none.
  public func outcome(_ stress: MeshStress, thickness: Double = 1) throws(CrackingError) -> Outcome {
    let depth = stress.mesh.dimension == 2 ? thickness : 1
    var volumes: [Double] = []
    volumes.reserveCapacity(stress.values.count)
    ElementQuadrature(stress.mesh, .stress).forEachElement { points in
      for volume in points.volumes { volumes.append(depth * volume) }
    }
    return try outcome(stresses: stress.values, volumes: volumes)
  }

  /// The outcome of a radial profile whose places are joined by the trapezoidal rule.
  ///
  /// - Parameters:
  ///   - profile: from the centre to the surface.
  ///   - geometry: the particle's; of a cylinder the piece of length `length` is meant.
  ///   - length: in metres; a sphere has none.
  public func outcome(
    profile: RadialProfile, geometry: RadialGeometry, length: Double = 1
  ) throws(CrackingError) -> Outcome {
    let radii = profile.radius
    guard radii.count >= 2, profile.radialStress.count == radii.count, profile.hoopStress.count == radii.count,
      profile.axialStress.count == radii.count
    else {
      throw .invalidField(name: "the radial profile", reason: "fewer than two radii, or not a stress for each of them")
    }
    let surfaces = radii.map { radius in
      switch geometry {
      case .cylinder: 2 * Double.pi * radius * length
      case .sphere: 4 * Double.pi * radius * radius
      }
    }
    let volumes = radii.indices.map { index in
      let before = index > 0 ? radii[index] - radii[index - 1] : 0
      let after = index + 1 < radii.count ? radii[index + 1] - radii[index] : 0
      return 0.5 * (before + after) * surfaces[index]
    }
    let principal = radii.indices.map {
      SIMD3(profile.radialStress[$0], profile.hoopStress[$0], profile.axialStress[$0])
    }
    return try outcome(principal: principal, volumes: volumes)
  }

  private func outcome(principal: [SIMD3<Double>], volumes: [Double]) throws(CrackingError) -> Outcome {
    guard principal.count == volumes.count, !principal.isEmpty else {
      throw .invalidField(
        name: "the field of stress",
        reason: "\(principal.count) stresses and \(volumes.count) volumes; expected one volume for each stress")
    }
    guard volumes.allSatisfy({ $0.isFinite && $0 >= 0 }),
      principal.allSatisfy({ $0.x.isFinite && $0.y.isFinite && $0.z.isFinite })
    else {
      throw .invalidField(
        name: "the field of stress", reason: "a stress or a volume is not finite, or a volume negative")
    }
    let equivalent = principal.map(equivalentStress)
    let largest = equivalent.reduce(0, max)
    guard largest > 0 else {
      return Outcome(survival: 1, failure: 0, risk: 0, largestEquivalentStress: 0, effectiveVolume: 0)
    }
    var effective = 0.0
    for (stress, volume) in zip(equivalent, volumes) { effective += volume * pow(stress / largest, modulus) }
    let risk = effective / referenceVolume * pow(largest / characteristicStrength, modulus)
    return Outcome(
      survival: exp(-risk), failure: -expm1(-risk), risk: risk, largestEquivalentStress: largest,
      effectiveVolume: effective)
  }
}
