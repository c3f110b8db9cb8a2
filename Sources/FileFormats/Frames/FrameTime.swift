/// Dates and times as detectors write them.
enum FrameTime {
  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// Seconds since 1970-01-01 of a text such as "2014:10:24 16:33:09", "2011/Jul/22 01:33:59.123" or
  /// "2026-03-01T12:00:00.5+01:00"; without a time zone as if it were UTC. `nil` when it is not a date with a time.
  static func seconds(_ text: String) -> Double? {
    let parts = text.split { " T\t".contains($0) }
    guard parts.count >= 2 else { return nil }
    let date = parts[0].split { "-/:".contains($0) }
    guard date.count == 3 else { return nil }
    let month = months.firstIndex(of: date[1].lowercased()).map { CalendarDate.padded($0 + 1, 2) } ?? String(date[1])
    var clock = parts[1]
    var shift = 0.0
    if let sign = clock.lastIndex(where: { "+-Z".contains($0) }) {
      let zone = clock[sign...].dropFirst().split(separator: ":").map { Int($0) }
      if zone.count == 2, let hours = zone[0], let minutes = zone[1], abs(hours) <= 24, abs(minutes) < 60 {
        shift = Double(hours * 3600 + minutes * 60) * (clock[sign] == "-" ? -1 : 1)
      }
      clock = clock[..<sign]
    }
    guard let day = CalendarDate.daysSince1899("\(date[0])-\(month)-\(date[2])") else { return nil }
    let time = clock.split(separator: ":")
    guard time.count == 3, let hour = Int(time[0]), let minute = Int(time[1]), let second = Double(time[2]),
      (0...23).contains(hour), (0...59).contains(minute), (0..<61).contains(second)
    else { return nil }
    return (day - 25_569) * 86_400 + Double(hour * 3600 + minute * 60) + second - shift
  }
}
