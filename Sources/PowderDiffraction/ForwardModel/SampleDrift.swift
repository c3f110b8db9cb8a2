import Foundation

/// Slow motion of the sample along the scan: `rate · t + amplitude · sin(2π t / period)`, zero at the time zero.
public struct SampleDrift: Sendable, Hashable {
  /// In metres a second.
  public var rate: Double
  /// In metres.
  public var amplitude: Double
  /// In seconds.
  public var period: Double

  public init(rate: Double = 0, amplitude: Double = 0, period: Double = 9000) {
    self.rate = rate
    self.amplitude = amplitude
    self.period = period
  }

  /// How far the sample has moved at a time, in metres.
  public func callAsFunction(_ time: Double) -> Double {
    rate * time + amplitude * sin(2 * .pi * time / period)
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(true, "rate of the drift", rate, "a speed")
    try ForwardModelError.require(true, "amplitude of the drift", amplitude, "a length")
    try ForwardModelError.require(period > 0, "period of the drift", period, "a positive time")
  }
}
