/// Frames that lie in memory.
public struct MemoryFrames<Pixel: BitwiseCopyable & Sendable>: FrameSource {
  public let shape: FrameShape
  public let pixelType: PixelType
  public let count: Int
  /// All frames one after the other, each in C order.
  public let pixels: [Pixel]

  /// - Precondition: `pixels` fills a whole number of frames, and `Pixel` is one of the types of ``PixelType``.
  public init(_ pixels: [Pixel], shape: FrameShape) {
    guard let type = PixelType(Pixel.self) else { preconditionFailure("a pixel is a number of the machine") }
    precondition(shape.count > 0 && pixels.count.isMultiple(of: shape.count), "the pixels fill whole frames")
    self.pixels = pixels
    self.shape = shape
    pixelType = type
    count = pixels.count / shape.count
  }

  public func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    pixels.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range(of: index)])) }
  }

  public func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try pixels.withUnsafeBytes { try body(0, UnsafeRawBufferPointer(rebasing: $0[range(of: index)])) }
  }

  private func range(of index: Int) -> Range<Int> {
    let size = shape.count * pixelType.size
    return index * size..<(index + 1) * size
  }
}
