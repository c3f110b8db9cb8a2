/// The extent of a detector frame, in pixels.
public struct FrameShape: Sendable, Hashable, Codable {
  /// Pixels along the slow axis.
  public let rows: Int
  /// Pixels along the fast axis.
  public let columns: Int

  /// - Precondition: neither is negative.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a frame has no negative extent")
    self.rows = rows
    self.columns = columns
  }

  /// The number of pixels.
  public var count: Int { rows * columns }
}

/// How a pixel is stored, in the byte order of the machine.
public enum PixelType: String, Sendable, Hashable, CaseIterable {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

  /// Bytes of one pixel.
  public var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// The type whose values are these.
  public init?(_ type: any Any.Type) {
    switch type {
    case is Int8.Type: self = .int8
    case is UInt8.Type: self = .uint8
    case is Int16.Type: self = .int16
    case is UInt16.Type: self = .uint16
    case is Int32.Type: self = .int32
    case is UInt32.Type: self = .uint32
    case is Int64.Type: self = .int64
    case is UInt64.Type: self = .uint64
    case is Float.Type: self = .float32
    case is Double.Type: self = .float64
    default: return nil
    }
  }
}

/// Frames of a detector that are all of one shape and type, read one by one.
///
/// Frames are in C order, (row, column), row 0 and column 0 first as the file stores them. Reading is safe from several
/// threads at once.
public protocol FrameSource: Sendable {
  /// The extent of every frame.
  var shape: FrameShape { get }
  /// How a pixel is stored.
  var pixelType: PixelType { get }
  /// The number of frames.
  var count: Int { get }

  /// Fills a caller's buffer with one frame.
  ///
  /// - Parameters:
  ///   - index: from 0 up to ``count``.
  ///   - buffer: exactly `shape.count * pixelType.size` bytes.
  /// - Throws: what the format throws when the frame is missing or damaged.
  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws

  /// Hands over the pixels of one frame piece by piece, in C order without gaps or overlaps.
  ///
  /// Whoever decodes block by block hands over each block while it is in the cache, so that a consumer who needs every
  /// pixel once never waits for main memory.
  ///
  /// - Parameters:
  ///   - index: from 0 up to ``count``.
  ///   - scratch: working memory that is kept from frame to frame; one for each thread.
  ///   - body: gets the index of the first pixel and the bytes of the piece, valid until it returns.
  func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws
}

/// Working memory of one thread that reads frames.
public struct FrameScratch: ~Copyable {
  private var memory: [UnsafeMutableRawBufferPointer?] = [nil, nil]

  public init() {}

  deinit { for buffer in memory { buffer?.deallocate() } }

  /// Memory of at least `size` bytes, aligned to 64; what it holds is undefined.
  ///
  /// - Parameter slot: 0 or 1, two pieces that live side by side.
  public mutating func bytes(_ size: Int, slot: Int = 0) -> UnsafeMutableRawBufferPointer {
    if let present = memory[slot], present.count >= size { return .init(rebasing: present[..<size]) }
    memory[slot]?.deallocate()
    let new = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 64), alignment: 64)
    memory[slot] = new
    return .init(rebasing: new[..<size])
  }
}

extension FrameSource {
  public func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = scratch.bytes(shape.count * pixelType.size)
    try read(frame: index, into: buffer)
    try body(0, UnsafeRawBufferPointer(buffer))
  }

  /// One frame as single precision numbers; integers above 2^24 are rounded.
  public func floats(frame index: Int) throws -> [Float] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(shape.count * pixelType.size, 1), alignment: 64)
    defer { buffer.deallocate() }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(shape.count * pixelType.size)])
    try read(frame: index, into: bytes)
    func integers<Value: BinaryInteger>(_: Value.Type) -> [Float] { bytes.bindMemory(to: Value.self).map { Float($0) } }
    switch pixelType {
    case .int8: return integers(Int8.self)
    case .uint8: return integers(UInt8.self)
    case .int16: return integers(Int16.self)
    case .uint16: return integers(UInt16.self)
    case .int32: return integers(Int32.self)
    case .uint32: return integers(UInt32.self)
    case .int64: return integers(Int64.self)
    case .uint64: return integers(UInt64.self)
    case .float32: return [Float](bytes.bindMemory(to: Float.self))
    case .float64: return bytes.bindMemory(to: Double.self).map { Float($0) }
    }
  }
}
