import ArrayMath

/// Arrays as NumPy saves them.
///
/// Reference: NEP 1, "A simple file format for NumPy arrays".
enum NPYFile {
  static func recognises(_ start: [UInt8]) -> Bool { start.starts(with: [0x93] + Array("NUMPY".utf8)) }

  private static let types: [String: PixelType] = [
    "b1": .uint8, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32, "u8": .uint64,
    "i8": .int64, "f4": .float32, "f8": .float64,
  ]

  /// - Throws: ``FormatError`` when the file is damaged or is no array of numbers in C order with two or three axes.
  static func read(_ bytes: FrameBytes) throws -> RawFrames {
    let start = try bytes.bytes(at: 0, atMost: 1 << 16)
    func refuse(_ message: String) -> FormatError { FormatError(bytes.name, message) }
    guard start.count >= 12 else { throw refuse("ends within its header") }
    let isLong = start[6] >= 2
    let length = Int(start[8]) | Int(start[9]) << 8 | (isLong ? Int(start[10]) << 16 | Int(start[11]) << 24 : 0)
    let first = isLong ? 12 : 10
    guard length <= start.count - first else { throw refuse("ends within its header of \(length) bytes") }
    let header = Latin1.text(start[first..<first + length])
    func value(_ key: String) -> Substring? {
      guard let range = header.firstRange(of: "'\(key)':") else { return nil }
      return header[range.upperBound...].drop { $0 == " " }
    }
    let descriptor = value("descr")?.dropFirst().prefix { $0 != "'" } ?? ""
    guard let type = types[String(descriptor.dropFirst())], let order = descriptor.first, "<>|=".contains(order) else {
      throw refuse("has elements of the type \(descriptor), which are no numbers of a detector")
    }
    guard value("fortran_order")?.hasPrefix("False") == true else { throw refuse("is not in C order") }
    let lengths = value("shape")?.dropFirst().prefix { $0 != ")" }.split(separator: ",").map {
      Int($0.filter { $0 != " " }) ?? -1
    }
    guard let shape = lengths, shape.count == 2 || shape.count == 3, shape.allSatisfy({ $0 > 0 && $0 <= 1 << 24 })
    else {
      throw refuse("has the shape \(lengths ?? []); frames have two axes, a stack of them three")
    }
    let count = shape.count == 3 ? shape[0] : 1
    let frame = FrameShape(rows: shape[shape.count - 2], columns: shape[shape.count - 1])
    let size = frame.count * type.size
    guard count <= (bytes.count - first - length) / size else {
      throw refuse("claims \(count) frames of \(size) bytes, but the file ends at byte \(bytes.count)")
    }
    return RawFrames(
      shape: frame, pixelType: type, bytes: bytes, offsets: (0..<count).map { first + length + $0 * size },
      swapsBytes: type.size > 1 && (order == ">") == (1.bigEndian != 1))
  }
}
