public import Electrochemistry

/// BioLogic's text export `.mpt`: lines of a header in Latin-1, a line of titles, and a line a sample, split by tabs.
///
/// The decimal sign follows the locale of the machine that wrote the file; comma and point are both read.
public enum BioLogicText {
  /// Whether bytes start like an `.mpt` file.
  public static func recognises(_ bytes: [UInt8]) -> Bool {
    let start = Latin1.text(bytes.prefix(64))
    return start.hasPrefix("EC-Lab ASCII FILE") || start.hasPrefix("BT-Lab ASCII FILE")
  }

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: the name of the file, for messages.
  /// - Throws: ``FormatError`` when the bytes are no `.mpt` file, hold no samples, or no time, voltage and current.
  public static func read(_ bytes: [UInt8], named name: String) throws -> PotentiostatSeries {
    try table(bytes, named: name).series(named: name)
  }

  /// Reads all columns of a run.
  public static func table(_ bytes: [UInt8], named name: String) throws -> BioLogicTable {
    guard recognises(bytes) else {
      throw FormatError(
        name, at: "line 1", "is not a BioLogic .mpt file: expected \"EC-Lab ASCII FILE\" or \"BT-Lab ASCII FILE\"")
    }
    let lines = TextLines.split(bytes)
    guard lines.count > 1 else { throw FormatError(name, "ends after its first line") }
    let count = Latin1.text(lines[1]).split(separator: ":").last.flatMap { Int($0.trimmed) }
    guard let count, Latin1.text(lines[1]).hasPrefix("Nb header lines") else {
      throw FormatError(name, at: "line 2", "expected \"Nb header lines : N\"")
    }
    guard count >= 3, count < lines.count else {
      throw FormatError(
        name, at: "line 2", "claims \(count) header lines in a file of \(lines.count) lines")
    }
    let header = lines[2..<(count - 1)].map { Latin1.text($0).trimmed }
    var titles = Latin1.text(lines[count - 1]).split(separator: "\t", omittingEmptySubsequences: false)
      .map { String($0).trimmed }
    while titles.last == "" { titles.removeLast() }
    guard titles.contains("time/s") else {
      throw FormatError(name, at: "line \(count)", "expected the titles of the columns, \"time/s\" among them")
    }
    var warnings: [String] = []
    let values = try samples(lines[count...], titles: titles, name, &warnings)
    let columns = zip(titles, values).map { title, values in
      let (columnName, unit) = BioLogicColumns.split(title: title)
      return PotentiostatSeries.Column(name: columnName, unit: unit, values: values)
    }
    return BioLogicTable(
      technique: header.first { !$0.isEmpty }.map { BioLogicColumns.technique(named: $0) } ?? "",
      startDate: header.lazy.compactMap { startDate($0) }.first, mass: header.lazy.compactMap { mass($0) }.first,
      columns: columns, warnings: warnings)
  }

  /// The columns that the series is made of: an unreadable value there is an error.
  private static let needed: Set<String> = [
    "time/s", "Ewe/V", "Ecell/V", "<Ewe>/V", "<Ecell>/V", "I/mA", "<I>/mA", "dq/mA.h", "dQ/mA.h", "(Q-Qo)/mA.h", "mode",
    "Ns", "half cycle",
  ]

  private static func samples(
    _ lines: ArraySlice<ArraySlice<UInt8>>, titles: [String], _ file: String, _ warnings: inout [String]
  ) throws -> [[Double]] {
    // A comma nowhere but in numbers: these lines are split by tabs.
    let decimalComma = lines.prefix(50).contains { $0.contains(UInt8(ascii: ",")) }
    let isNeeded = titles.map { needed.contains($0) }
    var columns = [[Double]](repeating: [], count: titles.count)
    for index in columns.indices { columns[index].reserveCapacity(lines.count) }
    var unreadable = [Int](repeating: 0, count: titles.count)
    for (number, line) in zip(lines.indices, lines) {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
      var fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
      while fields.count > titles.count, fields.last?.allSatisfy({ $0 == 0x20 }) ?? false { fields.removeLast() }
      guard fields.count == titles.count else {
        if number == lines.endIndex - 1, columns[0].count > 0 {
          warnings.append("The last line is cut short and is not used.")
          break
        }
        throw FormatError(
          file, at: "line \(number + 1)", "has \(fields.count) fields; the titles announce \(titles.count)")
      }
      for index in fields.indices {
        let value = DecimalParser.number(fields[index], decimalComma: decimalComma)
        if value == nil {
          guard !isNeeded[index] else {
            throw FormatError(
              file, at: "line \(number + 1)",
              "\"\(Latin1.text(fields[index].prefix(40)))\" in column \(titles[index]) is not a number")
          }
          unreadable[index] += 1
        }
        columns[index].append(value ?? .nan)
      }
    }
    guard let first = columns.first, !first.isEmpty else { throw FormatError(file, "holds no samples") }
    for index in titles.indices where unreadable[index] > 0 {
      warnings.append("Column \(titles[index]) has \(unreadable[index]) values that are not numbers.")
    }
    return columns
  }

  /// The date of "Acquisition started on : 11/19/2024 15:14:45.925".
  private static func startDate(_ line: String) -> String? {
    guard line.hasPrefix("Acquisition started on"), let colon = line.firstIndex(of: ":") else { return nil }
    let parts = line[line.index(after: colon)...].split { " /:-".contains($0) }
    guard parts.count == 6, let month = Int(parts[0]), let day = Int(parts[1]), let year = Int(parts[2]),
      let hour = Int(parts[3]), let minute = Int(parts[4]),
      let second = Double(parts[5].replacing(",", with: ".")), (1...12).contains(month), (1...31).contains(day),
      (1900...2200).contains(year), (0...23).contains(hour), (0...59).contains(minute), (0..<60).contains(second)
    else { return nil }
    let date = "\(year)-\(CalendarDate.padded(month, 2))-\(CalendarDate.padded(day, 2))"
    let milliseconds = Int((second * 1000).rounded())
    let clock = "\(CalendarDate.padded(hour, 2)):\(CalendarDate.padded(minute, 2))"
    let tail = "\(CalendarDate.padded(milliseconds / 1000, 2)).\(CalendarDate.padded(milliseconds % 1000, 3))"
    return "\(date)T\(clock):\(tail)"
  }

  /// The mass of "Mass of active material : 7000.000 mg" in kilograms; nil for the default of 0.001 mg.
  private static func mass(_ line: String) -> Double? {
    guard line.hasPrefix("Mass of active material"), let colon = line.firstIndex(of: ":") else { return nil }
    let parts = line[line.index(after: colon)...].split(separator: " ")
    guard parts.count == 2, let value = Double(parts[0].replacing(",", with: ".")), value.isFinite, value > 0 else {
      return nil
    }
    // Divided, since the reciprocal of a power of ten is not exact.
    let unitsPerKilogram: Double? =
      switch parts[1] {
      case "kg": 1
      case "g": 1e3
      case "mg": 1e6
      case "µg": 1e9
      default: nil
      }
    guard let unitsPerKilogram, !(value == 0.001 && parts[1] == "mg") else { return nil }
    return value / unitsPerKilogram
  }
}

extension StringProtocol {
  /// Without spaces and tabs at both ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
