import ArrayMath

extension FrameSource {
  /// Hands over the pixels of a frame one by one, in C order, as double precision numbers; integers above 2^53 are
  /// rounded.
  func withPixels(frame index: Int, _ body: (_ index: Int, _ value: Double) -> Void) throws {
    var scratch = FrameScratch()
    try forEachPiece(ofFrame: index, scratch: &scratch) { first, bytes in
      func integers<Value: BinaryInteger>(_: Value.Type) {
        for (offset, value) in bytes.bindMemory(to: Value.self).enumerated() { body(first + offset, Double(value)) }
      }
      switch pixelType {
      case .int8: integers(Int8.self)
      case .uint8: integers(UInt8.self)
      case .int16: integers(Int16.self)
      case .uint16: integers(UInt16.self)
      case .int32: integers(Int32.self)
      case .uint32: integers(UInt32.self)
      case .int64: integers(Int64.self)
      case .uint64: integers(UInt64.self)
      case .float32:
        for (offset, value) in bytes.bindMemory(to: Float.self).enumerated() { body(first + offset, Double(value)) }
      case .float64:
        for (offset, value) in bytes.bindMemory(to: Double.self).enumerated() { body(first + offset, value) }
      }
    }
  }
}
