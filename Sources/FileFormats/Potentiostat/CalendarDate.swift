/// Dates of the Gregorian calendar without a time zone, as instruments write them.
enum CalendarDate {
  /// A number with leading zeros.
  static func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(width - text.count, 0)) + text
  }

  /// "2024-01-10T11:02:29.886" from days since 1899-12-30, rounded to a millisecond.
  static func text(daysSince1899 days: Double) -> String {
    let milliseconds = Int((days * 86_400_000).rounded())
    let day = milliseconds / 86_400_000
    let rest = milliseconds % 86_400_000
    let date = civil(daysSince1970: day - 25_569)
    let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { padded($0, 2) }.joined(separator: ":")
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(clock).\(padded(rest % 1000, 3))"
  }

  /// Days since 1899-12-30 from "2024-01-10T11:02:29.886" or "2024-01-10"; nil when it is not a date.
  static func daysSince1899(_ text: String) -> Double? {
    let parts = text.split { "-T:".contains($0) }
    guard parts.count == 3 || parts.count == 6, let year = Int(parts[0]), let month = Int(parts[1]),
      let day = Int(parts[2]), (1900...2200).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var days = Double(self.days(year: year, month: month, day: day) + 25_569)
    if parts.count == 6 {
      guard let hour = Int(parts[3]), let minute = Int(parts[4]), let second = Double(parts[5].prefix { $0 != "Z" }),
        (0...23).contains(hour), (0...59).contains(minute), (0..<61).contains(second)
      else { return nil }
      days += (Double(hour * 3600 + minute * 60) + second) / 86_400
    }
    return days
  }

  // Howard Hinnant's algorithms, which count years from March on so that the leap day comes last.

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
