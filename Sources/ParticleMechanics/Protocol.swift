/// One leg of a potentiostatic protocol: the surface is held at a lithiation from t = 0 of the leg on.
///
/// The first leg starts from a uniform state; a later one from where the leg before it ended.
public struct ProtocolLeg: Sendable, Hashable {
  public enum Direction: String, Sendable, Hashable, CaseIterable { case charge, discharge }

  public var direction: Direction
  /// The lithiation held at the surface, 0...1.
  public var surfaceLithiation: Double
  /// Length of the leg, in seconds.
  public var duration: Double
  /// Times since the start of the leg at which the state is handed over, ascending, in seconds; at most `duration`.
  public var outputTimes: [Double]

  public init(direction: Direction, surfaceLithiation: Double, duration: Double, outputTimes: [Double]) {
    self.direction = direction
    self.surfaceLithiation = surfaceLithiation
    self.duration = duration
    self.outputTimes = outputTimes
  }
}
