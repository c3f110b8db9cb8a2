/// The particle at one time of a protocol, by values at the nodes of its mesh.
public struct ParticleState: Sendable, Hashable {
  /// The leg it belongs to, counted from 0.
  public var legIndex: Int
  /// Seconds since the start of the leg; infinite for the state that a leg tends to.
  public var time: Double
  /// Lithiation of each node.
  public var lithiation: [Double]
  /// ∫ u dA / ∫ dA.
  public var meanLithiation: Double
  /// ∫ u dA minus its value at the start of the leg, over the sector, in m².
  public var lithiumContentChange: Double
  /// What has entered through the arc since the start of the leg, the integral over time of the consistent nodal
  /// reactions, in m². Negative while lithium leaves.
  public var boundaryFluxIntegral: Double
  /// The x and the y component of each node's displacement in turn, in metres; empty until mechanics are solved.
  public var displacement: [Double]
  /// The uniform total strain along the axis.
  public var axialStrain: Double

  public init(
    legIndex: Int, time: Double, lithiation: [Double], meanLithiation: Double, lithiumContentChange: Double,
    boundaryFluxIntegral: Double, displacement: [Double] = [], axialStrain: Double = 0
  ) {
    self.legIndex = legIndex
    self.time = time
    self.lithiation = lithiation
    self.meanLithiation = meanLithiation
    self.lithiumContentChange = lithiumContentChange
    self.boundaryFluxIntegral = boundaryFluxIntegral
    self.displacement = displacement
    self.axialStrain = axialStrain
  }
}

/// What one leg of a protocol led to.
public struct TransportLegResult: Sendable, Hashable {
  /// A state for each output time, without displacements.
  public var states: [ParticleState]
  /// Lithiation of each node at the end of the leg: the start of the next one.
  public var finalLithiation: [Double]
  public var statistics: TransportStatistics

  public init(states: [ParticleState], finalLithiation: [Double], statistics: TransportStatistics) {
    self.states = states
    self.finalLithiation = finalLithiation
    self.statistics = statistics
  }
}

/// How far a leg has been followed, for a progress display.
public struct ParticleProgress: Sendable, Hashable {
  /// The leg, counted from 0.
  public var legIndex: Int
  /// Seconds since its start, and its length in seconds.
  public var time: Double
  public var duration: Double
}
