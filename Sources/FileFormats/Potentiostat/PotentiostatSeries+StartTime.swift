public import Electrochemistry

extension PotentiostatSeries {
  /// When the run started, in seconds since 1970-01-01 by the instrument's own clock, read as if it showed universal
  /// time; nil when the file does not say.
  public var startTime: Double? {
    guard let days = startDate.flatMap(CalendarDate.daysSince1899) else { return nil }
    // 1970-01-01 is day 25 569; to a microsecond, which is what a double holds of a date.
    return ((days - 25_569) * 86_400 * 1e3).rounded() / 1e3
  }
}
