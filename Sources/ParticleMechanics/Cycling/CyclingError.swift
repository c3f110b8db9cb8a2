/// Why a protocol could not be followed.
public enum CyclingError: Error, Sendable, CustomStringConvertible {
  case invalidProtocol(CyclingProtocolError)
  /// A number outside the range in which it means something; in SI units.
  case parameterOutOfRange(name: String, value: Double, expected: String)
  /// The protocol speaks of voltages and the particle has no surface kinetics.
  case voltageUnknown(step: Int, words: String)
  /// A step, counted from 0, beyond a time since the start of the protocol, in seconds.
  case stuck(step: Int, words: String, time: Double, reading: CyclingReading, cause: String)
  /// A step, counted from 0, whose end is not in sight.
  case endless(step: Int, words: String, time: Double, reading: CyclingReading)

  public var description: String {
    switch self {
    case .invalidProtocol(let error): return error.description
    case .parameterOutOfRange(let name, let value, let expected): return "the \(name) is \(value); expected \(expected)"
    case .voltageUnknown(let step, let words):
      return "step \(step + 1) of the protocol (\(words)) needs a voltage, which the particle has only with surface "
        + "kinetics: state an open-circuit voltage and an exchange current, or use C-rates, times and lithiations alone"
    case .stuck(let step, let words, let time, let reading, let cause):
      return "step \(step + 1) of the protocol (\(words)) cannot be followed beyond \(time) s, \(Self.place(reading)): "
        + "\(cause); end the step earlier or lower the current"
    case .endless(let step, let words, let time, let reading):
      return
        "step \(step + 1) of the protocol (\(words)) had not ended after \(time) s, \(Self.place(reading)); give it a "
        + "duration as well, such as \"or for 10 h\""
    }
  }

  private static func place(_ reading: CyclingReading) -> String {
    let voltage = reading.voltage.isNaN ? "" : " and \(reading.voltage) V"
    return "at mean lithiation \(reading.meanLithiation), surface \(reading.surfaceLithiation)\(voltage)"
  }
}
