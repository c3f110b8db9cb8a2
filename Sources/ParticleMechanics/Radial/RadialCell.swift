/// A particle in an electrolyte, along its radius: a current, a voltage or a lithiation at its surface.
///
///     ∂u/∂t = r⁻ᵐ ∂_r (rᵐ D_rr(u) ∂_r u),   D_rr ∂_r u = −i/(F c_max) at r = R,   dū/dt = −(m + 1) i/(F c_max R)
///
/// with i from the ``SurfaceKinetics`` where a voltage is held. Elements of degree four, dense at the surface; the
/// stiffly accurate Runge-Kutta method of order four in time, with Newton's method in every stage. The flux through the
/// surface is summed by the method itself, so lithium balances to rounding and the last residuals.
///
/// Stress acts back where a ``RadialStressCoupling`` is given.
public struct RadialCell: CyclingTransport, Sendable {
  /// The lithiation along the radius.
  public struct State: Sendable, Hashable {
    /// At the nodes of the mesh, from the centre to the surface.
    public internal(set) var lithiation: [Double]
    /// What has passed the surface since the uniform state, in mean lithiation.
    public internal(set) var passedLithiation: Double
    /// The lithiation of the uniform state.
    let initialLithiation: Double
  }

  public let material: TexturedMaterial
  public let kinetics: SurfaceKinetics?
  public let coupling: RadialStressCoupling?

  let diffusion: RadialDiffusion
  let elastic: RadialElasticPotential?
  private let elasticity: RadialElasticity

  /// - Parameters:
  ///   - kinetics: without them voltages are unknown and none can be held.
  ///   - elements: along the radius, where nothing asks for finer ones.
  /// - Throws: ``RadialCellError`` when a property is out of range, or when stress is to act back in a particle whose
  ///   expansion or stiffness has a direction.
  public init(
    material: TexturedMaterial, kinetics: SurfaceKinetics? = nil, coupling: RadialStressCoupling? = nil,
    elements: Int = 24
  ) throws(RadialCellError) {
    let model = material.model
    do {
      try RadialParticle.check(model)
      try RadialParticle.check(RadialParticle.Resolution(elements: elements))
    } catch { throw .particle(error) }
    do { try kinetics?.validate() } catch { throw .kinetics(error) }
    do {
      try material.diffusivityFactor?.check("factor of the diffusivity", over: 0.01...0.99, isPositive: true)
    } catch { throw .diffusivity(error) }
    var elastic: RadialElasticPotential?
    if let coupling {
      guard coupling.maximumConcentration > 0, coupling.maximumConcentration.isFinite else {
        throw .invalidConcentration(coupling.maximumConcentration)
      }
      elastic = RadialElasticPotential(coupling, material: material)
      guard elastic != nil else { throw .directedCoupling }
    }
    self.material = material
    self.kinetics = kinetics
    self.coupling = coupling
    self.elastic = elastic
    let mesh = RadialMesh(
      structure: model.structure, radius: model.radius, count: elements,
      centreLength: material.hasSingularCentre ? 1e-3 * RadialParticle.relativeStressCutoff : nil,
      surfaceLength: 1e-4)
    diffusion = RadialDiffusion(material: material, mesh: mesh, elastic: elastic)
    elasticity = RadialElasticity(material: material, mesh: mesh, transportElement: diffusion.element)
  }

  public func uniform(_ lithiation: Double) -> State {
    State(
      lithiation: [Double](repeating: lithiation, count: diffusion.order), passedLithiation: 0,
      initialLithiation: lithiation)
  }

  /// The state, its stresses and its displacement along the radius.
  ///
  /// - Parameters:
  ///   - time: recorded in the profile, in seconds.
  ///   - step: of the protocol, counted from 0; recorded as the profile's leg.
  ///   - radii: distances from the centre, in metres; ``defaultRadii`` unless given.
  /// - Throws: ``RadialCellError`` when a radius lies outside the particle.
  public func profile(
    of state: State, time: Double, step: Int = 0, radii: [Double]? = nil
  ) throws(RadialCellError) -> RadialProfile {
    let limit = material.model.radius
    let radii = radii ?? defaultRadii
    for radius in radii where !(radius >= 0 && radius <= limit) {
      throw .particle(.invalidRadius(radius, limit: limit))
    }
    let mean = diffusion.mean(state.lithiation)
    return elasticity.profile(
      lithiation: state.lithiation, radii: radii, leg: step, time: time, meanLithiation: mean,
      lithiumBalanceDefect: mean - state.initialLithiation - state.passedLithiation)
  }

  /// The edges of the elements, from 0 to R in metres.
  public var defaultRadii: [Double] {
    diffusion.mesh.edges.map { min($0 * material.model.radius, material.model.radius) }
  }

  // MARK: - Readings

  public func reading(of state: State, control: SurfaceControl) throws -> CyclingReading {
    let meanStrain = meanStrain(state.lithiation)
    switch control {
    case .rate(let rate): return reading(of: state, rate: rate, meanStrain: meanStrain)
    case .voltage(let voltage):
      let (flux, _, _) = try surfaceFlux(
        voltage: voltage, lithiation: state.lithiation[diffusion.order - 1], meanStrain: meanStrain)
      var reading = reading(of: state, rate: Double(diffusion.power + 1) * flux, meanStrain: meanStrain)
      reading.voltage = voltage
      return reading
    case .lithiation(let held):
      var jumped = state
      jump(&jumped, to: held)
      let flux = diffusion.surfaceFlux(jumped.lithiation, meanStrain: meanStrain)
      return reading(of: jumped, rate: Double(diffusion.power + 1) * flux, meanStrain: meanStrain)
    }
  }

  /// What an instrument reads at a current, dū/dt = rate.
  func reading(of state: State, rate: Double, meanStrain: Double) -> CyclingReading {
    let surface = state.lithiation[diffusion.order - 1]
    var voltage = Double.nan
    if let kinetics {
      let current = -rate / Double(diffusion.power + 1) / fluxPerCurrent(kinetics)
      voltage = kinetics.voltage(currentDensity: current, surfaceLithiation: surface).value
      if let elastic { voltage -= elastic(surface, meanStrain: meanStrain).value / PhysicalConstants.faraday }
    }
    return CyclingReading(
      voltage: voltage, rate: rate, meanLithiation: diffusion.mean(state.lithiation), surfaceLithiation: surface,
      passedLithiation: state.passedLithiation)
  }

  /// The flux into the surface at a voltage, with its derivatives with respect to the surface's lithiation and the mean
  /// strain; per radius, 1/s.
  func surfaceFlux(
    voltage: Double, lithiation: Double, meanStrain: Double
  ) throws(RadialCellError) -> (value: Double, slope: Double, meanSlope: Double) {
    guard let kinetics else { throw .voltageWithoutKinetics }
    let elastic = elastic?(lithiation, meanStrain: meanStrain) ?? (value: 0, slope: 0, meanSlope: 0)
    // Stress adds −μ_el/F to the open-circuit voltage.
    let faraday = PhysicalConstants.faraday
    let current = kinetics.currentDensity(voltage: voltage + elastic.value / faraday, surfaceLithiation: lithiation)
    let scale = -fluxPerCurrent(kinetics)
    return (
      scale * current.value, scale * (current.lithiationSlope + current.voltageSlope * elastic.slope / faraday),
      scale * current.voltageSlope * elastic.meanSlope / faraday
    )
  }

  private func fluxPerCurrent(_ kinetics: SurfaceKinetics) -> Double {
    1 / (PhysicalConstants.faraday * kinetics.maximumConcentration * material.model.radius)
  }

  /// M, the mean of ε_V; zero where stress does not act back.
  func meanStrain(_ lithiation: [Double]) -> Double {
    guard let elastic else { return 0 }
    var gradient = [Double](repeating: 0, count: diffusion.order)
    return diffusion.mean(lithiation, of: elastic.volumetricStrain, gradient: &gradient)
  }

  /// Sets the surface to a value at once; what the surface node's share gains has passed the surface.
  func jump(_ state: inout State, to held: Double) {
    let last = diffusion.order - 1
    guard state.lithiation[last] != held else { return }
    let before = diffusion.mean(state.lithiation)
    state.lithiation[last] = held
    state.passedLithiation += diffusion.mean(state.lithiation) - before
  }
}
