import ArrayMath

/// Frames that lie in a file as plain numbers, each at its own byte.
struct RawFrames: FrameSource {
  let shape: FrameShape
  let pixelType: PixelType
  let bytes: FrameBytes
  /// The first byte of each frame.
  let offsets: [Int]
  /// Whether the file has the other byte order.
  let swapsBytes: Bool

  var count: Int { offsets.count }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(buffer.count == shape.count * pixelType.size, "the buffer holds a frame")
    try bytes.read(at: offsets[index], into: buffer)
    if swapsBytes { ByteOrder.swap(buffer, size: pixelType.size) }
  }

  func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    // Pieces that stay in the second-level cache.
    let piece = scratch.bytes(1 << 17)
    let frameBytes = shape.count * pixelType.size
    for start in stride(from: 0, to: frameBytes, by: piece.count) {
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, frameBytes - start)])
      try bytes.read(at: offsets[index] + start, into: part)
      if swapsBytes { ByteOrder.swap(part, size: pixelType.size) }
      try body(start / pixelType.size, UnsafeRawBufferPointer(part))
    }
  }
}
