/// What the particle's surface is held at during a step in time.
public enum SurfaceControl: Sendable, Hashable {
  /// The mean lithiation changes by so much in a second: a current. Negative while lithium leaves (charge); 0 is rest.
  case rate(Double)
  /// The terminal voltage, in volts; needs surface kinetics.
  case voltage(Double)
  /// The lithiation at the surface itself, 0...1: the seed's potentiostatic case.
  case lithiation(Double)
}

/// A particle whose lithium can be followed through a step in time: the radial one, or one on a mesh.
///
/// The driver of a protocol (``CyclingDriver``) chooses steps and finds events; it knows nothing of space.
public protocol CyclingTransport {
  associatedtype State

  /// A uniform particle.
  func uniform(_ lithiation: Double) -> State

  /// One step in time.
  ///
  /// - Parameters:
  ///   - state: where it starts.
  ///   - duration: in seconds.
  ///   - control: what the surface is held at, throughout the step.
  /// - Returns: the new state, an estimate of its largest error in lithiation, and what an instrument reads at the end
  ///   of the step.
  /// - Throws: when the equations have no solution in this step; the driver then tries a shorter one.
  func step(
    from state: State, duration: Double, control: SurfaceControl
  ) throws -> (state: State, error: Double, reading: CyclingReading)

  /// What an instrument reads in a state while a control acts, with no time passing: at the start of a segment.
  func reading(of state: State, control: SurfaceControl) throws -> CyclingReading
}

/// What is known of the whole particle at a time.
public struct CyclingReading: Sendable, Hashable {
  /// Terminal voltage in volts; NaN without kinetics.
  public var voltage: Double
  /// dū/dt in 1/s: the current, per F c_max V; negative while lithium leaves.
  public var rate: Double
  /// Mean lithiation of the particle.
  public var meanLithiation: Double
  /// Mean lithiation of the wetted surface.
  public var surfaceLithiation: Double
  /// The integral of the rate since the start of the protocol as the surface saw it, by the transport's own method in
  /// time: what a potentiostat counts. It equals the change of ``meanLithiation`` to rounding.
  public var passedLithiation: Double

  public init(
    voltage: Double, rate: Double, meanLithiation: Double, surfaceLithiation: Double, passedLithiation: Double
  ) {
    self.voltage = voltage
    self.rate = rate
    self.meanLithiation = meanLithiation
    self.surfaceLithiation = surfaceLithiation
    self.passedLithiation = passedLithiation
  }
}
