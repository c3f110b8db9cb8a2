import Foundation

/// `base` to the power `exponent`; 1 stays exactly 1.
func raise(_ base: Double, _ exponent: Double) -> Double {
  base == 1 ? 1 : pow(base, exponent)
}

/// The shortest decimal of at least 15 digits' precision that `accepts` takes, as 12.5, 1e-05 or 4.69e-12.
func shortestDecimal(_ value: Double, where accepts: (Double) -> Bool) -> String {
  for digits in 15...16 {
    let text = String(format: "%.\(digits)g", value)
    if let read = Double(text), accepts(read) { return text }
  }
  return String(format: "%.17g", value)
}

/// A value to a number of significant digits.
func decimal(_ value: Double, significantDigits: Int) -> String {
  let digits = min(max(significantDigits, 1), 17)
  let magnitude = value == 0 ? 0 : Int(floor(log10(abs(value))))
  // Trailing zeros say how many digits are meant, so they stay.
  if magnitude < -4 || magnitude >= max(digits, 6) { return String(format: "%.\(digits - 1)e", value) }
  return String(format: "%.\(max(digits - 1 - magnitude, 0))f", value)
}

/// A value and its uncertainty, both to the second significant digit of the uncertainty: "4.69" and "0.23".
func decimals(_ value: Double, uncertainty: Double) -> (value: String, uncertainty: String) {
  guard uncertainty > 0, uncertainty.isFinite, value.isFinite else {
    return (shortestDecimal(value) { $0 == value }, "0")
  }
  // Rounded first, for 0.0996 to become 0.100 and not 0.1000.
  let rounded = Double(String(format: "%.1e", uncertainty)) ?? uncertainty
  let places = 1 - Int(floor(log10(rounded) + 1e-12))
  if (0...12).contains(places) {
    return (String(format: "%.\(places)f", value), String(format: "%.\(places)f", rounded))
  }
  if (-4..<0).contains(places), abs(value) < 1e9 {
    let scale = raise(10, Double(-places))
    return (String(format: "%.0f", (value / scale).rounded() * scale), String(format: "%.0f", rounded))
  }
  let magnitude = value == 0 ? -places : max(Int(floor(log10(abs(value)))), -places)
  let digits = min(max(magnitude + places, 0), 16)
  return (String(format: "%.\(digits)e", value), String(format: "%.1e", rounded))
}
