import Figures
import Foundation
public import Pipeline

/// Numbers as a person writes them down: an uncertainty with two digits, the value to the same place.
public enum ValueText {
  /// A value with its standard uncertainty and unit: "27.54 ± 0.12 mAh/g", "(2.13 ± 0.04) × 10⁻¹⁵ m³".
  ///
  /// - Parameter uncertainty: in the unit of `value`; nil, zero, or not finite prints the value alone, with five digits.
  public static func text(_ value: Double, uncertainty: Double?, unit: String) -> String {
    let number = number(value, uncertainty: uncertainty)
    return unit.isEmpty || unit == "1" ? number : "\(number) \(unit)"
  }

  static func number(_ value: Double, uncertainty: Double?) -> String {
    guard value.isFinite else { return "not available" }
    guard let uncertainty, uncertainty.isFinite, uncertainty > 0 else { return minus(plain(value)) }
    let largest = max(abs(value), uncertainty)
    let exponent = Int(floor(log10(largest)))
    let scientific = exponent < -3 || exponent > 5
    let shift = scientific ? pow(10, Double(exponent)) : 1
    let (v, u) = (value / shift, uncertainty / shift)
    // Two digits of the uncertainty, which may round up to three: 0.0997 is 0.10.
    let place = max(0, 1 - Int(floor(log10(u * 1.0000001 + 0.005 * u))))
    let decimals = min(place, 12)
    let pair = "\(String(format: "%.\(decimals)f", v)) ± \(String(format: "%.\(decimals)f", u))"
    return minus(scientific ? "(\(pair)) × 10\(superscript(exponent))" : pair)
  }

  /// A number with at most five significant digits.
  static func plain(_ value: Double) -> String {
    let text = compactNumber(value, digits: 5)
    guard let split = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: split)...]) else {
      return text
    }
    return "\(text[..<split]) × 10\(superscript(exponent))"
  }

  private static func minus(_ text: String) -> String { text.replacing("-", with: "−") }

  private static func superscript(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (exponent < 0 ? "⁻" : "")
      + String(String(abs(exponent)).compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }
}

extension HeadlineValue {
  /// The value with uncertainty and unit, as it is printed.
  public var text: String { ValueText.text(value, uncertainty: uncertainty, unit: unit) }
}
