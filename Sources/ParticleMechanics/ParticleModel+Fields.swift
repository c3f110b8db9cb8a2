import Foundation

/// The model's material functions at points of its section, metres from the centre: what the solver integrates, and
/// what a drawing of H, D and the expansion tensors shows.
extension ParticleModel {
  /// H' = 1 − H, the weight of the core, at a distance from the centre in metres.
  public func coreWeight(atRadius radius: Double) -> Double {
    1 - shellWeight(atRadius: radius)
  }

  /// The diffusivity along the radius and along the hoop, in m²/s: H' D_core + H D_r and H' D_core + H D_t.
  public func principalDiffusivity(atRadius radius: Double) -> (radial: Double, hoop: Double) {
    let shell = shellWeight(atRadius: radius)
    return (
      radial: (1 - shell) * coreDiffusivity + shell * radialDiffusivity,
      hoop: (1 - shell) * coreDiffusivity + shell * tangentialDiffusivity
    )
  }

  /// The tensor of diffusion, equations (1) and (2), in m²/s:
  /// D = H' D_core I + H (D_r r̂⊗r̂ + D_t t̂⊗t̂). Its zz component is zero: nothing moves along the axis.
  ///
  /// At the centre, where no direction is radial, the one along x is taken.
  public func diffusivity(x: Double, y: Double) -> SymmetricTensor {
    let (radius, c, s) = Self.direction(x, y)
    let (radial, hoop) = principalDiffusivity(atRadius: radius)
    return SymmetricTensor(radial: radial, hoop: hoop, axial: 0, shear: 0, cosine: c, sine: s)
  }

  /// The tensor of expansion per unit of volumetric strain, equations (4) and (5): H' A_core + H A_shell.
  public func expansionTensor(x: Double, y: Double) -> SymmetricTensor {
    let (radius, c, s) = Self.direction(x, y)
    let factors = expansionFactors(atRadius: radius)
    return SymmetricTensor(radial: factors.x, hoop: factors.y, axial: factors.z, shear: 0, cosine: c, sine: s)
  }

  /// The eigenstrain at a point and a lithiation, equation (6): ε_V(u) times the tensor of expansion.
  public func eigenstrain(x: Double, y: Double, lithiation: Double) -> SymmetricTensor {
    let volumetric = volumetricStrain(lithiation: lithiation)
    let expansion = expansionTensor(x: x, y: y)
    return SymmetricTensor(
      xx: volumetric * expansion.xx, yy: volumetric * expansion.yy, zz: volumetric * expansion.zz,
      xy: volumetric * expansion.xy)
  }

  /// ε_V(u) = B (u − u_ref).
  public func volumetricStrain(lithiation: Double) -> Double {
    volumetricStrainPerLithiation * (lithiation - referenceLithiation)
  }

  /// The factors of ε_V along (radius, hoop, axis) at a distance from the centre in metres.
  public func expansionFactors(atRadius radius: Double) -> SIMD3<Double> {
    let shell = shellWeight(atRadius: radius)
    return (1 - shell) * expansion.core + shell * expansion.shell
  }

  /// Lamé's first parameter and the shear modulus, in pascals.
  var lame: (lambda: Double, mu: Double) {
    (
      lambda: youngsModulus * poissonRatio / ((1 + poissonRatio) * (1 - 2 * poissonRatio)),
      mu: youngsModulus / (2 * (1 + poissonRatio))
    )
  }

  private static func direction(_ x: Double, _ y: Double) -> (radius: Double, cosine: Double, sine: Double) {
    let radius = (x * x + y * y).squareRoot()
    return radius > 0 ? (radius, x / radius, y / radius) : (0, 1, 0)
  }
}
