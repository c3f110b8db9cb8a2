public import PowderDiffraction

/// Powder patterns of GSAS: `.gsas`, `.gsa`, `.fxye`, `.raw`, at constant wavelength.
///
/// A title, then for each bank a line `BANK number channels records binning start step 0 0 type` and its records. Angles
/// are hundredths of a degree. The types, in Fortran's notation (Larson & Von Dreele, GSAS manual, LAUR 86-748):
///
/// - STD, 10(I2,F6.0): counters n and counts y averaged over them, σ = √(y/n); nothing says that y are counts, check
///   the scatter. A channel of zero counts is given the σ of one count.
/// - ESD, 10F8.0: pairs of y and σ.
/// - FXYE and FXY, one channel a line: angle, y and, in the first, σ.
/// - ALT, 4(F8.0,F7.4,F5.4): angle in 1/32 of a hundredth of a degree, y and σ, both with four implied decimals.
///
/// The wavelength is in a separate instrument file and not read here.
public enum GSASPatternFile {
  /// Reads one bank.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: its name, for messages.
  ///   - bank: the number of the bank; the first of the file unless given.
  ///   - wavelength: in metres, if the caller knows it.
  /// - Throws: ``FormatError`` naming the line: no such bank, a time-of-flight binning, a type that is not known, a field
  ///   that is no number, more or fewer channels than announced.
  public static func read(
    _ bytes: [UInt8], named name: String, bank: Int? = nil, wavelength: Double? = nil
  ) throws -> PowderPattern {
    let lines = TextLines.split(bytes)
    let starts = lines.indices.filter { lines[$0].starts(with: Array("BANK".utf8)) }
    guard !starts.isEmpty else {
      throw FormatError(name, "no line begins with BANK; a GSAS powder pattern is expected")
    }
    var numbers: [String] = []
    for (order, start) in starts.enumerated() {
      let header = try GSASBank(lines[start], file: name, line: start + 1)
      if let bank, bank != header.number {
        numbers.append("\(header.number)")
        continue
      }
      let end = order + 1 < starts.count ? starts[order + 1] : lines.count
      let reader = GSASRecords(file: name, header: header, firstLine: start + 1)
      return try reader.pattern(lines[start + 1..<end], wavelength: wavelength)
    }
    throw FormatError(
      name, "there is no bank \(bank ?? 0); the file has \(numbers.prefix(20).joined(separator: ", "))")
  }
}

/// The line that begins a bank.
struct GSASBank {
  enum Kind: String { case STD, ESD, FXYE, FXY, ALT }

  let number: Int
  let channels: Int
  let kind: Kind
  /// First angle and step in hundredths of a degree.
  let start, step: Double
  let line: Int

  init(_ bytes: ArraySlice<UInt8>, file: String, line: Int) throws {
    let words = bytes.prefix(400).split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
    let place = "line \(line)"
    guard words.count >= 5 else {
      throw FormatError(file, at: place, "BANK, number, channels, records and binning are expected")
    }
    guard let number = Int(words[1]), let channels = Int(words[2]), channels > 0 else {
      throw FormatError(file, at: place, "the number of the bank and a positive number of channels are expected")
    }
    let binning = words[4].uppercased()
    guard binning.hasPrefix("CON") || binning == "RALF" else {
      throw FormatError(
        file, at: place,
        "the binning is \(binning.prefix(20)); CONS, CONST or RALF of a pattern at constant wavelength is expected")
    }
    let named = words.count > 5 ? words[5...].last?.uppercased() ?? "" : ""
    // Without a type the records are STD.
    let isNumber = DecimalParser.number(ArraySlice(named.utf8), decimalComma: false) != nil
    guard let kind = named.isEmpty || isNumber ? .STD : Kind(rawValue: named) else {
      throw FormatError(file, at: place, "the type is \(named.prefix(20)); STD, ESD, FXYE, FXY or ALT is expected")
    }
    func field(_ index: Int) -> Double? {
      words.count > index ? DecimalParser.number(ArraySlice(words[index].utf8), decimalComma: false) : nil
    }
    if kind == .STD || kind == .ESD {
      guard let start = field(5), let step = field(6), step > 0, start.isFinite, step.isFinite else {
        throw FormatError(file, at: place, "the first angle and a positive step in hundredths of a degree are expected")
      }
      (self.start, self.step) = (start, step)
    } else {
      (start, step) = (0, 0)
    }
    (self.number, self.channels, self.kind, self.line) = (number, channels, kind, line)
  }
}

/// Reads the records of one bank.
private struct GSASRecords {
  let file: String
  let header: GSASBank
  let firstLine: Int

  private struct Columns {
    var positions: [Double] = []
    var intensities: [Double] = []
    var sigmas: [Double] = []
  }

  func pattern(_ lines: ArraySlice<ArraySlice<UInt8>>, wavelength: Double?) throws -> PowderPattern {
    var columns = Columns()
    for index in lines.indices {
      let line = lines[index]
      if line.first == UInt8(ascii: "#") || line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x1A }) { continue }
      // A next title may follow the last record.
      if columns.intensities.count >= header.channels { break }
      try record(line, number: index + 1, &columns)
    }
    guard columns.intensities.count == header.channels else {
      throw FormatError(
        file, at: "line \(header.line)",
        "\(header.channels) channels are announced, \(columns.intensities.count) are there")
    }
    let scale = Double.pi / 18000
    let angles: [Double] =
      columns.positions.isEmpty
      ? (0..<header.channels).map { (header.start + header.step * Double($0)) * scale }
      : columns.positions.map { $0 * scale }
    do {
      return try PowderPattern(
        axis: .twoTheta, positions: angles, intensities: columns.intensities,
        sigmas: columns.sigmas.isEmpty ? nil : columns.sigmas, wavelength: wavelength)
    } catch {
      throw FormatError(file, at: "line \(header.line)", "\(error)")
    }
  }

  private func record(_ line: ArraySlice<UInt8>, number: Int, _ columns: inout Columns) throws {
    let left = header.channels - columns.intensities.count
    switch header.kind {
    case .STD:
      try fixed(line, width: 8, atMost: left) { field throws in
        guard let counts = try value(field.dropFirst(2), number) else { return false }
        let counters = try value(field.prefix(2), number) ?? 1
        guard counts >= 0, counters >= 0 else {
          throw FormatError(file, at: "line \(number)", "counts of \(counts) from \(counters) counters")
        }
        columns.intensities.append(counts)
        columns.sigmas.append((max(counts, 1) / max(counters, 1)).squareRoot())
        return true
      }
    case .ESD:
      try fixed(line, width: 16, atMost: left) { field throws in
        guard let intensity = try value(field.prefix(8), number) else { return false }
        columns.intensities.append(intensity)
        columns.sigmas.append(try value(field.dropFirst(8), number) ?? 0)
        return true
      }
    case .ALT:
      try fixed(line, width: 20, atMost: left) { field throws in
        guard let position = try value(field.prefix(8), number) else { return false }
        columns.positions.append(position / 32)
        columns.intensities.append(try value(field.dropFirst(8).prefix(7), number, decimals: 4) ?? 0)
        columns.sigmas.append(try value(field.dropFirst(15), number, decimals: 4) ?? 0)
        return true
      }
    case .FXYE, .FXY:
      let expected = header.kind == .FXYE ? 3 : 2
      let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
      guard words.count >= expected else {
        throw FormatError(file, at: "line \(number)", "\(words.count) columns; expected \(expected)")
      }
      columns.positions.append(try value(words[0], number) ?? 0)
      columns.intensities.append(try value(words[1], number) ?? 0)
      if expected == 3 { columns.sigmas.append(try value(words[2], number) ?? 0) }
    }
  }

  /// Hands over the fields of a line of fixed columns until one is blank or all channels are there.
  private func fixed(
    _ line: ArraySlice<UInt8>, width: Int, atMost count: Int, _ take: (ArraySlice<UInt8>) throws -> Bool
  ) throws {
    var left = count
    var start = line.startIndex
    while start < line.endIndex, left > 0 {
      let end = min(start + width, line.endIndex)
      guard try take(line[start..<end]) else { return }
      start = end
      left -= 1
    }
  }

  /// The number of a field; nil where it is blank.
  private func value(_ field: ArraySlice<UInt8>, _ line: Int, decimals: Int = 0) throws -> Double? {
    if field.allSatisfy({ $0 == 0x20 }) { return nil }
    guard let value = DecimalParser.number(field, decimalComma: false), value.isFinite else {
      throw FormatError(
        file, at: "line \(line)", "\"\(String(decoding: field.prefix(20), as: UTF8.self))\" is not a number")
    }
    // Fortran's Fw.d takes a field without a point as having d decimals.
    guard decimals > 0, !field.contains(UInt8(ascii: ".")) else { return value }
    return value / [1, 10, 100, 1000, 10_000][decimals]
  }
}
