import Foundation

/// The particle of a ``ParticleModel``, random or of an isotropic core and a radially aligned shell, as a material for
/// the solvers on any mesh; and with it the expansion of the crystal itself (mode X) and its stiffness.
///
/// Along (radius, first tangent, second tangent), with H the weight of the shell and H' = 1 − H,
///
///     D = f(u) (H' D_core (1, 1, 1) + H (D_r, D_t, D_t)),     ε* = H' ε_core(u) + H ε_shell(u),
///
/// and C is blended alike. The tangents of a cylinder are hoop and axis, those of a sphere any two.
public struct TexturedMaterial: ParticleMaterial, Hashable {
  /// Where the strain comes from.
  public enum Expansion: Sendable, Hashable {
    /// Conventions A, B and C: ε_V(u) = B (u − u_ref) times the factors of the model's ``ExpansionConvention``.
    case volumetric
    /// Mode X: the lattice of the crystal, ε_a (I − ĉ⊗ĉ) + ε_c ĉ⊗ĉ. The core is the average over all orientations,
    /// (2 ε_a + ε_c)/3 in every direction; in the shell the layers stand along the radius. The strain-free lithiation is
    /// that of the expansion, and the model's does not act.
    case crystal(CrystalExpansion, shell: ShellTexture)
  }

  /// How c, which lies across the radius in the shell, is turned about it.
  public enum ShellTexture: String, Sendable, Hashable, CaseIterable {
    /// c along the hoop: strains (ε_a, ε_c, ε_a) along radius, hoop and axis.
    case hoop
    /// c anywhere in the tangential plane: strains (ε_a, (ε_a + ε_c)/2, (ε_a + ε_c)/2).
    case tangentialPlane = "tangential-plane"
  }

  /// How stiff the material is.
  public enum Elasticity: Sendable, Hashable {
    /// Isotropic, with the model's Young's modulus and Poisson's ratio.
    case isotropic
    /// A crystal in its own frame, z along c: the Hill average over all orientations in the core, over turns about c
    /// and, where c is random in the tangential plane, about the radius in the shell.
    case crystal(Stiffness, shell: ShellTexture)
  }

  public let model: ParticleModel
  public let geometry: RadialGeometry
  public let expansion: Expansion
  public let elasticity: Elasticity
  /// f(u), by which lithiation changes all diffusivities of the model; nil leaves them constant.
  public let diffusivityFactor: MaterialFunction?

  private let core: Stiffness
  /// Along radius and the two tangents.
  private let shell: Stiffness
  private let coreFactors: SIMD3<Double>
  private let shellFactors: SIMD3<Double>

  /// - Throws: ``TexturedMaterialError/hoopInASphere`` where c is to lie along the hoop of a sphere.
  public init(
    model: ParticleModel, geometry: RadialGeometry = .cylinder, expansion: Expansion = .volumetric,
    elasticity: Elasticity = .isotropic,
    diffusivityFactor: MaterialFunction? = nil
  ) throws(TexturedMaterialError) {
    if geometry == .sphere {
      if case .crystal(_, .hoop) = expansion { throw .hoopInASphere }
      if case .crystal(_, .hoop) = elasticity { throw .hoopInASphere }
    }
    self.init(
      checked: model, geometry: geometry, expansion: expansion, elasticity: elasticity,
      diffusivityFactor: diffusivityFactor)
  }

  /// The model with its own conventions and isotropic elasticity.
  init(model: ParticleModel, in geometry: RadialGeometry) {
    self.init(
      checked: model, geometry: geometry, expansion: .volumetric, elasticity: .isotropic, diffusivityFactor: nil)
  }

  private init(
    checked model: ParticleModel, geometry: RadialGeometry, expansion: Expansion, elasticity: Elasticity,
    diffusivityFactor: MaterialFunction?
  ) {
    self.model = model
    self.geometry = geometry
    self.expansion = expansion
    self.elasticity = elasticity
    self.diffusivityFactor = diffusivityFactor
    coreFactors = model.expansion.core(in: geometry)
    shellFactors = model.expansion.shell(in: geometry)
    switch elasticity {
    case .isotropic:
      core = .isotropic(youngsModulus: model.youngsModulus, poissonRatio: model.poissonRatio)
      shell = core
    case .crystal(let crystal, let texture):
      core = crystal.isotropicAverage
      shell = crystal.average(over: Self.frames(texture))
    }
  }

  /// The stiffness of the core, and that of the shell along radius, first and second tangent.
  var localStiffness: (core: Stiffness, shell: Stiffness) { (core, shell) }

  public var hasConstantDiffusivity: Bool { diffusivityFactor?.isConstant ?? true }

  public func diffusivity(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    let (radius, direction) = place(point.position)
    let weight = model.shellWeight(atRadius: radius)
    let radial = (1 - weight) * model.coreDiffusivity + weight * model.radialDiffusivity
    let tangential = (1 - weight) * model.coreDiffusivity + weight * model.tangentialDiffusivity
    let tensor = SymmetricTensor3(axis: direction, along: radial, across: tangential)
    guard let factor = diffusivityFactor?.valueAndSlope(lithiation) else { return (tensor, SymmetricTensor3()) }
    return (factor.value * tensor, factor.slope * tensor)
  }

  public func eigenstrain(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    let (radius, direction) = place(point.position)
    let (value, slope) = principalEigenstrain(atRadius: radius, lithiation: lithiation)
    return (tensor(value, radial: direction), tensor(slope, radial: direction))
  }

  public func stiffness(at point: MaterialPoint) -> Stiffness {
    if case .isotropic = elasticity { return core }
    let (radius, direction) = place(point.position)
    let weight = model.shellWeight(atRadius: radius)
    guard weight > 0 else { return core }
    let (first, second) = tangents(direction)
    let local = shell.rotated(x: direction, y: first, z: second)
    return weight < 1 ? Self.blend(core, local, weight) : local
  }

  /// D along the radius and its derivative with respect to lithiation, at a distance from the centre in metres.
  public func radialDiffusivity(atRadius radius: Double, lithiation: Double) -> (value: Double, slope: Double) {
    let weight = model.shellWeight(atRadius: radius)
    let radial = (1 - weight) * model.coreDiffusivity + weight * model.radialDiffusivity
    guard let factor = diffusivityFactor?.valueAndSlope(lithiation) else { return (radial, 0) }
    return (radial * factor.value, radial * factor.slope)
  }

  /// ε* along radius, first and second tangent, and its derivative with respect to lithiation, at a distance from the
  /// centre in metres. In these directions it has no shear.
  public func principalEigenstrain(
    atRadius radius: Double, lithiation: Double
  ) -> (value: SIMD3<Double>, slope: SIMD3<Double>) {
    let weight = model.shellWeight(atRadius: radius)
    switch expansion {
    case .volumetric:
      let factors = (1 - weight) * coreFactors + weight * shellFactors
      return (
        model.volumetricStrain(lithiation: lithiation) * factors, model.volumetricStrainPerLithiation * factors
      )
    case .crystal(let crystal, let texture):
      let (strain, slope) = crystal(lithiation)
      return (Self.mixed(strain, weight, texture), Self.mixed(slope, weight, texture))
    }
  }

  /// The stiffness along radius, first and second tangent, at a distance from the centre in metres.
  public func principalStiffness(atRadius radius: Double) -> Stiffness {
    let weight = model.shellWeight(atRadius: radius)
    return weight > 0 ? Self.blend(core, shell, weight) : core
  }

  private static func mixed(
    _ strain: (a: Double, c: Double), _ weight: Double, _ texture: ShellTexture
  ) -> SIMD3<Double> {
    let mean = (2 * strain.a + strain.c) / 3
    let turned = (strain.a + strain.c) / 2
    let shell =
      switch texture {
      case .hoop: SIMD3(strain.a, strain.c, strain.a)
      case .tangentialPlane: SIMD3(strain.a, turned, turned)
      }
    return (1 - weight) * SIMD3(repeating: mean) + weight * shell
  }

  private static func blend(_ core: Stiffness, _ shell: Stiffness, _ weight: Double) -> Stiffness {
    Stiffness(zip(core.values, shell.values).map { (1 - weight) * $0 + weight * $1 })
  }

  /// The crystal's axes along (radius, first tangent, second tangent). A stiffness is of fourth degree in them, so eight
  /// turns give its mean over all.
  private static func frames(
    _ texture: ShellTexture
  ) -> [(x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>)] {
    let turns = (0..<8).map { Double.pi * Double($0) / 4 }
    let directions = texture == .hoop ? [0] : turns
    return directions.flatMap { azimuth in
      let c = SIMD3(0, cos(azimuth), sin(azimuth))
      let across = SIMD3(0, -sin(azimuth), cos(azimuth))
      let radius = SIMD3(1.0, 0, 0)
      return turns.map { turn in
        // c × radius = across for a right-handed frame.
        (x: cos(turn) * radius + sin(turn) * across, y: cos(turn) * across - sin(turn) * radius, z: c)
      }
    }
  }

  /// The distance from the centre (of a cylinder, from its axis) and the direction away from it.
  private func place(_ position: SIMD3<Double>) -> (radius: Double, direction: SIMD3<Double>) {
    let inPlane = geometry == .cylinder ? SIMD3(position.x, position.y, 0) : position
    let radius = (inPlane * inPlane).sum().squareRoot()
    // No direction is radial at the centre itself; x stands for all.
    return radius > 0 ? (radius, inPlane / radius) : (0, SIMD3(1, 0, 0))
  }

  /// Two tangents that complete a right-handed frame: hoop and axis of a cylinder.
  private func tangents(_ radial: SIMD3<Double>) -> (first: SIMD3<Double>, second: SIMD3<Double>) {
    if geometry == .cylinder { return (SIMD3(-radial.y, radial.x, 0), SIMD3(0, 0, 1)) }
    // The coordinate axis most across the radius is a safe start.
    let start = abs(radial.z) < 0.7 ? SIMD3<Double>(0, 0, 1) : SIMD3(1, 0, 0)
    let projected = start - (start * radial).sum() * radial
    let first = projected / (projected * projected).sum().squareRoot()
    let second = SIMD3(
      radial.y * first.z - radial.z * first.y, radial.z * first.x - radial.x * first.z,
      radial.x * first.y - radial.y * first.x)
    return (first, second)
  }

  private func tensor(_ principal: SIMD3<Double>, radial: SIMD3<Double>) -> SymmetricTensor3 {
    if geometry == .sphere { return SymmetricTensor3(axis: radial, along: principal.x, across: principal.y) }
    let (c, s) = (radial.x, radial.y)
    return SymmetricTensor3(
      xx: principal.x * c * c + principal.y * s * s, yy: principal.x * s * s + principal.y * c * c, zz: principal.z,
      xy: (principal.x - principal.y) * c * s)
  }
}

/// A texture that contradicts the particle's symmetry.
public enum TexturedMaterialError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A sphere has no hoop along which c could lie.
  case hoopInASphere

  public var description: String {
    switch self {
    case .hoopInASphere:
      """
      c along the hoop has no meaning in a sphere, whose tangential directions are alike; choose c in the tangential \
      plane, or the cylinder
      """
    }
  }
}
