/// What is wrong with a particle model, its protocol or its mesh, or why its equations could not be solved.
public enum ParticleModelError: Error, Hashable, CustomStringConvertible {
  /// A parameter outside the range in which the model means something; `value` in SI units.
  case parameterOutOfRange(name: String, value: Double, expected: String)
  /// The transition from core to shell lies outside the particle; both in metres.
  case transitionOutsideParticle(transitionRadius: Double, radius: Double)
  /// The protocol has no leg.
  case noLegs
  /// A leg whose times cannot be followed; legs are counted from 0.
  case invalidLeg(index: Int, reason: String)
  /// A field whose number of values does not fit the mesh.
  case wrongFieldSize(name: String, count: Int, expected: Int)
  /// The linear equations could not be solved.
  case solverFailed(reason: String)

  public var description: String {
    switch self {
    case .parameterOutOfRange(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .transitionOutsideParticle(let position, let radius):
      "the transition radius is \(position) m; expected 0 to the particle's radius, \(radius) m"
    case .noLegs: "the protocol has no leg; expected at least one charge or discharge"
    case .invalidLeg(let index, let reason): "leg \(index + 1) of the protocol: \(reason)"
    case .wrongFieldSize(let name, let count, let expected):
      "\(name) has \(count) values; the mesh expects \(expected)"
    case .solverFailed(let reason): "the particle model could not be solved: \(reason)"
    }
  }
}
