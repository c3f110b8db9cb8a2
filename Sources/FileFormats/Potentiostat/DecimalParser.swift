/// Numbers in text, with a decimal point or a comma, correctly rounded.
enum DecimalParser {
  /// Powers of ten that double precision holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The number that a field holds; nil when it is no number. Surrounding spaces are ignored.
  static func number(_ field: ArraySlice<UInt8>, decimalComma: Bool) -> Double? {
    var field = field
    while let first = field.first, first == 0x20 || first == 0x0D || first == 0x09 { field.removeFirst() }
    while let last = field.last, last == 0x20 || last == 0x0D || last == 0x09 { field.removeLast() }
    guard !field.isEmpty, field.count <= 64 else { return nil }
    return exact(field, decimalComma: decimalComma) ?? general(field, decimalComma: decimalComma)
  }

  /// The fast way: at most 15 to 16 digits times an exact power of ten, which rounds once.
  private static func exact(_ field: ArraySlice<UInt8>, decimalComma: Bool) -> Double? {
    let separator = UInt8(ascii: decimalComma ? "," : ".")
    var index = field.startIndex
    var isNegative = false
    if field[index] == UInt8(ascii: "-") || field[index] == UInt8(ascii: "+") {
      isNegative = field[index] == UInt8(ascii: "-")
      index += 1
    }
    var mantissa: UInt64 = 0
    var exponent = 0
    var digits = 0
    var sawSeparator = false
    while index < field.endIndex {
      let byte = field[index]
      if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        mantissa = mantissa * 10 + UInt64(byte - UInt8(ascii: "0"))
        digits += 1
        guard mantissa < 1 << 53, digits < 40 else { return nil }
        if sawSeparator { exponent -= 1 }
      } else if byte == separator, !sawSeparator {
        sawSeparator = true
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else { return nil }
    if index < field.endIndex {
      guard field[index] == UInt8(ascii: "E") || field[index] == UInt8(ascii: "e") else { return nil }
      index += 1
      guard index < field.endIndex else { return nil }
      var isSmall = false
      if field[index] == UInt8(ascii: "-") || field[index] == UInt8(ascii: "+") {
        isSmall = field[index] == UInt8(ascii: "-")
        index += 1
      }
      guard index < field.endIndex, field.endIndex - index <= 4 else { return nil }
      var written = 0
      while index < field.endIndex {
        let byte = field[index]
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        written = written * 10 + Int(byte - UInt8(ascii: "0"))
        index += 1
      }
      exponent += isSmall ? -written : written
    }
    guard abs(exponent) < powers.count else { return nil }
    let magnitude = exponent < 0 ? Double(mantissa) / powers[-exponent] : Double(mantissa) * powers[exponent]
    return isNegative ? -magnitude : magnitude
  }

  private static func general(_ field: ArraySlice<UInt8>, decimalComma: Bool) -> Double? {
    let separator = UInt8(ascii: decimalComma ? "," : ".")
    var text = ""
    for byte in field {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      case separator: text.append(".")
      // Hexadecimal numbers, "inf" and "nan" are words here.
      default: return nil
      }
    }
    return Double(text)
  }
}

/// The lines of a text file as byte ranges; ends of lines may be LF, CR LF or CR.
enum TextLines {
  static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || byte == 0x0D {
        lines.append(bytes[start..<index])
        if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
        start = index + 1
      }
      index += 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }
}
