/// Input that the radial twin cannot solve.
public enum RadialParticleError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A property of the model lies outside the range in which the equations hold.
  case invalidModel(property: String, value: Double, expected: String)
  /// A lithiation is not a number from 0 to 1.
  case invalidLithiation(Double)
  /// There is no leg to solve.
  case noLegs
  /// A leg, counted from 0, cannot be followed; `reason` says which property is wrong and what is expected.
  case invalidLeg(index: Int, reason: String)
  /// A radius at which a profile is wanted lies outside the particle of radius `limit`, both in metres.
  case invalidRadius(Double, limit: Double)
  /// A setting of the numerical resolution is out of range.
  case invalidResolution(setting: String, value: Double, expected: String)
  /// The diffusivity depends on lithiation, which a ``RadialParticle`` cannot follow.
  case variableDiffusivity
  /// The step in time became too short, or the steps too many, at this time of a leg in seconds.
  case stepsExhausted(leg: Int, time: Double)

  public var description: String {
    switch self {
    case .invalidModel(let property, let value, let expected):
      "the model's \(property) is \(value); expected \(expected)"
    case .invalidLithiation(let value): "the lithiation is \(value); expected a number from 0 to 1"
    case .noLegs: "the protocol has no leg; expected at least one charge or discharge"
    case .invalidLeg(let index, let reason): "leg \(index + 1) of the protocol: \(reason)"
    case .invalidRadius(let value, let limit):
      "the radius \(value) m lies outside the particle; expected 0 to \(limit) m"
    case .invalidResolution(let setting, let value, let expected):
      "the radial resolution's \(setting) is \(value); expected \(expected)"
    case .variableDiffusivity:
      "the diffusivity depends on lithiation; expected a constant one here, or use the radial cell"
    case .stepsExhausted(let leg, let time):
      "leg \(leg + 1) of the protocol could not be followed beyond \(time) s; use a larger time tolerance"
    }
  }
}
