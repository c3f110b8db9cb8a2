/// What the integration of transport cost, and how well it kept to the bounds of the solution.
public struct TransportStatistics: Sendable, Hashable {
  /// Nodes whose lithiation is solved for.
  public var unknowns: Int
  /// Steps taken, the four short ones after each jump included.
  public var steps = 0
  /// Steps repeated with a shorter length because their error was too large.
  public var rejectedSteps = 0
  /// Matrices factorised: one for each step length used.
  public var factorisations = 0
  /// Systems solved.
  public var solves = 0
  /// Smallest and largest lithiation of any node after any step; without sources the exact solution stays between the
  /// initial and the surface values.
  public var smallestLithiation = Double.infinity
  public var largestLithiation = -Double.infinity

  public init(unknowns: Int) {
    self.unknowns = unknowns
  }

  /// Adds another leg's figures to these.
  public mutating func add(_ other: TransportStatistics) {
    unknowns = max(unknowns, other.unknowns)
    steps += other.steps
    rejectedSteps += other.rejectedSteps
    factorisations += other.factorisations
    solves += other.solves
    smallestLithiation = min(smallestLithiation, other.smallestLithiation)
    largestLithiation = max(largestLithiation, other.largestLithiation)
  }
}
