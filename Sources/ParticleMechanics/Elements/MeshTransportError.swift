/// Why a step of transport on a mesh has no result.
public enum MeshTransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A voltage is to be held and the surface has no kinetics.
  case noKinetics
  /// A state whose number of values is not that of the mesh's nodes.
  case wrongCount(count: Int, expected: Int)
  /// A step is no positive number of seconds.
  case invalidDuration(Double)
  /// A lithiation, a rate or a voltage that is held is not usable.
  case invalidControl(SurfaceControl)
  /// The iteration did not meet its tolerance: what was left, in lithiation, after so many rounds.
  case notConverged(time: Double, change: Double, rounds: Int)
  /// No lithium passes: the mesh has no outside.
  case noSurface

  public var description: String {
    switch self {
    case .noKinetics:
      "a voltage cannot be held without surface kinetics; give an open-circuit voltage and an exchange current"
    case .wrongCount(let count, let expected):
      "the state has \(count) lithiations; the mesh expects \(expected), one a node"
    case .invalidDuration(let duration): "the step lasts \(duration) s; expected a positive number of seconds"
    case .invalidControl(let control): "the surface cannot be held at \(control); expected finite numbers"
    case .notConverged(let time, let change, let rounds):
      "transport at \(time) s changes by \(change) in lithiation after \(rounds) rounds; take a shorter step"
    case .noSurface: "the mesh has no outside through which lithium could pass"
    }
  }
}
