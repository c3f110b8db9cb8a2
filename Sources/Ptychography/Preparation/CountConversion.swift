internal import ArrayMath

/// Makes counts of whatever a frame holds: whole numbers of four bytes whose largest stands for "not measured".
///
/// Not measured is what is negative, not a number, infinite, the largest value of an integer type (detectors write it
/// into gaps), or does not fit. Numbers with a fraction are rounded after the scale.
struct CountConversion: Sendable {
  /// Counts for 1 in the file.
  let scale: Double
  /// From here on a pixel is saturated.
  let saturation: UInt32?

  static let notMeasured = UInt32.max

  /// - Parameters:
  ///   - bytes: the pixels of a frame.
  ///   - type: theirs.
  ///   - counts: as many.
  func convert(
    _ bytes: UnsafeRawBufferPointer, of type: PixelType, into counts: UnsafeMutableBufferPointer<UInt32>
  ) {
    switch type {
    case .int8: integers(bytes.bindMemory(to: Int8.self), counts)
    case .uint8: integers(bytes.bindMemory(to: UInt8.self), counts)
    case .int16: integers(bytes.bindMemory(to: Int16.self), counts)
    case .uint16: integers(bytes.bindMemory(to: UInt16.self), counts)
    case .int32: integers(bytes.bindMemory(to: Int32.self), counts)
    case .uint32: integers(bytes.bindMemory(to: UInt32.self), counts)
    case .int64: integers(bytes.bindMemory(to: Int64.self), counts)
    case .uint64: integers(bytes.bindMemory(to: UInt64.self), counts)
    case .float32: fractions(bytes.bindMemory(to: Float.self), counts)
    case .float64: fractions(bytes.bindMemory(to: Double.self), counts)
    }
    if let saturation {
      for i in counts.indices where counts[i] >= saturation { counts[i] = Self.notMeasured }
    }
  }

  @inline(__always)
  private func integers<Value: FixedWidthInteger>(
    _ values: UnsafeBufferPointer<Value>, _ counts: UnsafeMutableBufferPointer<UInt32>
  ) {
    if scale == 1 {
      for i in counts.indices {
        let value = values[i]
        counts[i] = value < 0 || value == .max ? Self.notMeasured : UInt32(clamping: value)
      }
    } else {
      for i in counts.indices {
        let value = values[i]
        counts[i] = value < 0 || value == .max ? Self.notMeasured : rounded(Double(value))
      }
    }
  }

  @inline(__always)
  private func fractions<Value: BinaryFloatingPoint>(
    _ values: UnsafeBufferPointer<Value>, _ counts: UnsafeMutableBufferPointer<UInt32>
  ) {
    for i in counts.indices { counts[i] = rounded(Double(values[i])) }
  }

  @inline(__always)
  private func rounded(_ value: Double) -> UInt32 {
    let scaled = (value * scale).rounded()
    // Comparisons with NaN are false.
    return scaled >= 0 && scaled < Double(Self.notMeasured) ? UInt32(scaled) : Self.notMeasured
  }
}
