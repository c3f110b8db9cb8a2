/// What a ``RadialCell`` cannot be made of, or why a step of it has no solution.
public enum RadialCellError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The particle itself is out of range.
  case particle(RadialParticleError)
  /// The surface kinetics cannot be used.
  case kinetics(MaterialError)
  /// The diffusivity cannot be used.
  case diffusivity(MaterialError)
  /// Stress is to act on lithium where expansion or stiffness has a direction.
  case directedCoupling
  case invalidConcentration(Double)
  /// A voltage is to be held without kinetics.
  case voltageWithoutKinetics
  /// A duration that is not a positive number of seconds.
  case invalidDuration(Double)
  /// The surface would hold more lithium than fits, or less than none.
  case surfaceOutOfRange(Double)
  /// Newton's method did not find the state at the end of a step of so many seconds.
  case noConvergence(duration: Double)
  /// Stress drives lithium uphill: the effective diffusivity is not positive somewhere.
  case unstable

  public var description: String {
    switch self {
    case .particle(let error): error.description
    case .kinetics(let error): error.description
    case .diffusivity(let error): error.description
    case .directedCoupling:
      """
      stress acts back on lithium only in a particle that expands alike along its radius and hoop, with isotropic \
      stiffness; choose the random structure, or switch the coupling off
      """
    case .invalidConcentration(let value):
      "the maximum concentration is \(value) mol/m³; expected a positive number"
    case .voltageWithoutKinetics:
      "a voltage cannot be held without surface kinetics; expected an open-circuit voltage and an exchange current"
    case .invalidDuration(let value): "the step lasts \(value) s; expected a positive number of seconds"
    case .surfaceOutOfRange(let value):
      "the surface would reach lithiation \(value), outside 0 to 1: the current is too large for the diffusivity"
    case .noConvergence(let duration): "no state solves the equations at the end of a step of \(duration) s"
    case .unstable:
      "stress makes the effective diffusivity negative: expansion and stiffness outweigh the chemical potential"
    }
  }
}
