/// The units of protocols in words.
enum ProtocolUnit {
  /// The power of ten of a current's unit; nil for other words.
  static func ampereExponent(_ word: String) -> Int? {
    switch word.lowercased() {
    case "a", "amp", "amps", "ampere", "amperes": 0
    case "ma", "milliampere", "milliamperes": -3
    case "ua", "µa", "μa", "microampere", "microamperes": -6
    case "na", "nanoampere", "nanoamperes": -9
    case "pa", "picoampere", "picoamperes": -12
    case "fa", "femtoampere", "femtoamperes": -15
    default: nil
    }
  }

  /// In seconds.
  static func duration(_ word: String) -> Double? {
    switch word.lowercased() {
    case "s", "sec", "secs", "second", "seconds": 1
    case "min", "mins", "minute", "minutes": 60
    case "h", "hr", "hrs", "hour", "hours": 3600
    case "day", "days": 86400
    default: word == "d" ? 86400 : nil
    }
  }

  static func voltExponent(_ word: String) -> Int? {
    switch word.lowercased() {
    case "v", "volt", "volts": 0
    case "mv", "millivolt", "millivolts": -3
    default: nil
    }
  }

  /// The power of ten of a charge in ampere hours.
  static func ampereHourExponent(_ word: String) -> Int? {
    guard word.lowercased().hasSuffix("ah") else { return nil }
    return ampereExponent(String(word.dropLast()))
  }

  static func isLithiation(_ word: String) -> Bool {
    ["lithiation", "lithium", "li", "u", "x"].contains(word.lowercased())
  }

  /// digits × 10^exponent, rounded once: 30 with −12 is the number nearest to 30e-12.
  static func scale(_ digits: String, exponent: Int) -> Double? {
    let hasExponent = digits.contains { $0 == "e" || $0 == "E" }
    guard hasExponent, let value = Double(digits) else { return Double("\(digits)e\(exponent)") }
    return exponent == 0 ? value : Double("1e\(exponent)").map { value * $0 }
  }
}
