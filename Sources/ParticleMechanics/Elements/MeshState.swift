/// Lithium in a particle on a mesh at a time.
public struct MeshState: Sendable, Hashable {
  /// A value a node, 0...1.
  public var lithiation: [Double]
  /// Since the start, in seconds.
  public var time: Double
  /// Terminal voltage at the end of the last step, in volts; NaN without kinetics or before a step.
  public var voltage: Double
  /// dū/dt at the end of the last step, in 1/s.
  public var rate: Double
  /// The mean lithiation that has passed the surface since the start.
  public var passedLithiation: Double

  public init(
    lithiation: [Double], time: Double = 0, voltage: Double = .nan, rate: Double = 0, passedLithiation: Double = 0
  ) {
    self.lithiation = lithiation
    self.time = time
    self.voltage = voltage
    self.rate = rate
    self.passedLithiation = passedLithiation
  }
}
