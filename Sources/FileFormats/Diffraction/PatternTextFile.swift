public import PowderDiffraction

/// Powder patterns as columns of text: `.xy` and `.dat` (position, intensity), `.xye` (with the uncertainty) and
/// FIT2D's `.chi`.
///
/// Comment lines begin with `#`, `!` or `'`, or stand between `/*` and `*/`; a first line with XYDATA or TITLE is one
/// too. Columns are parted by spaces, tabs, commas or semicolons. Positions are degrees of 2θ unless the file or the
/// caller says otherwise, 1/angstrom for q and angstrom for d.
public enum PatternTextFile {
  /// Reads a file of any of these formats.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: its name; the ending `.chi` means FIT2D's four lines of header.
  ///   - axis: what the positions are where the file does not say it, in the usual unit of that axis.
  ///   - wavelength: in metres, where the file does not state it.
  /// - Throws: ``FormatError`` naming the line: no numbers, one or more than three columns, positions that neither rise
  ///   nor fall, an axis that is neither 2θ nor q nor d.
  public static func read(
    _ bytes: [UInt8], named name: String, axis: PatternAxis = .twoTheta, wavelength: Double? = nil
  ) throws -> PowderPattern {
    var reader = PatternTextReader(file: name, label: .usual(axis), wavelength: wavelength)
    return try reader.read(bytes, isChi: name.lowercased().hasSuffix("chi"))
  }

  /// The text of a `.xye` file, or of a `.xy` file for a pattern without uncertainties.
  ///
  /// Bins without pixels, and bins whose uncertainty is zero or not known in a pattern that has uncertainties, are left
  /// out: programs that weight by 1/σ² stop at them or take them for certain.
  ///
  /// - Parameters:
  ///   - pattern: positions are written in degrees, 1/angstrom or angstrom.
  ///   - comments: lines above the numbers, after `#`.
  public static func write(_ pattern: PowderPattern, comments: [String] = []) -> String {
    let label = PatternLabel.usual(pattern.axis)
    var lines: [String] = []
    if pattern.axis == .scatteringVector, let wavelength = pattern.wavelength {
      // GSAS-II takes the word after `#` of a line with a small q for the wavelength and the axis for q.
      lines.append("# \(wavelength * 1e10) angstrom, wavelength of this pattern against q")
    }
    for comment in comments {
      let text = comment.split(whereSeparator: \.isNewline).joined(separator: " ")
      lines.append("# " + (pattern.axis == .scatteringVector ? text : text.replacing("q", with: "Q")))
    }
    if let wavelength = pattern.wavelength { lines.append("# Wavelength: \(wavelength) m") }
    let name =
      switch pattern.axis {
      case .twoTheta: "2th_deg"
      case .scatteringVector: "q_A^-1"
      case .latticeSpacing: "d_A"
      }
    lines.append("# \(name) I" + (pattern.sigmas == nil ? "" : " sigma"))
    for index in 0..<pattern.count {
      let intensity = pattern.intensities[index]
      guard !intensity.isNaN else { continue }
      let start = "\(pattern.positions[index] / label.scale) \(intensity)"
      if let sigmas = pattern.sigmas {
        if sigmas[index] > 0 { lines.append("\(start) \(sigmas[index])") }
      } else {
        lines.append(start)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Reads one file of columns.
private struct PatternTextReader {
  let file: String
  var label: PatternLabel
  var wavelength: Double?
  private var positions: [Double] = []
  private var intensities: [Double] = []
  private var sigmas: [Double] = []
  private var columns = 0
  private var isInBlockComment = false

  init(file: String, label: PatternLabel, wavelength: Double?) {
    self.file = file
    self.label = label
    self.wavelength = wavelength
  }

  mutating func read(_ bytes: [UInt8], isChi: Bool) throws -> PowderPattern {
    let lines = TextLines.split(bytes)
    // pyFAI writes comment lines into .chi files too; FIT2D's four lines are none.
    let hasFourLines = isChi && lines.first?.first != UInt8(ascii: "#")
    var announced: Int?
    if hasFourLines { announced = try chiHeader(lines) }
    positions.reserveCapacity(lines.count)
    intensities.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated().dropFirst(hasFourLines ? 4 : 0) {
      if positions.isEmpty || isInBlockComment || Self.beginsComment(line) {
        if try comment(line, number: index + 1) { continue }
      }
      try row(line, number: index + 1)
    }
    guard !positions.isEmpty else {
      throw FormatError(file, "there are no numbers; two or three columns are expected")
    }
    if let announced, announced != positions.count {
      throw FormatError(file, at: "line 4", "\(announced) points are announced, \(positions.count) are there")
    }
    return try pattern()
  }

  private static func beginsComment(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }) else { return true }
    return [UInt8(ascii: "#"), UInt8(ascii: "!"), UInt8(ascii: "'"), UInt8(ascii: "/")].contains(first)
  }

  /// Title, label of the abscissa, label of the ordinate, number of points.
  private mutating func chiHeader(_ lines: [ArraySlice<UInt8>]) throws -> Int {
    guard lines.count >= 4 else {
      throw FormatError(file, "a .chi file begins with four lines: title, two labels and the number of points")
    }
    let text = String(decoding: lines[1], as: UTF8.self)
    switch PatternLabel.reading(text) {
    case .known(let known): label = known
    case .unsupported:
      throw FormatError(file, at: "line 2", "the axis \"\(text.prefix(60))\" is neither 2θ nor q nor d")
    case .silent: break
    }
    // FIT2D follows the number by the number of data sets where there is more than one.
    guard let word = lines[3].split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C }).first,
      let number = DecimalParser.number(word, decimalComma: false), let count = Int(exactly: number), count > 0
    else { throw FormatError(file, at: "line 4", "the number of points is expected") }
    return count
  }

  /// Takes a line for a comment, if it is one.
  private mutating func comment(_ line: ArraySlice<UInt8>, number: Int) throws -> Bool {
    let text = String(decoding: line.prefix(1000), as: UTF8.self)
    let trimmed = text.drop { $0 == " " || $0 == "\t" }
    if isInBlockComment {
      if trimmed.contains("*/") { isInBlockComment = false }
      return true
    }
    if trimmed.hasPrefix("/*") {
      isInBlockComment = !trimmed.contains("*/")
      return true
    }
    let upper = trimmed.uppercased()
    let isHeading = positions.isEmpty && (upper.hasPrefix("TITLE") || upper.hasPrefix("XYDATA"))
    guard isHeading || trimmed.isEmpty || "#!'".contains(trimmed.first ?? " ") else { return false }
    let content = String(trimmed.drop { "#!' \t".contains($0) })
    if let stated = PatternLabel.wavelength(content) {
      if wavelength == nil { wavelength = stated }
    } else if positions.isEmpty {
      // A line that names columns, not a sentence that begins alike.
      let words = content.lowercased().split(separator: " ")
      if words.count <= 4 {
        switch PatternLabel.reading(content) {
        case .known(let known): label = known
        case .unsupported where words.contains { $0 == "i" || $0.hasPrefix("int") }:
          throw FormatError(
            file, at: "line \(number)", "the axis \"\(content.prefix(60))\" is neither 2θ nor q nor d")
        case .unsupported, .silent: break
        }
      }
    }
    return true
  }

  private mutating func row(_ line: ArraySlice<UInt8>, number: Int) throws {
    var fields = 0
    var values = (0.0, 0.0, 0.0)
    var index = line.startIndex
    while index < line.endIndex {
      if Self.isSeparator(line[index]) {
        index += 1
        continue
      }
      let start = index
      while index < line.endIndex, !Self.isSeparator(line[index]) { index += 1 }
      let field = line[start..<index]
      guard let value = Self.number(field, mayBeMissing: fields > 0) else {
        throw FormatError(
          file, at: "line \(number)", "\"\(String(decoding: field.prefix(30), as: UTF8.self))\" is not a number")
      }
      switch fields {
      case 0: values.0 = value
      case 1: values.1 = value
      default: values.2 = value
      }
      fields += 1
    }
    guard fields > 0 else { return }
    if columns == 0 { columns = fields }
    guard fields == columns, fields == 2 || fields == 3 else {
      throw FormatError(
        file, at: "line \(number)",
        "\(fields) columns; expected \(columns == fields || columns < 2 || columns > 3 ? "2 or 3" : "\(columns)")")
    }
    positions.append(values.0)
    intensities.append(values.1)
    if fields == 3 { sigmas.append(values.2) }
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x0C
  }

  private static func number(_ field: ArraySlice<UInt8>, mayBeMissing: Bool) -> Double? {
    if let value = DecimalParser.number(field, decimalComma: false) { return value.isFinite ? value : nil }
    let isNaN = field.count == 3 && field.elementsEqual(Array("nan".utf8), by: { $0 | 0x20 == $1 })
    return mayBeMissing && isNaN ? .nan : nil
  }

  private func pattern() throws -> PowderPattern {
    let isFalling = positions.count > 1 && positions[1] < positions[0]
    let scaled = positions.map { $0 * label.scale }
    do {
      return try PowderPattern(
        axis: label.axis, positions: isFalling ? scaled.reversed() : scaled,
        intensities: isFalling ? intensities.reversed() : intensities,
        sigmas: sigmas.isEmpty ? nil : isFalling ? sigmas.reversed() : sigmas, wavelength: wavelength)
    } catch {
      throw FormatError(file, "\(error)")
    }
  }
}
