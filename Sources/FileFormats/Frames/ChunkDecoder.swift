import ArrayMath
import CCompressionSystem
import CKernels
import HDF5

/// Undoes the filters of an HDF5 chunk.
///
/// Reference: the HDF5 registry of filters, https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md
struct ChunkDecoder: Sendable {
  enum Step: Hashable, Sendable {
    case deflate
    case shuffle(elementSize: Int)
    case fletcher32
    case lz4
    case zstd
    case blosc
    case bitshuffle(BitshuffleCodec)
  }

  /// In the order in which they were applied on writing.
  let steps: [Step]
  /// Bytes of a chunk before any filter.
  let chunkBytes: Int

  /// `nil` when a filter is not one of these.
  init?(filters: [HDF5Storage.Filter], elementSize: Int, chunkBytes: Int) {
    var steps: [Step] = []
    for filter in filters {
      switch filter.identifier {
      case 1: steps.append(.deflate)
      case 2:
        let size = Int(filter.parameters.first ?? UInt32(elementSize))
        guard size > 0 else { return nil }
        steps.append(.shuffle(elementSize: size))
      case 3: steps.append(.fletcher32)
      case 32001: steps.append(.blosc)
      case 32004: steps.append(.lz4)
      case 32008:
        guard let codec = BitshuffleCodec(parameters: filter.parameters) else { return nil }
        steps.append(.bitshuffle(codec))
      case 32015: steps.append(.zstd)
      default: return nil
      }
    }
    self.steps = steps
    self.chunkBytes = chunkBytes
  }

  /// The codec when a chunk is bitshuffled and nothing else was done to it, so that its blocks can be had one by one.
  func blockwise(skipped: UInt32) -> BitshuffleCodec? {
    guard steps.count == 1, skipped & 1 == 0, case .bitshuffle(let codec) = steps[0] else { return nil }
    return codec
  }

  /// Undoes all filters.
  ///
  /// - Parameters:
  ///   - stored: the bytes of the file; used as working memory.
  ///   - skipped: a bit for each filter that this chunk skipped.
  /// - Returns: exactly ``chunkBytes`` bytes.
  /// - Throws: ``FormatError`` when the chunk is damaged.
  func decode(_ stored: UnsafeMutableRawBufferPointer, skipped: UInt32, at place: ChunkPlace) throws -> [UInt8] {
    var bytes = [UInt8](stored)
    for index in steps.indices.reversed() where skipped & (1 << UInt32(index)) == 0 {
      // A checksum that was put on before this filter lies inside what it gives.
      let checksums = steps[..<index].count { $0 == .fletcher32 }
      bytes = try undo(steps[index], bytes, size: chunkBytes + 4 * checksums, place)
    }
    guard bytes.count == chunkBytes else {
      throw place.damage("it has \(bytes.count) bytes after decoding, not \(chunkBytes)")
    }
    return bytes
  }

  /// - Parameter size: how many bytes there were before this step.
  private func undo(_ step: Step, _ bytes: [UInt8], size: Int, _ place: ChunkPlace) throws -> [UInt8] {
    switch step {
    case .deflate: return try inflated(bytes, size: size, place)
    case .shuffle(let elementSize):
      return [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
        if let base = buffer.baseAddress { operando_byte_unshuffle(base, bytes, bytes.count, elementSize) }
        initialized = bytes.count
      }
    case .fletcher32: return try Fletcher32.checked(bytes, place)
    case .lz4: return try lz4(bytes, size: size, place)
    case .zstd:
      let claim = bytes.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
      // All ones and all ones but the last bit stand for "not stated" and "damaged".
      guard claim >= UInt64.max - 1 || claim == UInt64(size) else {
        throw place.damage("its zstd frame claims \(claim) bytes where a chunk has \(size)")
      }
      return try filled(size, place, "zstd") { buffer in
        bytes.withUnsafeBytes {
          Int(clamping: ZSTD_decompress(buffer.baseAddress, buffer.count, $0.baseAddress, $0.count))
        }
      }
    case .blosc:
      var claim = 0
      guard blosc_cbuffer_validate(bytes, bytes.count, &claim) >= 0, claim == size else {
        throw place.damage("its blosc header does not fit: \(claim) bytes where a chunk has \(size)")
      }
      return try filled(size, place, "blosc") { buffer in
        Int(blosc_decompress_ctx(bytes, buffer.baseAddress, buffer.count, 1))
      }
    case .bitshuffle(let codec):
      return try filled(size, place, "bitshuffle") { buffer in
        var scratch = FrameScratch()
        try bytes.withUnsafeBytes { chunk in
          try codec.decode(
            chunk, size: size, wanted: 0..<size, at: place, scratch: &scratch,
            into: UnsafeMutableRawBufferPointer(buffer)
          ) { _, _ in }
        }
        return size
      }
    }
  }

  private func filled(
    _ size: Int, _ place: ChunkPlace, _ method: String, _ fill: (UnsafeMutableBufferPointer<UInt8>) throws -> Int
  ) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      let part = UnsafeMutableBufferPointer(rebasing: buffer[..<size])
      guard try fill(part) == size else { throw place.damage("it is damaged (\(method))") }
      initialized = size
    }
  }

  private func inflated(_ bytes: [UInt8], size: Int, _ place: ChunkPlace) throws -> [UInt8] {
    guard size / 1100 <= bytes.count else {
      throw place.damage("its \(bytes.count) deflated bytes claim to hold \(size)")
    }
    return try filled(size, place, "deflate") { buffer in
      var length = uLongf(size)
      return uncompress(buffer.baseAddress, &length, bytes, uLong(bytes.count)) == Z_OK ? Int(length) : -1
    }
  }

  /// Total size (8 bytes) and size of a block (4), then the blocks, each after its compressed size (4 bytes), all with
  /// the most significant byte first; a block that did not shrink is stored as it is.
  private func lz4(_ bytes: [UInt8], size: Int, _ place: ChunkPlace) throws -> [UInt8] {
    try bytes.withUnsafeBytes { source in
      guard source.count >= 12, source.loadUnaligned(as: UInt64.self).bigEndian == UInt64(size) else {
        throw place.damage("its LZ4 header does not state the \(size) bytes of a chunk")
      }
      let blockSize = Int(source.loadUnaligned(fromByteOffset: 8, as: UInt32.self).bigEndian)
      guard blockSize > 0, blockSize <= Int(Int32.max), size / 260 <= source.count else {
        throw place.damage("its LZ4 header claims blocks of \(blockSize) bytes")
      }
      return try filled(size, place, "LZ4") { buffer in
        var position = 12
        var start = 0
        while start < size {
          guard position + 4 <= source.count else { return -1 }
          let stored = Int(source.loadUnaligned(fromByteOffset: position, as: UInt32.self).bigEndian)
          position += 4
          let length = min(blockSize, size - start)
          guard stored <= source.count - position, let from = source.baseAddress, let to = buffer.baseAddress else {
            return -1
          }
          if stored == length {
            UnsafeMutableRawPointer(to + start).copyMemory(from: from + position, byteCount: length)
          } else {
            let got = LZ4_decompress_safe(
              (from + position).assumingMemoryBound(to: CChar.self),
              UnsafeMutableRawPointer(to + start).assumingMemoryBound(to: CChar.self), Int32(stored), Int32(length))
            guard got == Int32(length) else { return -1 }
          }
          position += stored
          start += length
        }
        return start
      }
    }
  }
}

/// The checksum that HDF5 puts at the end of a chunk.
enum Fletcher32 {
  /// The bytes without their checksum.
  static func checked(_ bytes: [UInt8], _ place: ChunkPlace) throws -> [UInt8] {
    guard bytes.count >= 4 else { throw place.damage("it is too short for its checksum") }
    let body = bytes[..<(bytes.count - 4)]
    let stored = bytes[(bytes.count - 4)...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let sum = checksum(body)
    // Files of HDF5 before 1.6.3 have the bytes of each half exchanged.
    let exchanged = (sum & 0x00ff_00ff) << 8 | (sum >> 8) & 0x00ff_00ff
    guard stored == sum || stored == exchanged else {
      throw place.damage("its checksum does not fit")
    }
    return Array(body)
  }

  /// Fletcher's checksum over 16-bit numbers with the most significant byte first, a last odd byte filled with zero.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var low: UInt32 = 0, high: UInt32 = 0
    func folded(_ sum: UInt32) -> UInt32 { (sum & 0xffff) + (sum >> 16) }
    bytes.withUnsafeBytes { bytes in
      var index = 0
      while index < bytes.count {
        // 360 steps are the most whose sums stay within 32 bits.
        let end = min(index + 720, bytes.count)
        while index < end {
          let second = index + 1 < bytes.count ? bytes[index + 1] : 0
          low &+= UInt32(bytes[index]) << 8 | UInt32(second)
          high &+= low
          index += 2
        }
        low = folded(low)
        high = folded(high)
      }
    }
    low = folded(low)
    high = folded(high)
    return high << 16 | low
  }
}
