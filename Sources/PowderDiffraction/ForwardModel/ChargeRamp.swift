/// The mean state of charge while a current is held: it rises evenly from the start to the end and then rests.
public struct ChargeRamp: Sendable, Hashable {
  /// When the current starts and how long it flows, in seconds of the detector's clock.
  public var start, duration: Double
  /// State of charge before, and at the end, of the material that takes part.
  public var initial, final: Double

  public init(start: Double = 0, duration: Double, initial: Double = 0, final: Double) {
    self.start = start
    self.duration = duration
    self.initial = initial
    self.final = final
  }

  /// The state of charge at a time, in seconds of the same clock.
  public func callAsFunction(_ time: Double) -> Double {
    initial + (final - initial) * min(max((time - start) / duration, 0), 1)
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(duration > 0, "duration of the charge", duration, "a positive time")
    try ForwardModelError.require(true, "start of the charge", start, "a time")
    for (name, value) in [("initial", initial), ("final", final)] {
      try ForwardModelError.require(
        value >= 0 && value <= 1, "\(name) state of charge", value, "0 to 1; a smaller current, or a larger active mass"
      )
    }
  }
}
