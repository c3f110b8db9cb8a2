import CCompressionSystem

/// Files inside a gzip file, as in `frame.edf.gz`.
enum GzipBytes {
  static func recognises(_ start: [UInt8]) -> Bool { start.starts(with: [0x1f, 0x8b, 8]) }

  /// What may come out of one file.
  private static let largestSize = 1 << 31

  /// - Throws: ``FormatError`` when the file is damaged, ends early, or holds more than 2 GB.
  static func expand(_ bytes: FrameBytes) throws -> [UInt8] {
    let packed = try bytes.bytes(at: 0, atMost: bytes.count)
    var stream = z_stream()
    // 16 more than the largest window: a gzip header is expected.
    guard inflateInit2_(&stream, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw FormatError(bytes.name, "cannot be expanded: no memory")
    }
    defer { inflateEnd(&stream) }
    var out: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    var copy = packed
    let isComplete: Bool = try copy.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(clamping: source.count)
      while true {
        let (status, got) = piece.withUnsafeMutableBufferPointer { target in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, target.count - Int(stream.avail_out))
        }
        out.append(contentsOf: piece[..<got])
        guard out.count <= largestSize else { throw FormatError(bytes.name, "expands to more than 2 GB") }
        if status == Z_STREAM_END { return true }
        if status != Z_OK || got == 0 { return false }
      }
    }
    guard isComplete else { throw FormatError(bytes.name, "is damaged or ends early (gzip)") }
    return out
  }
}
