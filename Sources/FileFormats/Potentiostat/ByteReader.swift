/// Little-endian values at given places of a file's bytes; nil beyond the end, never a trap.
struct ByteReader {
  let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// The bytes from an offset on; nil when they do not fit.
  func slice(_ offset: Int, _ length: Int) -> ArraySlice<UInt8>? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return bytes[bytes.startIndex + offset..<bytes.startIndex + offset + length]
  }

  func byte(_ offset: Int) -> UInt8? { slice(offset, 1)?.first }
  func uint16(_ offset: Int) -> UInt16? { integer(offset) }
  func uint32(_ offset: Int) -> UInt32? { integer(offset) }
  func uint64(_ offset: Int) -> UInt64? { integer(offset) }
  func float32(_ offset: Int) -> Float? { uint32(offset).map { Float(bitPattern: $0) } }
  func float64(_ offset: Int) -> Double? { uint64(offset).map { Double(bitPattern: $0) } }

  /// A text of fixed length without its padding of spaces and zeros; Latin-1.
  func text(_ offset: Int, _ length: Int) -> String? {
    slice(offset, length).map { field in
      var field = field.prefix { $0 != 0 }
      while field.last == UInt8(ascii: " ") { field.removeLast() }
      return Latin1.text(field)
    }
  }

  private func integer<Value: FixedWidthInteger & UnsignedInteger>(_ offset: Int) -> Value? {
    guard let field = slice(offset, MemoryLayout<Value>.size) else { return nil }
    return field.reversed().reduce(0) { $0 << 8 | Value($1) }
  }
}

/// The character set of the instruments' files.
enum Latin1 {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
    return String(scalars)
  }

  /// The bytes of a text; "?" for what Latin-1 does not have.
  static func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : UInt8(ascii: "?") }
  }
}

/// Appends little-endian values to bytes.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  mutating func append(_ value: Double) { append(value.bitPattern) }
  mutating func append(_ value: Float) { append(value.bitPattern) }
  mutating func append(_ values: some Sequence<UInt8>) { bytes.append(contentsOf: values) }

  /// A text cut or padded with spaces to a length.
  mutating func append(_ text: String, length: Int) {
    let encoded = Latin1.bytes(text).prefix(length)
    bytes.append(contentsOf: encoded)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: length - encoded.count))
  }

  mutating func pad(to count: Int) {
    if bytes.count < count { bytes.append(contentsOf: repeatElement(0, count: count - bytes.count)) }
  }
}
