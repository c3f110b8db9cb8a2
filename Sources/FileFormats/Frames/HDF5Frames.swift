import ArrayMath
import HDF5
import Synchronization

/// The frames of an HDF5 dataset: its last two axes are rows and columns, all axes before them count frames.
///
/// Chunks are fetched as they lie in the file, which needs the library's one lock, and decoded outside of it.
final class HDF5Frames: FrameSource {
  let shape: FrameShape
  let pixelType: PixelType
  let count: Int
  /// The lengths of the axes before the last two.
  let scanShape: [Int]

  private struct DecodedChunk {
    let origin: [Int]
    let bytes: [UInt8]
  }

  private enum Access {
    case contiguous(FrameBytes, offset: Int)
    case chunked(ChunkDecoder, lengths: [Int])
    case library
  }

  private let dataset: HDF5OpenDataset
  private let access: Access
  private let frameBytes: Int
  private let swapsBytes: Bool
  private let pool = ScratchPool()
  private let decoded = Mutex<[DecodedChunk]>([])

  /// Whatever a file claims, frames and chunks up to this many bytes are read without a look at what is stored.
  private static let modestBytes = 1 << 27
  /// The gain of deflate, the densest of the usual filters, is at most this.
  private static let largestGain = 1100

  /// - Throws: ``HDF5Error`` and ``FormatError`` when the dataset is no stack of frames, claims more than the file can
  ///   hold, or needs a filter that is not there.
  init(_ dataset: HDF5OpenDataset, of file: HDF5OpenFile) throws {
    let storage = dataset.storage
    let rank = storage.shape.count
    guard rank >= 2, let type = PixelType(rawValue: storage.number.rawValue) else {
      throw FormatError(dataset.place, "has the shape \(storage.shape); frames need at least two axes")
    }
    guard storage.shape.allSatisfy({ $0 > 0 }) else {
      throw FormatError(dataset.place, "has the shape \(storage.shape): there is no frame in it")
    }
    self.dataset = dataset
    shape = FrameShape(rows: storage.shape[rank - 2], columns: storage.shape[rank - 1])
    pixelType = type
    scanShape = Array(storage.shape.dropLast(2))
    count = scanShape.reduce(1, *)
    frameBytes = shape.count * type.size
    func require(_ bytes: Int, _ what: String, gain: Int) throws {
      guard bytes <= HDF5Frames.modestBytes || bytes / gain <= storage.storedBytes else {
        throw FormatError(
          dataset.place,
          "claims \(what) of \(bytes) bytes, but all frames take \(storage.storedBytes) bytes in the file")
      }
    }
    try require(frameBytes, "frames", gain: HDF5Frames.largestGain)
    switch storage.layout {
    case .contiguous(let offset) where storage.isPlain:
      let bytes = try FrameBytes(path: file.path)
      guard offset <= UInt64(bytes.count), count <= (bytes.count - Int(offset)) / frameBytes else {
        throw FormatError(
          dataset.place,
          "claims \(count) frames of \(frameBytes) bytes from byte \(offset) on, but the file ends at "
            + "byte \(bytes.count)")
      }
      access = .contiguous(bytes, offset: Int(offset))
    case .chunked(let lengths) where storage.isPlain:
      let (chunkBytes, overflow) = lengths.reduce((type.size, false)) { product, length in
        let (next, overflow) = product.0.multipliedReportingOverflow(by: length)
        return (next, product.1 || overflow)
      }
      guard !overflow, chunkBytes <= Int(UInt32.max) else {
        throw FormatError(dataset.place, "claims chunks of the shape \(lengths), more than 4 GB each")
      }
      try require(chunkBytes, "chunks", gain: HDF5Frames.largestGain)
      if let decoder = ChunkDecoder(filters: storage.filters, elementSize: type.size, chunkBytes: chunkBytes) {
        access = .chunked(decoder, lengths: lengths)
      } else {
        access = .library
      }
    default: access = .library
    }
    switch access {
    case .contiguous, .chunked: swapsBytes = storage.isBigEndian == (1.bigEndian != 1)
    case .library:
      swapsBytes = false
      try dataset.requireFilters()
      try dataset.probeValues()
    }
  }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(buffer.count == frameBytes && index >= 0 && index < count, "a frame of this series")
    switch access {
    case .contiguous(let bytes, let offset): try bytes.read(at: offset + index * frameBytes, into: buffer)
    case .chunked(let decoder, let lengths):
      try pool.withScratch { scratch in
        try readChunks(index, decoder, lengths, scratch: &scratch, into: buffer) { _, _ in }
      }
    case .library:
      let rank = scanShape.count
      try dataset.read(
        start: place(of: index) + [0, 0], count: [Int](repeating: 1, count: rank) + [shape.rows, shape.columns],
        into: buffer)
    }
    if swapsBytes { ByteOrder.swap(buffer, size: pixelType.size) }
  }

  func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    precondition(index >= 0 && index < count, "a frame of this series")
    let size = pixelType.size
    switch access {
    case .contiguous(let bytes, let offset):
      // Pieces that stay in the second-level cache.
      let piece = scratch.bytes(1 << 17)
      for start in stride(from: 0, to: frameBytes, by: piece.count) {
        let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, frameBytes - start)])
        try bytes.read(at: offset + index * frameBytes + start, into: part)
        if swapsBytes { ByteOrder.swap(part, size: size) }
        try body(start / size, UnsafeRawBufferPointer(part))
      }
    case .chunked(let decoder, let lengths) where lengths[lengths.count - 1] == shape.columns:
      try readChunks(index, decoder, lengths, scratch: &scratch, into: nil) { start, piece in
        if swapsBytes { ByteOrder.swap(piece, size: size) }
        try body(start / size, UnsafeRawBufferPointer(piece))
      }
    case .chunked, .library:
      let buffer = scratch.bytes(frameBytes)
      try read(frame: index, into: buffer)
      try body(0, UnsafeRawBufferPointer(buffer))
    }
  }

  /// The indices of a frame along the axes of the scan.
  private func place(of index: Int) -> [Int] {
    var rest = index
    var place = scanShape
    for axis in scanShape.indices.reversed() {
      place[axis] = rest % scanShape[axis]
      rest /= scanShape[axis]
    }
    return place
  }

  /// Goes through the chunks that hold a frame.
  ///
  /// - Parameters:
  ///   - destination: gets the frame, in the byte order of the file.
  ///   - body: without a destination gets the frame's bytes piece by piece in order; chunks are then as wide as a frame.
  private func readChunks(
    _ index: Int, _ decoder: ChunkDecoder, _ lengths: [Int], scratch: inout FrameScratch,
    into destination: UnsafeMutableRawBufferPointer?,
    _ body: (_ offset: Int, _ piece: UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let place = place(of: index)
    let rank = place.count
    let (chunkRows, chunkColumns) = (lengths[rank], lengths[rank + 1])
    let size = pixelType.size
    // The chunk along the scan's axes, and which of its planes is this frame.
    var origin = zip(place, lengths).map { $0 / $1 * $1 } + [0, 0]
    let plane = zip(place, lengths).reduce(0) { $0 * $1.1 + $1.0 % $1.1 }
    let planeOffset = plane * chunkRows * chunkColumns * size
    for row in stride(from: 0, to: shape.rows, by: chunkRows) {
      let rows = min(chunkRows, shape.rows - row)
      for column in stride(from: 0, to: shape.columns, by: chunkColumns) {
        origin[rank] = row
        origin[rank + 1] = column
        let columns = min(chunkColumns, shape.columns - column)
        let wanted = planeOffset..<planeOffset + ((rows - 1) * chunkColumns + columns) * size
        let start = (row * shape.columns + column) * size
        if chunkColumns == shape.columns {
          let target = destination.map {
            UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + wanted.count])
          }
          try readChunk(origin, decoder, wanted, scratch: &scratch, into: target) { try body(start + $0, $1) }
        } else if let destination {
          // A tile: its rows go to their places. The two slots of scratch memory belong to the chunk's decoding.
          try pool.withScratch { tile in
            let pixels = tile.bytes(wanted.count)
            try readChunk(origin, decoder, wanted, scratch: &scratch, into: pixels) { _, _ in }
            for line in 0..<rows {
              let from = line * chunkColumns * size, to = start + line * shape.columns * size
              UnsafeMutableRawBufferPointer(rebasing: destination[to..<to + columns * size]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: pixels[from..<from + columns * size]))
            }
          }
        }
      }
    }
  }

  /// Reads a range of one chunk's bytes into a buffer or, without one, hands it over piece by piece.
  private func readChunk(
    _ origin: [Int], _ decoder: ChunkDecoder, _ wanted: Range<Int>, scratch: inout FrameScratch,
    into destination: UnsafeMutableRawBufferPointer?,
    _ body: (_ offset: Int, _ piece: UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    func hand(_ bytes: UnsafeRawBufferPointer, _ scratch: inout FrameScratch) throws {
      let part = UnsafeRawBufferPointer(rebasing: bytes[wanted])
      if let destination {
        destination.copyMemory(from: part)
      } else {
        // The consumer may get its bytes swapped in place, so it gets a copy, in pieces that stay in the cache.
        let copy = scratch.bytes(1 << 16, slot: 1)
        for start in stride(from: 0, to: part.count, by: copy.count) {
          let piece = UnsafeMutableRawBufferPointer(rebasing: copy[..<min(copy.count, part.count - start)])
          piece.copyMemory(from: .init(rebasing: part[start..<start + piece.count]))
          try body(start, piece)
        }
      }
    }
    if let known = decoded.withLock({ $0.first { $0.origin == origin }?.bytes }) {
      return try known.withUnsafeBytes { try hand($0, &scratch) }
    }
    guard let stored = try dataset.readChunk(at: origin, memory: { scratch.bytes($0) }) else {
      return try fill(wanted.count, scratch: &scratch, into: destination, body)
    }
    let place = ChunkPlace(dataset: dataset.place, origin: origin)
    if let codec = decoder.blockwise(skipped: stored.skippedFilters) {
      return try codec.decode(
        UnsafeRawBufferPointer(stored.bytes), size: decoder.chunkBytes, wanted: wanted, at: place, scratch: &scratch,
        into: destination, body)
    }
    let isUnfiltered = decoder.steps.indices.allSatisfy { stored.skippedFilters & (1 << UInt32($0)) != 0 }
    if isUnfiltered {
      guard stored.bytes.count == decoder.chunkBytes else {
        throw place.damage("it has \(stored.bytes.count) bytes, not \(decoder.chunkBytes)")
      }
      return try hand(UnsafeRawBufferPointer(stored.bytes), &scratch)
    }
    let bytes = try decoder.decode(stored.bytes, skipped: stored.skippedFilters, at: place)
    if wanted.count < bytes.count {
      // Several frames share the chunk: the next one need not decode it again.
      decoded.withLock {
        $0.insert(DecodedChunk(origin: origin, bytes: bytes), at: 0)
        if $0.count > 4 { $0.removeLast() }
      }
    }
    try bytes.withUnsafeBytes { try hand($0, &scratch) }
  }

  /// What stands for pixels that were never written.
  private func fill(
    _ size: Int, scratch: inout FrameScratch, into destination: UnsafeMutableRawBufferPointer?,
    _ body: (_ offset: Int, _ piece: UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    var value = dataset.storage.fillValue
    // What is handed over counts as the file's bytes.
    if swapsBytes { value.reverse() }
    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
      for offset in buffer.indices { buffer[offset] = value[offset % value.count] }
    }
    if let destination { return fill(destination) }
    let piece = scratch.bytes(1 << 16, slot: 1)
    for start in stride(from: 0, to: size, by: piece.count) {
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, size - start)])
      // Refilled each time, since the consumer may have had it swapped.
      fill(part)
      try body(start, part)
    }
  }
}
