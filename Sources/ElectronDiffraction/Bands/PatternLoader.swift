import ArrayMath

/// Reads frames of any type of pixel into memory that is used again, as single precision numbers, binned.
struct PatternLoader {
  private let shape: FrameShape
  private let pixelType: PixelType
  private let binning: Int
  private let bytes: AlignedBuffer<UInt8>
  private let full, binned: AlignedBuffer<Float>

  init(shape: FrameShape, pixelType: PixelType, binning: Int) {
    (self.shape, self.pixelType, self.binning) = (shape, pixelType, binning)
    bytes = AlignedBuffer(count: shape.count * pixelType.size)
    full = AlignedBuffer(count: shape.count)
    binned = AlignedBuffer(count: shape.count / (binning * binning))
  }

  /// One frame, valid until the next one is read.
  mutating func pattern(_ source: some FrameSource, frame: Int) throws -> UnsafePointer<Float> {
    try source.read(
      frame: frame, into: UnsafeMutableRawBufferPointer(start: bytes.pointer, count: shape.count * pixelType.size))
    switch pixelType {
    case .int8: convert(Int8.self)
    case .uint8: convert(UInt8.self)
    case .int16: convert(Int16.self)
    case .uint16: convert(UInt16.self)
    case .int32: convert(Int32.self)
    case .uint32: convert(UInt32.self)
    case .int64: convert(Int64.self)
    case .uint64: convert(UInt64.self)
    case .float32:
      UnsafeMutableRawPointer(full.pointer).copyMemory(from: bytes.pointer, byteCount: 4 * shape.count)
    case .float64:
      bytes.pointer.withMemoryRebound(to: Double.self, capacity: shape.count) { values in
        for index in 0..<shape.count { full.pointer[index] = Float(values[index]) }
      }
    }
    return binning == 1 ? UnsafePointer(full.pointer) : bin()
  }

  private func convert<Value: BinaryInteger & BitwiseCopyable>(_: Value.Type) {
    bytes.pointer.withMemoryRebound(to: Value.self, capacity: shape.count) { values in
      for index in 0..<shape.count { full.pointer[index] = Float(values[index]) }
    }
  }

  private func bin() -> UnsafePointer<Float> {
    let (rows, columns) = (shape.rows / binning, shape.columns / binning)
    let weight = 1 / Float(binning * binning)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Float = 0
        for r in 0..<binning {
          for c in 0..<binning {
            sum += full.pointer[(row * binning + r) * shape.columns + column * binning + c]
          }
        }
        binned.pointer[row * columns + column] = sum * weight
      }
    }
    return UnsafePointer(binned.pointer)
  }
}
