import Foundation

/// A value that the user, or a publication, states; the report sets the recomputed one beside it.
public struct Claim: Codable, Hashable, Sendable {
  /// The key of the headline value it is about, for example "state_of_charge".
  public var key: String
  /// As it was written, for example "10.3 %"; the number of its digits says how far it can be trusted.
  public var statedText: String
  /// In `unit`.
  public var value: Double
  public var unit: String
  /// The line of the experiment file, from 1; nil when it came from elsewhere.
  public var line: Int?

  public init(key: String, statedText: String, value: Double, unit: String, line: Int? = nil) {
    self.key = key
    self.statedText = statedText
    self.value = value
    self.unit = unit
    self.line = line
  }

  /// One unit of the last digit that was written, in `unit`; nil where the text begins with no number.
  ///
  /// Zeros at the end of a whole number count as digits: "15500 s" is known to a second.
  public var lastDigit: Double? {
    let number = statedText.trimmingCharacters(in: .whitespaces).prefix { "+-.0123456789eE\u{2212}".contains($0) }
    let parts = number.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard let mantissa = parts.first, mantissa.contains(where: \.isNumber) else { return nil }
    let decimals = mantissa.firstIndex(of: ".").map { mantissa.distance(from: $0, to: mantissa.endIndex) - 1 } ?? 0
    let exponent = parts.count == 2 ? Int(parts[1].replacing("\u{2212}", with: "-")) ?? 0 : 0
    return pow(10, Double(exponent - decimals))
  }
}

/// A claim beside the value that this run has computed.
public struct ClaimEntry: Codable, Hashable, Sendable {
  public enum Verdict: String, Codable, Hashable, Sendable {
    /// The difference is at most twice the combined standard uncertainty.
    case agrees
    /// The recomputed value, rounded to the stated digits, is the stated one.
    case roundsToStated
    case differs
    /// No stage of this run gives the value, or not in a comparable unit.
    case notComputed
  }

  public var key: String
  /// In words; the key where nothing was computed.
  public var label: String
  /// As it was written.
  public var statedText: String
  /// In `unit`, as all values that follow.
  public var stated: Double
  public var recomputed: Double?
  /// The unit in which the claim was stated.
  public var unit: String
  /// The standard uncertainty of the recomputed value.
  public var uncertainty: Double?
  /// Recomputed less stated.
  public var difference: Double?
  /// The difference in parts of the stated value; nil when that is zero.
  public var relativeDifference: Double?
  public var verdict: Verdict
  /// What a reader should know of the verdict.
  public var comment: String
  /// The line of the experiment file, from 1.
  public var line: Int?
}

/// Converts a value from one unit to another; nil when they do not measure the same.
public typealias UnitConversion = (_ value: Double, _ unit: String, _ other: String) -> Double?

/// Sets every claim beside the headline value with its key, in the order of the claims.
///
/// The difference is held against the standard uncertainty of the recomputed value combined with that of the rounding of
/// the stated one (a uniform distribution over one unit of its last digit). Where the recomputed value rounds to the
/// stated digits, that is the verdict, since it says more.
///
/// - Parameter convert: needed where a claim and its headline value are in different units.
public func ledger(
  claims: [Claim], headlines: [HeadlineValue],
  convert: UnitConversion = { value, unit, other in unit == other ? value : nil }
) -> [ClaimEntry] {
  claims.map { claim in
    var entry = ClaimEntry(
      key: claim.key, label: claim.key, statedText: claim.statedText, stated: claim.value, unit: claim.unit,
      verdict: .notComputed, comment: "", line: claim.line)
    guard let headline = headlines.first(where: { $0.key == claim.key }) else {
      entry.comment = "no stage of this run gives this value"
      return entry
    }
    entry.label = headline.label
    guard let recomputed = convert(headline.value, headline.unit, claim.unit), recomputed.isFinite else {
      entry.comment = "computed as \(headline.value) \(headline.unit), which cannot be given in \(claim.unit)"
      return entry
    }
    compare(claim, recomputed, headline, convert, &entry)
    return entry
  }
}

private func compare(
  _ claim: Claim, _ recomputed: Double, _ headline: HeadlineValue, _ convert: UnitConversion, _ entry: inout ClaimEntry
) {
  let difference = recomputed - claim.value
  entry.recomputed = recomputed
  entry.difference = difference
  entry.relativeDifference = claim.value == 0 ? nil : difference / abs(claim.value)
  // A difference of two conversions, for a unit may have an offset.
  entry.uncertainty = headline.uncertainty.flatMap { uncertainty in
    convert(headline.value + uncertainty, headline.unit, claim.unit).map { abs($0 - recomputed) }
  }
  let lastDigit = claim.lastDigit ?? 0
  let rounding = lastDigit / 12.0.squareRoot()
  let combined = ((entry.uncertainty ?? 0) * (entry.uncertainty ?? 0) + rounding * rounding).squareRoot()
  // The allowance covers the rounding of the conversion, not of the claim.
  if abs(difference) <= 0.5 * lastDigit * (1 + 1e-9) + 1e-12 * abs(claim.value) {
    entry.verdict = .roundsToStated
    entry.comment = "the recomputed value rounds to the stated digits"
  } else if entry.uncertainty != nil && abs(difference) <= 2 * combined {
    entry.verdict = .agrees
    entry.comment = "within twice the combined standard uncertainty, but more than rounding explains"
  } else {
    entry.verdict = .differs
    entry.comment =
      entry.uncertainty == nil
      ? "more than rounding explains; no uncertainty of the recomputed value is known"
      : "more than twice the combined standard uncertainty"
  }
}
