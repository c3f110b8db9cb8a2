/// Goes through a file of Gmsh: sections by their names, and in them numbers in text or binary.
///
/// No count is believed that the rest of the file cannot hold.
struct GmshCursor {
  private let bytes: [UInt8]
  let name: String
  private(set) var position = 0
  /// Set by the section of the format.
  var isBinary = false
  /// Whether the file has the other order of bytes.
  var isSwapped = false
  /// Bytes of what the format calls size_t.
  var sizeWidth = 8

  init(_ bytes: [UInt8], _ name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// An error here: at a line of a text, at a byte of a binary file.
  func refuse(_ message: String) -> FormatError {
    guard !isBinary else { return FormatError(name, at: "byte \(position)", message) }
    let line = bytes[..<min(position, bytes.count)].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    return FormatError(name, at: "line \(line)", message)
  }

  // MARK: - Sections

  /// The name of the next section, without its sign; nil at the end of the file.
  mutating func nextSection() throws -> String? {
    skipSpace()
    guard position < bytes.count else { return nil }
    let line = takeLine()
    guard line.first == UInt8(ascii: "$"), line.count > 1, line.count < 64 else {
      throw refuse("has no section where one begins; expected a name such as $Nodes")
    }
    return String(decoding: line.dropFirst(), as: UTF8.self)
  }

  /// Takes the end of a section that was read.
  mutating func endSection(_ section: String) throws {
    skipSpace()
    guard takeLine().elementsEqual("$End\(section)".utf8) else {
      throw refuse("goes on where $End\(section) is expected; the counts in $\(section) may be wrong")
    }
  }

  /// Passes over a section that is of no use here.
  mutating func skipSection(_ section: String) throws {
    let end = Array("$End\(section)".utf8)
    var index = position
    while index + end.count <= bytes.count {
      if bytes[index] == end[0], bytes[index..<(index + end.count)].elementsEqual(end) {
        position = index + end.count
        return
      }
      index += 1
    }
    throw refuse("has no $End\(section)")
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  /// The rest of the line without spaces at its end; the place after it is where binary numbers begin.
  mutating func takeLine() -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    var line = bytes[start..<position]
    if position < bytes.count { position += 1 }
    while let last = line.last, last <= 0x20 { line.removeLast() }
    return line
  }

  // MARK: - Numbers

  private mutating func word() -> ArraySlice<UInt8>? {
    skipSpace()
    let start = position
    while position < bytes.count, bytes[position] > 0x20 { position += 1 }
    return start == position ? nil : bytes[start..<position]
  }

  /// An integer in text, whatever the file's encoding.
  mutating func textInteger(_ what: String) throws -> Int {
    guard let word = word() else { throw refuse("ends where \(what) is expected") }
    var value = 0
    var digits = word
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    // 18 digits fit.
    guard !digits.isEmpty, digits.count <= 18 else { throw unexpected(word, what) }
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw unexpected(word, what) }
      value = 10 * value + Int(byte - UInt8(ascii: "0"))
    }
    return isNegative ? -value : value
  }

  /// A number in text, whatever the file's encoding.
  mutating func textNumber(_ what: String) throws -> Double {
    guard let word = word() else { throw refuse("ends where \(what) is expected") }
    guard let value = DecimalParser.number(word, decimalComma: false), value.isFinite else {
      throw unexpected(word, what)
    }
    return value
  }

  private func unexpected(_ word: ArraySlice<UInt8>, _ what: String) -> FormatError {
    refuse("has \"\(String(decoding: word.prefix(20), as: UTF8.self))\" where \(what) is expected")
  }

  private mutating func binary<Word: FixedWidthInteger>(_: Word.Type, _ what: String) throws -> Word {
    let width = MemoryLayout<Word>.size
    guard bytes.count - position >= width else { throw refuse("ends where \(what) is expected") }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Word.self) }
    position += width
    return isSwapped ? value.byteSwapped : value
  }

  /// A 32-bit integer.
  mutating func integer(_ what: String) throws -> Int {
    isBinary ? Int(try binary(Int32.self, what)) : try textInteger(what)
  }

  /// A number of size_t.
  mutating func size(_ what: String) throws -> Int {
    guard isBinary else { return try textInteger(what) }
    guard sizeWidth == 8 else { return Int(try binary(UInt32.self, what)) }
    let value = try binary(UInt64.self, what)
    guard let size = Int(exactly: value) else { throw refuse("has \(value) where \(what) is expected") }
    return size
  }

  mutating func number(_ what: String) throws -> Double {
    guard isBinary else { return try textNumber(what) }
    let value = Double(bitPattern: try binary(UInt64.self, what))
    guard value.isFinite else { throw refuse("has \(value) where \(what) is expected") }
    return value
  }

  /// A number that is claimed to follow, of things of so many bytes each; in text a number takes two bytes at least.
  func checked(_ count: Int, of what: String, bytesEach: Int, numbersEach: Int) throws -> Int {
    let each = isBinary ? bytesEach : 2 * numbersEach
    // The last number of a text may lack the line break after it.
    guard count >= 0, count <= (bytes.count - position + 1) / max(each, 1) else {
      throw refuse("claims \(count) \(what), more than the rest of the file can hold")
    }
    return count
  }
}
