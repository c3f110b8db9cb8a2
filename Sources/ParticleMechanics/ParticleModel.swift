/// The chemo-mechanical model of one secondary particle: where lithium may move, how the material expands with it and
/// how stiff it is. All values in SI units.
///
/// The particle is a disc under plane strain (a cylinder's section) unless a solver says otherwise. Diffusion and
/// expansion blend from an isotropic core to a shell of radially aligned nanorods:
///
///     D = H' D_core I + H (D_r r̂⊗r̂ + D_t t̂⊗t̂),       ∂u/∂t = ∇·(D ∇u)
///     ε* = ε_V(u) (H' A_core + H A_shell),             ε_V(u) = B (u − u_ref)
///
/// with `u` the lithiation, `H` the smooth step at the transition radius, `H' = 1 − H`, and the diagonal tensors `A`
/// of the ``ExpansionConvention``.
public struct ParticleModel: Sendable, Hashable {
  /// How the particle is built.
  public enum Structure: Sendable, Hashable {
    /// Isotropic everywhere: H = 0.
    case random
    /// Isotropic core, radially aligned shell, blended by the step.
    case coreShell(SmoothStep)
    /// Radially aligned everywhere: H = 1. Its stress has a logarithmic singularity at the centre.
    case allShell
  }

  /// What holds the particle along its axis.
  public enum AxialCondition: String, Sendable, Hashable, CaseIterable {
    /// The total axial strain is zero.
    case planeStrain = "plane-strain"
    /// The total axial strain is uniform and the net axial force zero.
    case generalisedPlaneStrain = "generalised-plane-strain"
  }

  /// Radius of the particle, in metres.
  public var radius: Double
  public var structure: Structure
  /// Isotropic diffusivity of the core, in m²/s.
  public var coreDiffusivity: Double
  /// Radial diffusivity of the shell, in m²/s.
  public var radialDiffusivity: Double
  /// Tangential diffusivity of the shell, in m²/s.
  public var tangentialDiffusivity: Double
  /// Young's modulus, in pascals.
  public var youngsModulus: Double
  /// Poisson's ratio.
  public var poissonRatio: Double
  public var expansion: ExpansionConvention
  /// B = dε_V/du, the volumetric strain per unit of lithiation; positive when the cell grows with lithium.
  public var volumetricStrainPerLithiation: Double
  /// The lithiation at which the particle is free of stress.
  public var referenceLithiation: Double
  public var axialCondition: AxialCondition

  public init(
    radius: Double = 10e-6, structure: Structure, coreDiffusivity: Double = 1e-14, radialDiffusivity: Double = 1e-14,
    tangentialDiffusivity: Double = 0, youngsModulus: Double = 140e9, poissonRatio: Double = 0.25,
    expansion: ExpansionConvention = .equalArea, volumetricStrainPerLithiation: Double = 0.051 / 0.8,
    referenceLithiation: Double = 1, axialCondition: AxialCondition = .planeStrain
  ) {
    self.radius = radius
    self.structure = structure
    self.coreDiffusivity = coreDiffusivity
    self.radialDiffusivity = radialDiffusivity
    self.tangentialDiffusivity = tangentialDiffusivity
    self.youngsModulus = youngsModulus
    self.poissonRatio = poissonRatio
    self.expansion = expansion
    self.volumetricStrainPerLithiation = volumetricStrainPerLithiation
    self.referenceLithiation = referenceLithiation
    self.axialCondition = axialCondition
  }

  /// H, the weight of the shell, at a distance from the centre in metres.
  public func shellWeight(atRadius radius: Double) -> Double {
    switch structure {
    case .random: 0
    case .allShell: 1
    case .coreShell(let step): step(radius)
    }
  }
}

/// How a volumetric strain ε_V becomes a linear one, in the core and in the shell, along (radius, hoop, axis).
///
/// The seed gives the volume contraction only; these are the readings of its text that differ (reference page
/// "particle physics", section 1.7).
public enum ExpansionConvention: String, Sendable, Hashable, CaseIterable {
  /// A: core (1/2, 1/2, 0), shell (0, 1, 0): the same change of area in core and shell.
  case equalArea = "equal-area"
  /// B: core (1/3, 1/3, 1/3), shell (0, 1, 0): a core that expands in all three directions.
  case isotropicCore = "isotropic-core"
  /// C: core (1/3, 1/3, 0), shell (0, 1/3, 0): the same linear strain wherever there is any.
  case equalLinear = "equal-linear"

  /// The factors of ε_V in the core, along (radius, hoop, axis).
  public var core: SIMD3<Double> {
    switch self {
    case .equalArea: SIMD3(1 / 2, 1 / 2, 0)
    case .isotropicCore: SIMD3(repeating: 1 / 3)
    case .equalLinear: SIMD3(1 / 3, 1 / 3, 0)
    }
  }

  /// The factors of ε_V in the shell, along (radius, hoop, axis).
  public var shell: SIMD3<Double> {
    switch self {
    case .equalArea, .isotropicCore: SIMD3(0, 1, 0)
    case .equalLinear: SIMD3(0, 1 / 3, 0)
    }
  }
}
