import ParticleMechanics

/// A particle in which diffusion is instantaneous: dū/dt = −i(V, ū) S / (F c_max V).
///
/// At constant current its voltage has a closed form. A held voltage is followed by the implicit midpoint rule in two
/// half steps, with the difference to one whole step as the error.
struct WellMixedParticle: CyclingTransport {
  struct State {
    var lithiation: Double
    var passed: Double
  }

  var kinetics: SurfaceKinetics
  /// S / V, in 1/m: 3 / R of a sphere.
  var specificSurface: Double

  struct NoSolution: Error {}

  func uniform(_ lithiation: Double) -> State { State(lithiation: lithiation, passed: 0) }

  /// The current density of dū/dt.
  func currentDensity(rate: Double) -> Double {
    -rate * PhysicalConstants.faraday * kinetics.maximumConcentration / specificSurface
  }

  private func rate(voltage: Double, _ u: Double) -> (value: Double, slope: Double) {
    let current = kinetics.currentDensity(voltage: voltage, surfaceLithiation: u)
    let scale = -specificSurface / (PhysicalConstants.faraday * kinetics.maximumConcentration)
    return (scale * current.value, scale * current.lithiationSlope)
  }

  private func midpoint(_ u: Double, _ duration: Double, _ voltage: Double) throws -> Double {
    var middle = u
    for _ in 0..<50 {
      let (value, slope) = rate(voltage: voltage, middle)
      let change = (u + duration / 2 * value - middle) / (1 - duration / 2 * slope)
      middle += change
      guard middle.isFinite else { throw NoSolution() }
      if change.magnitude < 1e-15 { return 2 * middle - u }
    }
    throw NoSolution()
  }

  func step(
    from state: State, duration: Double, control: SurfaceControl
  ) throws -> (state: State, error: Double, reading: CyclingReading) {
    var next = state.lithiation
    var error = 0.0
    switch control {
    case .rate(let rate): next += rate * duration
    case .voltage(let voltage):
      next = try midpoint(midpoint(state.lithiation, duration / 2, voltage), duration / 2, voltage)
      error = try abs(next - midpoint(state.lithiation, duration, voltage)) / 3
    case .lithiation(let held): next = held
    }
    guard next > 0, next < 1 else { throw NoSolution() }
    let result = State(lithiation: next, passed: state.passed + (next - state.lithiation))
    return (result, error, try reading(of: result, control: control))
  }

  func reading(of state: State, control: SurfaceControl) throws -> CyclingReading {
    let u = state.lithiation
    var (voltage, rate) = (0.0, 0.0)
    switch control {
    case .rate(let held):
      rate = held
      voltage = kinetics.voltage(currentDensity: currentDensity(rate: held), surfaceLithiation: u).value
    case .voltage(let held):
      voltage = held
      rate = self.rate(voltage: held, u).value
    case .lithiation: voltage = kinetics.openCircuitVoltage(u)
    }
    return CyclingReading(
      voltage: voltage, rate: rate, meanLithiation: u, surfaceLithiation: u, passedLithiation: state.passed)
  }
}

extension WellMixedParticle {
  /// A sphere of 5 µm radius with a smooth open-circuit voltage; the film in Ω m².
  static func sample(film: Double = 0) throws -> WellMixedParticle {
    WellMixedParticle(
      kinetics: SurfaceKinetics(
        openCircuitVoltage: try .formula("4.7 - 1.2*u + 0.1*tanh(8*(0.5 - u))"),
        exchangeCurrentDensity: try .formula("2*sqrt(u*(1 - u))"), filmResistance: film, maximumConcentration: 50_000),
      specificSurface: 3 / 5e-6)
  }
}
