/// How stress acts back on the motion of lithium.
///
/// The chemical potential of lithium is that of the material free of stress and the elastic part
///
///     μ = μ_chem(u) − σ:∂ε*/∂c,
///
/// the derivative of the free energy. The flux is J = −c_max D χ ∇μ with the given diffusivity D, that of the material
/// free of stress, and 1/χ = dμ_chem/du. With an isotropic expansion σ:∂ε*/∂c is Ω σ_h.
///
/// X. Zhang, W. Shyy, A. M. Sastry, J. Electrochem. Soc. 154 (2007) A910, for the ideal solution and a constant Ω.
public struct RadialStressCoupling: Sendable, Hashable {
  /// μ_chem(u).
  public enum Potential: Sendable, Hashable {
    /// R_g T ln u + constant; the temperature in kelvins.
    case idealSolution(temperature: Double)
    /// −F U(u), with the open-circuit voltage in volts: what was measured.
    case openCircuitVoltage(MaterialFunction)
  }

  public var potential: Potential
  /// Lithium in the full particle, in mol/m³.
  public var maximumConcentration: Double

  public init(potential: Potential, maximumConcentration: Double) {
    self.potential = potential
    self.maximumConcentration = maximumConcentration
  }

  /// χ = 1/(dμ_chem/du), in mol/J.
  func susceptibility(_ lithiation: Double) -> Double {
    switch potential {
    case .idealSolution(let temperature): lithiation / (PhysicalConstants.gasConstant * temperature)
    case .openCircuitVoltage(let voltage): -1 / (PhysicalConstants.faraday * voltage.slope(lithiation))
    }
  }
}

/// The elastic part of the chemical potential of a particle that expands alike everywhere along (f, f, g) ε_V, without
/// anisotropic stiffness:
///
///     μ_el = ε_V'(u)/c_max (α ε_V(u) − β M),    M the mean of ε_V over the particle.
///
/// From the closed forms of section 5 of the reference page: in a cylinder σ_r + σ_θ = −E' (f + ν g) (ε_V − M) with
/// E' = E/(1 − ν²) and σ_z = ν (σ_r + σ_θ) + E (ε_z − g ε_V), hence α = E' (f + ν g)² + E g² and β = α, without E g²
/// where the axis is held. In a sphere α = β = 2 E f²/(1 − ν). For an expansion by thirds both are 2E/(9(1 − ν)).
struct RadialElasticPotential: Sendable {
  /// α and β over c_max, in J/mol.
  private let own: Double
  private let mean: Double
  private let coupling: RadialStressCoupling
  private let strain: @Sendable (Double) -> (value: Double, slope: Double, curvature: Double)

  /// - Returns: nil where the expansion or the stiffness has a direction.
  init?(_ coupling: RadialStressCoupling, material: TexturedMaterial) {
    let model = material.model
    guard case .random = model.structure, case .isotropic = material.elasticity else { return nil }
    var factors = SIMD3(repeating: 1.0 / 3)
    switch material.expansion {
    case .volumetric:
      factors = model.expansion.core(in: material.geometry)
      strain = {
        (model.volumetricStrain(lithiation: $0), model.volumetricStrainPerLithiation, 0)
      }
    case .crystal(let crystal, _):
      strain = {
        let (value, slope) = crystal($0)
        let curvature = crystal.curvature($0)
        return (2 * value.a + value.c, 2 * slope.a + slope.c, 2 * curvature.a + curvature.c)
      }
    }
    guard factors.x == factors.y else { return nil }
    let (modulus, ratio) = (model.youngsModulus, model.poissonRatio)
    let (f, g) = (factors.x, factors.z)
    let alpha: Double
    var beta: Double
    switch material.geometry {
    case .sphere:
      alpha = 2 * modulus * f * f / (1 - ratio)
      beta = alpha
    case .cylinder:
      let inPlane = modulus / (1 - ratio * ratio) * (f + ratio * g) * (f + ratio * g)
      alpha = inPlane + modulus * g * g
      beta = model.axialCondition == .generalisedPlaneStrain ? alpha : inPlane
    }
    own = alpha / coupling.maximumConcentration
    mean = beta / coupling.maximumConcentration
    self.coupling = coupling
  }

  /// ε_V and its slope.
  func volumetricStrain(_ lithiation: Double) -> (value: Double, slope: Double) {
    let (value, slope, _) = strain(lithiation)
    return (value, slope)
  }

  /// μ_el in J/mol, with its derivatives with respect to u and M.
  func callAsFunction(
    _ lithiation: Double, meanStrain: Double
  ) -> (value: Double, slope: Double, meanSlope: Double) {
    let (value, slope, curvature) = strain(lithiation)
    let excess = own * value - mean * meanStrain
    return (slope * excess, curvature * excess + own * slope * slope, -slope * mean)
  }

  /// χ in mol/J, with its derivative with respect to u.
  func susceptibility(_ lithiation: Double) -> (value: Double, slope: Double) {
    let value = coupling.susceptibility(lithiation)
    // The slope only speeds Newton's method up: a difference is good enough.
    let delta = 1e-6
    return (value, (coupling.susceptibility(lithiation + delta) - value) / delta)
  }
}
