import ArrayMath
import COpenSSLSystem
import Foundation

/// The crystallographic binary format (imgCIF) with one image, as Dectris' detectors and FabIO write it.
///
/// A text header, a MIME header that describes the binary section, the bytes 0C 1A 04 D5, then the numbers, compressed
/// by the differences of neighbours ("byte offset"). Reference: H. J. Bernstein and A. P. Hammersley, International
/// Tables for Crystallography G, chapter 2.3.
enum CBFFile {
  static func recognises(_ start: [UInt8]) -> Bool { start.starts(with: Array("###CBF".utf8)) }

  private static let marker: [UInt8] = [0x0c, 0x1a, 0x04, 0xd5]
  private static let largestHeader = 1 << 20

  /// - Throws: ``FormatError`` when the header is damaged, the compression is another one, the numbers do not fill the
  ///   image, or the checksum does not fit.
  static func read(_ bytes: FrameBytes) throws -> (frames: any FrameSource, metadata: FrameMetadata) {
    func refuse(_ message: String) -> FormatError { FormatError(bytes.name, message) }
    let start = try bytes.bytes(at: 0, atMost: largestHeader)
    guard let mark = start.indices.dropLast(3).first(where: { start[$0..<$0 + 4].elementsEqual(marker) }) else {
      throw refuse("has no binary section (the bytes 0C 1A 04 D5)")
    }
    let text = Latin1.text(start[..<mark])
    let fields = mimeFields(text)
    func number(_ name: String) throws -> Int {
      guard let value = fields[name].flatMap({ Int($0) }), value > 0 else {
        throw refuse("the header of the binary section states no \(name): \(fields[name] ?? "absent")")
      }
      return value
    }
    let columns = try number("x-binary-size-fastest-dimension")
    let rows = try number("x-binary-size-second-dimension")
    let size = try number("x-binary-size")
    guard fields["x-binary-size-third-dimension"].map({ ["0", "1"].contains($0) }) ?? true else {
      throw refuse("has a third axis; an image has two")
    }
    let element = fields["x-binary-element-type"] ?? "signed 32-bit integer"
    let types: [String: PixelType] = [
      "signed 8-bit integer": .int8, "unsigned 8-bit integer": .uint8, "signed 16-bit integer": .int16,
      "unsigned 16-bit integer": .uint16, "signed 32-bit integer": .int32, "unsigned 32-bit integer": .uint32,
    ]
    guard let type = types[element.lowercased()] else {
      throw refuse("has numbers of the type \"\(element)\"; integers of 8, 16 and 32 bits are read")
    }
    guard rows <= 1 << 24, columns <= 1 << 24 else { throw refuse("claims \(rows) x \(columns) pixels") }
    let dataStart = mark + 4
    guard size <= bytes.count - dataStart else {
      throw refuse("claims \(size) bytes of pixels from byte \(dataStart) on, but the file ends at byte \(bytes.count)")
    }
    // A pixel takes at least one byte.
    guard rows * columns <= size else { throw refuse("claims \(rows * columns) pixels in \(size) bytes") }
    let compression = fields["content-type"] ?? ""
    guard compression.lowercased().contains("x-cbf_byte_offset") else {
      throw refuse("is compressed in a way that is not read (\(compression)); x-CBF_BYTE_OFFSET is")
    }
    let header = DectrisHeader(text)
    var metadata = FrameMetadata()
    header.apply(to: &metadata)
    metadata.sentinels = PixelSentinel.usual(for: type, isPhotonCounting: true)
    return (
      CBFImage(
        shape: FrameShape(rows: rows, columns: columns), pixelType: type, bytes: bytes, start: dataStart, size: size,
        digest: fields["content-md5"]),
      metadata
    )
  }

  /// The fields of the last MIME header of a text: names in lower case; lines that begin with a space go on.
  private static func mimeFields(_ text: String) -> [String: String] {
    guard let section = text.range(of: "--CIF-BINARY-FORMAT-SECTION--", options: .backwards) else { return [:] }
    var fields: [String: String] = [:]
    var last: String?
    for line in text[section.upperBound...].split(whereSeparator: \.isNewline) {
      if line.first == " " || line.first == "\t", let last {
        fields[last, default: ""] += " " + line.trimmingCharacters(in: .whitespaces)
      } else if let colon = line.firstIndex(of: ":") {
        let name = line[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
        fields[name] = line[line.index(after: colon)...].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
        last = name
      }
    }
    return fields
  }
}

/// The one image of a CBF file.
private struct CBFImage: FrameSource {
  let shape: FrameShape
  let pixelType: PixelType
  let bytes: FrameBytes
  let start: Int
  let size: Int
  /// The MD5 sum of the binary section in base 64, where the file has one.
  let digest: String?

  var count: Int { 1 }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(index == 0 && buffer.count == shape.count * pixelType.size, "the one image of this file")
    let packed = try bytes.bytes(at: start, atMost: size)
    if let digest {
      var sum = [UInt8](repeating: 0, count: 16)
      var length: UInt32 = 0
      if EVP_Digest(packed, packed.count, &sum, &length, EVP_md5(), nil) == 1, Data(sum).base64EncodedString() != digest
      {
        throw FormatError(bytes.name, "the MD5 sum of its pixels does not fit the one in its header")
      }
    }
    let isComplete =
      switch pixelType {
      case .int8: unpack(packed, Int8.self, buffer)
      case .uint8: unpack(packed, UInt8.self, buffer)
      case .int16: unpack(packed, Int16.self, buffer)
      case .uint16: unpack(packed, UInt16.self, buffer)
      case .uint32: unpack(packed, UInt32.self, buffer)
      default: unpack(packed, Int32.self, buffer)
      }
    guard isComplete else { throw FormatError(bytes.name, "its compressed pixels end before the image does") }
  }

  /// Each pixel is the one before it plus a difference of one byte; -128 announces a difference of two bytes, -32768 in
  /// these one of four, the least number of four bytes one of eight; little end first.
  private func unpack<Pixel: FixedWidthInteger & BitwiseCopyable>(
    _ packed: [UInt8], _: Pixel.Type, _ buffer: UnsafeMutableRawBufferPointer
  ) -> Bool {
    packed.withUnsafeBytes { source in
      let pixels = buffer.bindMemory(to: Pixel.self)
      var value: Int64 = 0
      var position = 0
      for index in 0..<shape.count {
        guard position < source.count else { return false }
        var difference = Int64(Int8(bitPattern: source[position]))
        position += 1
        if difference == -128 {
          guard position + 2 <= source.count else { return false }
          difference = Int64(Int16(littleEndian: source.loadUnaligned(fromByteOffset: position, as: Int16.self)))
          position += 2
          if difference == -32_768 {
            guard position + 4 <= source.count else { return false }
            difference = Int64(Int32(littleEndian: source.loadUnaligned(fromByteOffset: position, as: Int32.self)))
            position += 4
            if difference == Int64(Int32.min) {
              guard position + 8 <= source.count else { return false }
              difference = Int64(littleEndian: source.loadUnaligned(fromByteOffset: position, as: Int64.self))
              position += 8
            }
          }
        }
        value &+= difference
        pixels[index] = Pixel(truncatingIfNeeded: value)
      }
      return true
    }
  }
}
