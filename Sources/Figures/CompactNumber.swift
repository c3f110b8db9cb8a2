import Foundation

/// A number with at most the given count of significant digits and no superfluous zeros: "0.25", "1.5e-12".
///
/// - Returns: "NaN" for what is not finite.
public func compactNumber(_ value: Double, digits: Int = 6) -> String {
  guard value.isFinite else { return "NaN" }
  if value == value.rounded(), abs(value) < 1e6, digits >= 6 { return String(Int(value)) }
  return String(format: "%.\(digits)g", value)
}
