/// Turns numbers from one byte order into the other.
enum ByteOrder {
  /// Reverses the bytes of each number of a buffer in place.
  ///
  /// - Parameter size: bytes of a number: 1, 2, 4 or 8; the buffer holds a whole number of them.
  static func swap(_ buffer: UnsafeMutableRawBufferPointer, size: Int) {
    switch size {
    case 2: swap(buffer, as: UInt16.self)
    case 4: swap(buffer, as: UInt32.self)
    case 8: swap(buffer, as: UInt64.self)
    default: return
    }
  }

  private static func swap<Word: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: UnsafeMutableRawBufferPointer, as: Word.Type
  ) {
    for offset in stride(from: 0, to: buffer.count, by: MemoryLayout<Word>.size) {
      let word = buffer.loadUnaligned(fromByteOffset: offset, as: Word.self)
      buffer.storeBytes(of: word.byteSwapped, toByteOffset: offset, as: Word.self)
    }
  }
}
