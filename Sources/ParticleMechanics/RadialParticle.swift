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

  public let material: TexturedMaterial
  public let resolution: Resolution

  public var model: ParticleModel { material.model }
  public var geometry: RadialGeometry { material.geometry }

  private let transport: RadialTransport
  private let elasticity: RadialElasticity
  /// Largest diffusivity along the radius, in m²/s.
  private let largestDiffusivity: Double

  /// Meshes and factors the particle.
  ///
  /// - Throws: ``RadialParticleError`` when a property of the model or the resolution is out of range.
  public init(
    model: ParticleModel, geometry: RadialGeometry = .cylinder, resolution: Resolution = Resolution()
  ) throws(RadialParticleError) {
    try self.init(material: TexturedMaterial(model: model, in: geometry), resolution: resolution)
  }

  /// Meshes and factors a particle whose expansion or stiffness may be those of its crystals.
  ///
  /// - Throws: ``RadialParticleError`` when a property of the model or the resolution is out of range, or when the
  ///   diffusivity depends on lithiation: that asks for a ``RadialCell``.
  public init(
    material: TexturedMaterial, resolution: Resolution = Resolution()
  ) throws(RadialParticleError) {
    let (model, geometry) = (material.model, material.geometry)
    try Self.check(model)
    try Self.check(resolution)
    guard material.hasConstantDiffusivity else { throw .variableDiffusivity }
    self.material = material
    self.resolution = resolution
    let mesh = RadialMesh(
      structure: model.structure, radius: model.radius, count: resolution.elements,
      centreLength: material.hasSingularCentre ? 1e-3 * Self.relativeStressCutoff : nil)
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
    elasticity = RadialElasticity(material: material, mesh: mesh, transportElement: transport.element)
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
    let content = transport.content(state)
    return elasticity.profile(
      lithiation: state.lithiation, radii: radii, leg: leg, time: time, meanLithiation: transport.mean(state),
      lithiumBalanceDefect: Double(geometry.power + 1) * (content - initialContent - state.entered))
  }
}
