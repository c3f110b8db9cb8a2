import ArrayMath
import CKernels

extension PixelType {
  var kernelType: operando_pixel {
    switch self {
    case .int8: OPERANDO_I8
    case .uint8: OPERANDO_U8
    case .int16: OPERANDO_I16
    case .uint16: OPERANDO_U16
    case .int32: OPERANDO_I32
    case .uint32: OPERANDO_U32
    case .int64: OPERANDO_I64
    case .uint64: OPERANDO_U64
    case .float32: OPERANDO_F32
    case .float64: OPERANDO_F64
    }
  }
}

extension operando_pixel {
  /// The pixel at an index, at any alignment.
  func value(_ pixels: UnsafeRawPointer, _ index: Int) -> Double {
    func load<Value: BinaryInteger & BitwiseCopyable>(_: Value.Type) -> Double {
      Double(pixels.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self))
    }
    switch self {
    case OPERANDO_U8: return load(UInt8.self)
    case OPERANDO_I8: return load(Int8.self)
    case OPERANDO_U16: return load(UInt16.self)
    case OPERANDO_I16: return load(Int16.self)
    case OPERANDO_U32: return load(UInt32.self)
    case OPERANDO_I32: return load(Int32.self)
    case OPERANDO_U64: return load(UInt64.self)
    case OPERANDO_I64: return load(Int64.self)
    case OPERANDO_F32: return Double(pixels.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
    default: return pixels.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
    }
  }
}

extension InvalidPixels {
  /// The rule for one type of pixel, as the kernels take it.
  func range(for type: PixelType) -> operando_valid_range {
    var range = operando_valid_range()
    // Infinite values of a type lie beyond its finite limits.
    let limit = type == .float32 ? Double(Float.greatestFiniteMagnitude) : Double.greatestFiniteMagnitude
    range.low = -limit
    range.high = limit
    let largest: Double?
    switch type {
    case .uint8: largest = Double(UInt8.max)
    case .uint16: largest = Double(UInt16.max)
    case .uint32: largest = Double(UInt32.max)
    case .uint64: largest = Double(UInt64.max)
    default: largest = nil
    }
    if negativeIntegers, type != .float32, type != .float64 { range.low = 0 }
    if largestUnsigned, let largest { range.high = largest.nextDown.rounded(.down) }
    if let saturation { range.high = min(range.high, saturation.nextDown) }
    if type == .float32, Double(Float(range.high)) > range.high { range.high = Double(Float(range.high).nextDown) }
    withUnsafeMutableBytes(of: &range.exceptions) { exceptions in
      let exceptions = exceptions.bindMemory(to: Double.self)
      for (index, value) in values.prefix(4).enumerated() { exceptions[index] = value }
    }
    range.exception_count = Int32(min(values.count, 4))
    return range
  }
}
