import ArrayMath
import CCompressionSystem
import CKernels

/// The bitshuffle format (HDF5 filter 32008): elements in blocks, the bits of each block transposed, each block
/// compressed by itself.
///
/// A compressed chunk begins with the number of its bytes before compression (8 bytes) and the bytes of a block (4), both
/// with the most significant byte first; then come the blocks, each after its compressed size (4 bytes). The last block
/// holds what is left, rounded down to a multiple of 8 elements; fewer than 8 remaining elements follow as they are.
/// Reference: K. Masui et al., Astronomy and Computing 12, 181 (2015).
struct BitshuffleCodec: Hashable, Sendable {
  enum Compression: Hashable, Sendable { case none, lz4, zstd }

  /// Bytes of an element.
  let elementSize: Int
  /// Elements of a block, where the chunk has no header that says so.
  let blockElements: Int
  let compression: Compression

  init(elementSize: Int, blockElements: Int = 0, compression: Compression) {
    self.elementSize = elementSize
    self.blockElements = blockElements > 0 ? blockElements : BitshuffleCodec.defaultBlock(elementSize: elementSize)
    self.compression = compression
  }

  /// What the filter recorded: version (2), element size, elements of a block (0 for the usual), compression (0, 2 for
  /// LZ4, 3 for zstd).
  init?(parameters: [UInt32]) {
    guard parameters.count >= 3, parameters[2] > 0, parameters[2] <= 64 else { return nil }
    let compression: Compression
    switch parameters.count > 4 ? parameters[4] : 0 {
    case 0: compression = .none
    case 2: compression = .lz4
    case 3: compression = .zstd
    default: return nil
    }
    let block = parameters.count > 3 ? Int(parameters[3]) : 0
    guard block.isMultiple(of: 8), block <= 1 << 27 else { return nil }
    self.init(elementSize: Int(parameters[2]), blockElements: block, compression: compression)
  }

  /// Elements of a block of about 8 kB.
  static func defaultBlock(elementSize: Int) -> Int { max(8192 / elementSize / 8 * 8, 128) }

  /// Decodes the part of a chunk that holds a range of its bytes.
  ///
  /// - Parameters:
  ///   - chunk: the stored bytes.
  ///   - size: bytes of the whole chunk before compression.
  ///   - wanted: the bytes before compression that the caller needs.
  ///   - scratch: working memory, of which slot 1 is used.
  ///   - destination: memory for exactly the wanted bytes, or nil to get each block in turn.
  ///   - body: gets each piece of the wanted bytes, in order, unless there is a destination.
  /// - Throws: ``FormatError`` when the chunk is damaged, and what the body throws.
  func decode(
    _ chunk: UnsafeRawBufferPointer, size: Int, wanted: Range<Int>, at place: ChunkPlace,
    scratch: inout FrameScratch, into destination: UnsafeMutableRawBufferPointer?,
    _ body: (_ offset: Int, _ piece: UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let (first, blockBytes) = try layout(of: chunk, size: size, at: place)
    var position = first
    let elements = size / elementSize
    let blocked = elements / 8 * 8 * elementSize
    let largest = min(blockBytes, blocked)
    guard largest <= 1 << 30 else { throw place.damage("its blocks claim \(largest) bytes") }
    // Two blocks side by side: compressed bytes decoded, then bits in order.
    let memory = scratch.bytes(2 * max(largest, 64), slot: 1)
    let rows = UnsafeMutableRawBufferPointer(rebasing: memory[..<max(largest, 64)])
    let pixels = UnsafeMutableRawBufferPointer(rebasing: memory[max(largest, 64)...])
    guard let rowsBase = rows.baseAddress, let pixelsBase = pixels.baseAddress, let chunkBase = chunk.baseAddress else {
      return
    }
    var start = 0
    while start < blocked, start < wanted.upperBound {
      let length = min(blockBytes, blocked - start)
      var stored = length
      if compression != .none {
        guard position + 4 <= chunk.count else { throw place.damage("it ends before block \(start / blockBytes)") }
        stored = Int(chunk.loadUnaligned(fromByteOffset: position, as: UInt32.self).bigEndian)
        position += 4
      }
      guard stored <= chunk.count - position else {
        throw place.damage("block \(start / blockBytes) claims \(stored) bytes of \(chunk.count - position)")
      }
      let end = start + length
      if end > wanted.lowerBound {
        let source = chunkBase + position
        guard compression == .none || unpack(source, stored, into: rowsBase, length) else {
          throw place.damage("block \(start / blockBytes) is damaged (\(compression))")
        }
        let transposed = compression == .none ? UnsafeRawPointer(source) : UnsafeRawPointer(rowsBase)
        let count = length / elementSize
        let isWhole = start >= wanted.lowerBound && end <= wanted.upperBound
        if isWhole, let target = destination?.baseAddress {
          operando_bit_unshuffle(target + (start - wanted.lowerBound), transposed, count, elementSize)
        } else {
          operando_bit_unshuffle(pixelsBase, transposed, count, elementSize)
          let low = max(start, wanted.lowerBound), high = min(end, wanted.upperBound)
          let piece = UnsafeMutableRawBufferPointer(rebasing: pixels[low - start..<high - start])
          if let target = destination?.baseAddress, let source = piece.baseAddress {
            (target + (low - wanted.lowerBound)).copyMemory(from: source, byteCount: piece.count)
          } else {
            try body(low - wanted.lowerBound, piece)
          }
        }
      }
      position += stored
      start = end
    }
    // Fewer than 8 elements, as they are.
    if wanted.upperBound > blocked {
      let low = max(blocked, wanted.lowerBound)
      guard chunk.count - position >= size - blocked else { throw place.damage("it ends before its last elements") }
      let count = wanted.upperBound - low
      let source = chunkBase + position + (low - blocked)
      if let target = destination?.baseAddress {
        (target + (low - wanted.lowerBound)).copyMemory(from: source, byteCount: count)
      } else {
        pixelsBase.copyMemory(from: source, byteCount: count)
        try body(low - wanted.lowerBound, UnsafeMutableRawBufferPointer(start: pixelsBase, count: count))
      }
    }
  }

  /// Where the first block begins and how many bytes a block has.
  private func layout(of chunk: UnsafeRawBufferPointer, size: Int, at place: ChunkPlace) throws -> (
    first: Int, blockBytes: Int
  ) {
    var blockBytes = blockElements * elementSize
    if compression != .none {
      guard chunk.count >= 12 else { throw place.damage("it ends within its header") }
      let claim = chunk.loadUnaligned(as: UInt64.self).bigEndian
      guard claim == UInt64(size) else {
        throw place.damage("its header claims \(claim) bytes where a chunk has \(size)")
      }
      let stated = Int(chunk.loadUnaligned(fromByteOffset: 8, as: UInt32.self).bigEndian)
      if stated != 0 { blockBytes = stated }
    }
    guard blockBytes > 0, blockBytes.isMultiple(of: 8 * elementSize) else {
      throw place.damage("its blocks claim \(blockBytes) bytes, not a multiple of 8 elements of \(elementSize)")
    }
    return (compression == .none ? 0 : 12, blockBytes)
  }

  /// Decompresses one block; false when it is damaged.
  private func unpack(
    _ source: UnsafeRawPointer, _ stored: Int, into target: UnsafeMutableRawPointer, _ length: Int
  ) -> Bool {
    if compression == .zstd { return ZSTD_decompress(target, length, source, stored) == length }
    let got = LZ4_decompress_safe(
      source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self), Int32(stored),
      Int32(length))
    return got == Int32(length)
  }

  /// The chunk of these elements, compressed with LZ4.
  ///
  /// - Precondition: ``compression`` is LZ4.
  func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    precondition(compression == .lz4, "chunks are written with LZ4")
    let blockBytes = blockElements * elementSize
    let blocked = bytes.count / elementSize / 8 * 8 * elementSize
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 2 + 64)
    withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { out.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(blockBytes).bigEndian) { out.append(contentsOf: $0) }
    var rows = [UInt8](repeating: 0, count: blockBytes)
    var packed = [CChar](repeating: 0, count: Int(LZ4_compressBound(Int32(blockBytes))))
    var start = 0
    while start < blocked, let base = bytes.baseAddress {
      let length = min(blockBytes, blocked - start)
      operando_bit_shuffle(&rows, base + start, length / elementSize, elementSize)
      let stored = rows.withUnsafeBytes { rows in
        packed.withUnsafeMutableBufferPointer { packed in
          LZ4_compress_default(
            rows.bindMemory(to: CChar.self).baseAddress, packed.baseAddress, Int32(length), Int32(packed.count))
        }
      }
      precondition(stored > 0, "LZ4 has room for a block that does not shrink")
      withUnsafeBytes(of: UInt32(stored).bigEndian) { out.append(contentsOf: $0) }
      packed.withUnsafeBytes { out.append(contentsOf: $0[..<Int(stored)]) }
      start += length
    }
    out.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[blocked...]))
    return out
  }
}

/// Where a chunk is, for messages.
struct ChunkPlace {
  /// The file and the dataset.
  let dataset: String
  /// The chunk's first element.
  let origin: [Int]

  func damage(_ reason: String) -> FormatError { FormatError(dataset, at: "chunk at \(origin)", reason) }
}
