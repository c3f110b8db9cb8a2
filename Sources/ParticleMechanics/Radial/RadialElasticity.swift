/// Stresses of a textured particle along its radius from the lithiation at the nodes of a transport mesh of degree
/// four: one linear solution for each state.
struct RadialElasticity: Sendable {
  private let material: TexturedMaterial
  private let mesh: RadialMesh
  private let mechanics: RadialMechanics
  private let element: RadialElement
  /// Transport shape functions at the points of the mechanics' rule.
  private let shapes: [[Double]]

  init(material: TexturedMaterial, mesh: RadialMesh, transportElement element: RadialElement) {
    self.material = material
    self.mesh = mesh
    self.element = element
    let model = material.model
    // Young's modulus is the unit of stress inside.
    let stiffness = material.radialStiffness(scale: model.youngsModulus)
    mechanics = RadialMechanics(mesh: mesh, power: material.geometry.power) { stiffness($0 * model.radius) }
    shapes = RadialElement.gauss(RadialMechanics.points).map { element.shapes(at: $0.point).values }
  }

  /// The profile of a state.
  ///
  /// - Parameters:
  ///   - lithiation: at the nodes of the transport mesh.
  ///   - radii: where it is given, in metres, 0...R.
  func profile(
    lithiation nodal: [Double], radii: [Double], leg: Int, time: Double, meanLithiation: Double,
    lithiumBalanceDefect: Double
  ) -> RadialProfile {
    let model = material.model
    let degree = RadialTransport.degree
    func eigenstrain(_ u: Double, _ radius: Double) -> SIMD3<Double> {
      material.principalEigenstrain(atRadius: radius * model.radius, lithiation: u).value
    }
    let solution = mechanics.solve(freesAxis: model.axialCondition == .generalisedPlaneStrain) { e, q, radius in
      let u = (0...degree).reduce(0) { $0 + shapes[q][$1] * nodal[e * degree + $1] }
      return eigenstrain(u, radius)
    }
    func evaluate(_ radius: Double) -> (lithiation: Double, displacement: Double, stress: SIMD3<Double>) {
      let e = mesh.element(at: radius)
      let shape = element.shapes(at: mesh.local(radius, in: e)).values
      let u = (0...degree).reduce(0) { $0 + shape[$1] * nodal[e * degree + $1] }
      let (w, stress) = mechanics.evaluate(solution, at: radius, eigenstrain: eigenstrain(u, radius))
      return (u, w, stress)
    }
    let cutoff = material.hasSingularCentre ? RadialParticle.relativeStressCutoff : nil
    var lithiation: [Double] = []
    var displacement: [Double] = []
    var stresses: [SIMD3<Double>] = []
    for radius in radii {
      let relative = min(radius / model.radius, 1)
      let point = evaluate(relative)
      lithiation.append(point.lithiation)
      displacement.append(point.displacement * model.radius)
      if let cutoff, relative < cutoff {
        stresses.append(evaluate(cutoff).stress)
      } else {
        stresses.append(point.stress)
      }
    }
    return RadialProfile(
      leg: leg, time: time, radius: radii, lithiation: lithiation,
      radialStress: stresses.map { $0.x * model.youngsModulus },
      hoopStress: stresses.map { $0.y * model.youngsModulus },
      axialStress: stresses.map { $0.z * model.youngsModulus }, displacement: displacement,
      meanLithiation: meanLithiation, surfaceDisplacement: evaluate(1).displacement * model.radius,
      axialStrain: solution.axialStrain, lithiumBalanceDefect: lithiumBalanceDefect,
      stressCutoff: cutoff.map { $0 * model.radius })
  }
}

extension TexturedMaterial {
  /// Whether the texture reaches the centre, where its stress has no bound.
  var hasSingularCentre: Bool {
    let weight = model.shellWeight(atRadius: 0)
    if case .crystal = elasticity, weight > 1e-9 { return true }
    switch expansion {
    case .crystal: return weight > 1e-9
    case .volumetric:
      let shell = model.expansion.shell(in: geometry)
      return weight * abs(shell[0] - shell[1]) > 1e-9
    }
  }

  /// The stiffness along radius and tangents, in a unit of stress, as a function of the radius in metres.
  func radialStiffness(scale: Double) -> @Sendable (Double) -> RadialStiffness {
    let (core, shell) = localStiffness
    let inner = RadialStiffness(core, scale: scale)
    if case .isotropic = elasticity { return { _ in inner } }
    let outer = RadialStiffness(shell, scale: scale)
    let model = model
    return { RadialStiffness(inner, outer, weight: model.shellWeight(atRadius: $0)) }
  }
}
