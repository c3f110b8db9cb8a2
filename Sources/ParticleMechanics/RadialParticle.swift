/// The particle model along the radius: the fast path, and the twin against which the 2-D model is held.
///
/// With a state that depends on the distance from the centre only, of the diffusion tensor D_rr = D_core H' + D_r H
/// alone acts; the tangential diffusivity has no effect. Transport and mechanics are one-dimensional finite elements
/// of degree four and six on one graded mesh, the steps in time adaptive of order four. With the default resolution the
/// lithiation of a particle after a jump is accurate to 1e-6 from τ = D t/R² = 1e-4 on and to 1e-7 from 0.005 on, the
/// stress to 1e-7 of its largest value.
///
/// Sources: reference page "particle physics", sections 1 and 5.
public struct RadialParticle: Sendable {
  /// How finely the particle is resolved.
  public struct Resolution: Sendable, Hashable {
    /// Elements along the radius, where nothing asks for finer ones.
    public var elements: Int
    /// Largest error in lithiation of one step in time.
    public var timeTolerance: Double

    public init(elements: Int = 32, timeTolerance: Double = 1e-8) {
      self.elements = elements
      self.timeTolerance = timeTolerance
    }
  }

  /// Radius below which the stress of a singular centre is not given, per radius of the particle.
  public static let relativeStressCutoff = 1e-3

  public let model: ParticleModel
  public let geometry: RadialGeometry
  public let resolution: Resolution

  private let transport: RadialTransport
  private let mechanics: RadialMechanics
  /// Largest diffusivity along the radius, in m²/s.
  private let largestDiffusivity: Double
  private let core: SIMD3<Double>
  private let shell: SIMD3<Double>
  private let isSingular: Bool
  /// Transport shape functions at the points of the mechanics' rule.
  private let shapes: [[Double]]

  /// Meshes and factors the particle.
  ///
  /// - Throws: ``RadialParticleError`` when a property of the model or the resolution is out of range.
  public init(
    model: ParticleModel, geometry: RadialGeometry = .cylinder, resolution: Resolution = Resolution()
  ) throws(RadialParticleError) {
    try Self.check(model)
    try Self.check(resolution)
    self.model = model
    self.geometry = geometry
    self.resolution = resolution
    core = model.expansion.core(in: geometry)
    shell = model.expansion.shell(in: geometry)
    isSingular = model.shellWeight(atRadius: 0) * abs(shell[0] - shell[1]) > 1e-9
    let mesh = RadialMesh(
      structure: model.structure, radius: model.radius, count: resolution.elements,
      centreLength: isSingular ? 1e-3 * Self.relativeStressCutoff : nil)
    let largest =
      switch model.structure {
      case .random: model.coreDiffusivity
      case .allShell: model.radialDiffusivity
      case .coreShell: max(model.coreDiffusivity, model.radialDiffusivity)
      }
    largestDiffusivity = largest
    let transport = RadialTransport(mesh: mesh, power: geometry.power) { radius in
      let weight = model.shellWeight(atRadius: radius * model.radius)
      return (model.coreDiffusivity * (1 - weight) + model.radialDiffusivity * weight) / largest
    }
    self.transport = transport
    mechanics = RadialMechanics(mesh: mesh, power: geometry.power, poissonRatio: model.poissonRatio)
    shapes = RadialElement.gauss(RadialMechanics.points).map {
      transport.element.shapes(at: $0.point).values
    }
  }

  /// Follows a protocol from a uniform state.
  ///
  /// - Parameters:
  ///   - legs: run one after the other; at output time 0 the state is that before the surface changes.
  ///   - initialLithiation: of the whole particle, 0...1.
  ///   - radii: distances from the centre at which the profiles are given, in metres, 0...R in any order.
  /// - Returns: one profile for each output time of each leg, in order.
  /// - Throws: ``RadialParticleError`` for input out of range, or when the steps in time are exhausted.
  public func solve(
    legs: [ProtocolLeg], initialLithiation: Double, radii: [Double]
  ) throws(RadialParticleError) -> [RadialProfile] {
    try Self.check(lithiation: initialLithiation)
    try Self.check(legs)
    try check(radii)
    var state = transport.uniform(initialLithiation)
    let initialContent = transport.content(state)
    var profiles: [RadialProfile] = []
    // Seconds per unit of time of the transport.
    let unit = model.radius * model.radius / largestDiffusivity
    for (index, leg) in legs.enumerated() {
      func keep(_ state: RadialTransport.State, _ time: Double) {
        profiles.append(profile(of: state, initialContent: initialContent, leg: index, time: time, radii: radii))
      }
      let later = leg.outputTimes.filter { $0 > 0 }
      for time in leg.outputTimes where time == 0 { keep(state, time) }
      transport.jump(&state, to: leg.surfaceLithiation)
      let exhausted = transport.advance(
        &state, to: later.map { $0 / unit } + [leg.duration / unit], tolerance: resolution.timeTolerance
      ) { output, state in
        if output < later.count { keep(state, later[output]) }
      }
      if let exhausted { throw .stepsExhausted(leg: index, time: exhausted * unit) }
    }
    return profiles
  }

  /// The equilibrium at a uniform lithiation, where every charge or discharge ends.
  ///
  /// - Parameters:
  ///   - lithiation: 0...1.
  ///   - radii: as in ``solve(legs:initialLithiation:radii:)``; ``defaultRadii`` unless given.
  /// - Returns: a profile of infinite time.
  /// - Throws: ``RadialParticleError`` for input out of range.
  public func uniformProfile(lithiation: Double, radii: [Double]? = nil) throws(RadialParticleError) -> RadialProfile {
    try Self.check(lithiation: lithiation)
    let radii = radii ?? defaultRadii
    try check(radii)
    let state = transport.uniform(lithiation)
    return profile(of: state, initialContent: transport.content(state), leg: 0, time: .infinity, radii: radii)
  }

  /// The edges of the elements, from 0 to R in metres: dense where a profile changes fast.
  public var defaultRadii: [Double] {
    transport.mesh.edges.map { min($0 * model.radius, model.radius) }
  }

  private func profile(
    of state: RadialTransport.State, initialContent: Double, leg: Int, time: Double, radii: [Double]
  ) -> RadialProfile {
    let degree = RadialTransport.degree
    let solution = mechanics.solve(freesAxis: model.axialCondition == .generalisedPlaneStrain) { e, q, radius in
      let lithiation = (0...degree).reduce(0) { $0 + shapes[q][$1] * state.lithiation[e * degree + $1] }
      return eigenstrain(lithiation, at: radius)
    }
    var lithiation: [Double] = []
    var displacement: [Double] = []
    var stresses: [SIMD3<Double>] = []
    func evaluate(_ radius: Double) -> (lithiation: Double, displacement: Double, stress: SIMD3<Double>) {
      let u = transport.value(state, at: radius)
      let (w, stress) = mechanics.evaluate(solution, at: radius, eigenstrain: eigenstrain(u, at: radius))
      return (u, w, stress)
    }
    for radius in radii {
      let relative = min(radius / model.radius, 1)
      let point = evaluate(relative)
      let isHidden = isSingular && relative < Self.relativeStressCutoff
      lithiation.append(point.lithiation)
      displacement.append(point.displacement * model.radius)
      stresses.append(isHidden ? evaluate(Self.relativeStressCutoff).stress : point.stress)
    }
    let content = transport.content(state)
    return RadialProfile(
      leg: leg, time: time, radius: radii, lithiation: lithiation,
      radialStress: stresses.map { $0.x * model.youngsModulus },
      hoopStress: stresses.map { $0.y * model.youngsModulus },
      axialStress: stresses.map { $0.z * model.youngsModulus }, displacement: displacement,
      meanLithiation: transport.mean(state), surfaceDisplacement: evaluate(1).displacement * model.radius,
      axialStrain: solution.axialStrain,
      lithiumBalanceDefect: Double(geometry.power + 1) * (content - initialContent - state.entered),
      stressCutoff: isSingular ? Self.relativeStressCutoff * model.radius : nil)
  }

  /// ε* along radius and the two tangents, at a radius of 0...1.
  private func eigenstrain(_ lithiation: Double, at radius: Double) -> SIMD3<Double> {
    let volumetric = model.volumetricStrainPerLithiation * (lithiation - model.referenceLithiation)
    let weight = model.shellWeight(atRadius: radius * model.radius)
    return volumetric * ((1 - weight) * core + weight * shell)
  }
}
