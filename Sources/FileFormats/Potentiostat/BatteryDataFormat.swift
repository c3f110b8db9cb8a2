public import Electrochemistry

/// The Battery Data Format: CSV whose titles are "name / unit", current positive while charging.
///
/// Required are `Test Time / s`, `Current / A` and `Voltage / V`; other units of the same quantity are converted, and
/// the ontology's names (`test_time_second`, `current_ampere`, `voltage_volt`) are read too. Values may be split by
/// commas, semicolons (then with a decimal comma, if any) or tabs.
public enum BatteryDataFormat {
  /// Reads a run.
  ///
  /// - Parameters:
  ///   - bytes: the whole file, UTF-8 or Latin-1.
  ///   - name: the name of the file, for messages.
  /// - Throws: ``FormatError`` when a required column is missing, a line is malformed or a value is not a number.
  public static func read(_ bytes: [UInt8], named name: String) throws -> PotentiostatSeries {
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    let lines = TextLines.split(content)
    guard let first = lines.firstIndex(where: { !isBlank($0) && $0.first != UInt8(ascii: "#") }) else {
      throw FormatError(name, "is empty; expected titles such as \"Test Time / s,Current / A,Voltage / V\"")
    }
    let delimiter = delimiter(lines[first])
    let titles = fields(lines[first], delimiter).map { text($0).trimmed }
    let headings = titles.map { Heading($0) }
    func place(_ quantity: Heading.Quantity) throws -> Int? {
      let matches = headings.indices.filter { headings[$0].quantity == quantity }
      if matches.count > 1 {
        let found = matches.map { "\"\(titles[$0])\"" }.joined(separator: " and ")
        throw FormatError(name, at: "line \(first + 1)", "the columns \(found) mean the same; keep one")
      }
      return matches.first
    }
    func required(_ quantity: Heading.Quantity, _ example: String) throws -> Int {
      if let index = try place(quantity) { return index }
      throw FormatError(
        name, at: "line \(first + 1)",
        "has no column \"\(example)\"; it has \(titles.prefix(20).map { "\"\($0)\"" }.joined(separator: ", "))")
    }
    let time = try required(.time, "Test Time / s")
    let current = try required(.current, "Current / A")
    let voltage = try required(.voltage, "Voltage / V")
    let step = try place(.step)
    let halfCycle = try place(.halfCycle)
    let mode = try place(.mode)
    let counter = try place(.counterCharge)
    let needed = Set([time, current, voltage, step, halfCycle, mode, counter].compactMap { $0 })
    let values = try samples(
      lines[(first + 1)...], delimiter, titles: titles, needed: needed, name)
    func scaled(_ index: Int) -> [Double] {
      let scale = headings[index].scale
      return scale == 1 ? values[index] : values[index].map { $0 * scale }
    }
    func integers(_ index: Int?) throws -> [Int]? {
      guard let index else { return nil }
      return try values[index].enumerated().map { sample, value in
        guard let integer = Int(exactly: value) else {
          throw FormatError(name, at: "sample \(sample + 1)", "\(value) in column \"\(titles[index])\" is no integer")
        }
        return integer
      }
    }
    let modes = try integers(mode)?.enumerated().map { sample, value in
      guard let mode = PotentiostatSeries.Mode(rawValue: value) else {
        throw FormatError(name, at: "sample \(sample + 1)", "mode \(value) is none of 1, 2 and 3")
      }
      return mode
    }
    return PotentiostatSeries(
      technique: "", startDate: nil, time: scaled(time), current: scaled(current), voltage: scaled(voltage),
      step: try integers(step), halfCycle: try integers(halfCycle), mode: modes,
      instrumentCounterCharge: counter.map(scaled),
      otherColumns: headings.indices.filter { !needed.contains($0) }.map {
        PotentiostatSeries.Column(name: headings[$0].name, unit: headings[$0].unit, values: values[$0])
      })
  }

  /// A title, "name / unit", and what it means.
  private struct Heading {
    enum Quantity { case time, current, voltage, step, halfCycle, mode, counterCharge, other }

    var name: String
    var unit: String
    var quantity: Quantity
    /// What turns a value into SI units.
    var scale: Double

    init(_ title: String) {
      // The last " / " splits, as a name may hold a stroke of its own: "Q charge/discharge / mA.h".
      if let split = title.ranges(of: " / ").last ?? title.ranges(of: "/").last {
        name = title[..<split.lowerBound].trimmed
        unit = title[split.upperBound...].trimmed
      } else {
        name = title
        unit = ""
      }
      quantity = .other
      scale = 1
      let key = name.lowercased()
      let known: (Quantity, [String: Double])? =
        switch key {
        case "test time", "time": (.time, Heading.times)
        case "test_time_second": (.time, ["": 1])
        case "current": (.current, Heading.currents)
        case "current_ampere": (.current, ["": 1])
        case "voltage": (.voltage, Heading.voltages)
        case "voltage_volt": (.voltage, ["": 1])
        case "step count", "step_count": (.step, Heading.numbers)
        case "half cycle": (.halfCycle, Heading.numbers)
        case "mode": (.mode, Heading.numbers)
        case "counter charge": (.counterCharge, Heading.charges)
        default: nil
        }
      if let known, let factor = known.1[unit] {
        quantity = known.0
        scale = factor
      }
      if unit == "1" { unit = "" }
    }

    // Both the micro sign and the Greek letter are in use.
    private static let times = ["s": 1.0, "ms": 1e-3, "min": 60, "h": 3600]
    private static let currents = [
      "A": 1.0, "mA": 1e-3, "uA": 1e-6, "\u{b5}A": 1e-6, "\u{3bc}A": 1e-6, "nA": 1e-9, "pA": 1e-12,
    ]
    private static let voltages = ["V": 1.0, "mV": 1e-3, "uV": 1e-6, "\u{b5}V": 1e-6, "\u{3bc}V": 1e-6]
    private static let charges = [
      "C": 1.0, "Ah": 3600, "mAh": 3.6, "uAh": 3.6e-3, "\u{b5}Ah": 3.6e-3, "\u{3bc}Ah": 3.6e-3, "nAh": 3.6e-6,
      "pAh": 3.6e-9, "A.h": 3600, "mA.h": 3.6,
    ]
    private static let numbers = ["": 1.0, "1": 1.0]
  }

  private static func samples(
    _ lines: ArraySlice<ArraySlice<UInt8>>, _ delimiter: UInt8, titles: [String], needed: Set<Int>, _ file: String
  ) throws -> [[Double]] {
    let decimalComma = delimiter != UInt8(ascii: ",") && lines.prefix(50).contains { $0.contains(UInt8(ascii: ",")) }
    var columns = [[Double]](repeating: [], count: titles.count)
    for (number, line) in zip(lines.indices, lines) where !isBlank(line) && line.first != UInt8(ascii: "#") {
      let fields = fields(line, delimiter)
      guard fields.count == titles.count else {
        throw FormatError(
          file, at: "line \(number + 1)", "has \(fields.count) fields; the titles announce \(titles.count)")
      }
      for index in fields.indices {
        let value = DecimalParser.number(fields[index], decimalComma: decimalComma)
        if needed.contains(index), value?.isFinite != true {
          throw FormatError(
            file, at: "line \(number + 1)",
            "\"\(text(fields[index].prefix(40)))\" in column \"\(titles[index])\" is not a finite number")
        }
        columns[index].append(value ?? .nan)
      }
    }
    guard let first = columns.first, !first.isEmpty else { throw FormatError(file, "holds titles but no samples") }
    return columns
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

  /// Tab or semicolon where the titles have one outside quotation marks, a comma otherwise.
  private static func delimiter(_ line: ArraySlice<UInt8>) -> UInt8 {
    var isQuoted = false
    let plain = line.filter { byte in
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      return !isQuoted
    }
    return [UInt8(ascii: ";"), 0x09].first { plain.contains($0) } ?? UInt8(ascii: ",")
  }

  /// The fields of a line; quotation marks around a field are taken off, and a delimiter inside them does not split.
  private static func fields(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> [ArraySlice<UInt8>] {
    let quote = UInt8(ascii: "\"")
    guard line.contains(quote) else { return line.split(separator: delimiter, omittingEmptySubsequences: false) }
    var fields: [ArraySlice<UInt8>] = []
    var field: [UInt8] = []
    var isQuoted = false
    for byte in line {
      if byte == quote {
        isQuoted.toggle()
      } else if byte == delimiter, !isQuoted {
        fields.append(field[...])
        field = []
      } else {
        field.append(byte)
      }
    }
    return fields + [field[...]]
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self) ?? Latin1.text(bytes)
  }
}

extension BatteryDataFormat {
  /// Writes a run, in SI units with the shortest digits that read back equal.
  ///
  /// Besides the required columns: Step Count, Half Cycle, Mode (1 galvanostatic, 2 potentiostatic, 3 rest), Counter
  /// Charge in coulombs, and every other column under its own name and unit.
  public static func write(_ series: PotentiostatSeries) -> String {
    var titles = ["Test Time / s", "Current / A", "Voltage / V", "Step Count / 1"]
    var columns: [(Int) -> String] = [
      { number(series.time[$0]) }, { number(series.current[$0]) }, { number(series.voltage[$0]) },
      { String(series.step[$0]) },
    ]
    if let halfCycle = series.halfCycle {
      titles.append("Half Cycle / 1")
      columns.append { String(halfCycle[$0]) }
    }
    if let mode = series.mode {
      titles.append("Mode / 1")
      columns.append { String(mode[$0].rawValue) }
    }
    if let counter = series.instrumentCounterCharge {
      titles.append("Counter Charge / C")
      columns.append { number(counter[$0]) }
    }
    for column in series.otherColumns {
      let title = "\(column.name) / \(column.unit.isEmpty ? "1" : column.unit)"
      titles.append(title.contains { ",;\"\n\t".contains($0) } ? "\"\(title.replacing("\"", with: "'"))\"" : title)
      columns.append { number(column.values[$0]) }
    }
    var text = titles.joined(separator: ",") + "\n"
    for sample in 0..<series.count {
      text += columns.map { $0(sample) }.joined(separator: ",")
      text += "\n"
    }
    return text
  }

  /// Empty for what is not a number, as CSV has it.
  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
