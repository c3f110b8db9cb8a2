public import ArrayMath

/// The elements of a dataset or an attribute, in C order.
///
/// Two values are equal when their bits are: NaN equals NaN, and 0 differs from −0. This is the sense in which two
/// stage files are identical.
public enum NeXusValues: Sendable {
  case float64([Double])
  case float32([Float])
  case int8([Int8])
  case uint8([UInt8])
  case int16([Int16])
  case uint16([UInt16])
  case int32([Int32])
  case uint32([UInt32])
  case int64([Int64])
  case uint64([UInt64])
  case complex64([ComplexFloat])
  /// Real and imaginary parts.
  case complex128([SIMD2<Double>])
  /// No text may contain the zero character.
  case string([String])

  /// The number of elements.
  public var count: Int {
    switch self {
    case .float64(let values): values.count
    case .float32(let values): values.count
    case .int8(let values): values.count
    case .uint8(let values): values.count
    case .int16(let values): values.count
    case .uint16(let values): values.count
    case .int32(let values): values.count
    case .uint32(let values): values.count
    case .int64(let values): values.count
    case .uint64(let values): values.count
    case .complex64(let values): values.count
    case .complex128(let values): values.count
    case .string(let values): values.count
    }
  }

  /// The name of the element type: "float64", "int32", "string".
  public var typeName: String {
    switch self {
    case .float64: "float64"
    case .float32: "float32"
    case .int8: "int8"
    case .uint8: "uint8"
    case .int16: "int16"
    case .uint16: "uint16"
    case .int32: "int32"
    case .uint32: "uint32"
    case .int64: "int64"
    case .uint64: "uint64"
    case .complex64: "complex64"
    case .complex128: "complex128"
    case .string: "string"
    }
  }

  /// The elements as numbers of double precision; nil for texts and complex numbers.
  public var doubles: [Double]? {
    switch self {
    case .float64(let values): values
    case .float32(let values): values.map(Double.init)
    case .int8(let values): values.map(Double.init)
    case .uint8(let values): values.map(Double.init)
    case .int16(let values): values.map(Double.init)
    case .uint16(let values): values.map(Double.init)
    case .int32(let values): values.map(Double.init)
    case .uint32(let values): values.map(Double.init)
    case .int64(let values): values.map(Double.init)
    case .uint64(let values): values.map(Double.init)
    case .complex64, .complex128, .string: nil
    }
  }

  /// The elements as integers; nil for texts, complex numbers, fractions and numbers beyond `Int`.
  public var integers: [Int]? {
    switch self {
    case .float64(let values): exact(values) { Int(exactly: $0) }
    case .float32(let values): exact(values) { Int(exactly: $0) }
    case .int8(let values): values.map { Int($0) }
    case .uint8(let values): values.map { Int($0) }
    case .int16(let values): values.map { Int($0) }
    case .uint16(let values): values.map { Int($0) }
    case .int32(let values): values.map { Int($0) }
    case .uint32(let values): values.map { Int($0) }
    case .int64(let values): values.map { Int($0) }
    case .uint64(let values): exact(values) { Int(exactly: $0) }
    case .complex64, .complex128, .string: nil
    }
  }

  /// The elements as complex numbers of single precision, real numbers with an imaginary part of zero; nil for texts.
  public var complexNumbers: [ComplexFloat]? {
    switch self {
    case .complex64(let values): values
    case .complex128(let values): values.map { ComplexFloat(Float($0.x), Float($0.y)) }
    default: doubles.map { $0.map { ComplexFloat(Float($0)) } }
    }
  }

  /// The elements as texts; nil for numbers.
  public var strings: [String]? {
    if case .string(let values) = self { values } else { nil }
  }

  private func exact<Value>(_ values: [Value], _ convert: (Value) -> Int?) -> [Int]? {
    let converted = values.compactMap(convert)
    return converted.count == values.count ? converted : nil
  }

  /// A short text of one element, for listings and differences.
  func text(at index: Int) -> String {
    switch self {
    case .float64(let values): "\(values[index])"
    case .float32(let values): "\(values[index])"
    case .int8(let values): "\(values[index])"
    case .uint8(let values): "\(values[index])"
    case .int16(let values): "\(values[index])"
    case .uint16(let values): "\(values[index])"
    case .int32(let values): "\(values[index])"
    case .uint32(let values): "\(values[index])"
    case .int64(let values): "\(values[index])"
    case .uint64(let values): "\(values[index])"
    case .complex64(let values): "\(values[index].real) + \(values[index].imaginary)i"
    case .complex128(let values): "\(values[index].x) + \(values[index].y)i"
    case .string(let values): shortened(values[index])
    }
  }

  private func shortened(_ text: String) -> String {
    let line = text.prefix(60).replacing("\n", with: " ")
    return text.count > 60 ? "\"\(line)…\"" : "\"\(line)\""
  }
}

extension NeXusValues: Hashable {
  public static func == (left: NeXusValues, right: NeXusValues) -> Bool { left.firstDifference(from: right) == nil }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(typeName)
    switch self {
    case .float64(let values): for value in values { hasher.combine(value.bitPattern) }
    case .float32(let values): for value in values { hasher.combine(value.bitPattern) }
    case .complex64(let values):
      for value in values {
        hasher.combine(value.real.bitPattern)
        hasher.combine(value.imaginary.bitPattern)
      }
    case .complex128(let values):
      for value in values {
        hasher.combine(value.x.bitPattern)
        hasher.combine(value.y.bitPattern)
      }
    case .string(let values): for value in values { for unit in value.utf8 { hasher.combine(unit) } }
    default: hasher.combine(integers)
    }
  }

  /// The index of the first element that differs, -1 when type or count differ, nil when all are equal bit for bit.
  func firstDifference(from other: NeXusValues) -> Int? {
    guard count == other.count else { return -1 }
    switch (self, other) {
    case (.float64(let a), .float64(let b)): return first(a, b) { $0.bitPattern == $1.bitPattern }
    case (.float32(let a), .float32(let b)): return first(a, b) { $0.bitPattern == $1.bitPattern }
    case (.int8(let a), .int8(let b)): return first(a, b, ==)
    case (.uint8(let a), .uint8(let b)): return first(a, b, ==)
    case (.int16(let a), .int16(let b)): return first(a, b, ==)
    case (.uint16(let a), .uint16(let b)): return first(a, b, ==)
    case (.int32(let a), .int32(let b)): return first(a, b, ==)
    case (.uint32(let a), .uint32(let b)): return first(a, b, ==)
    case (.int64(let a), .int64(let b)): return first(a, b, ==)
    case (.uint64(let a), .uint64(let b)): return first(a, b, ==)
    case (.complex64(let a), .complex64(let b)):
      return first(a, b) {
        $0.real.bitPattern == $1.real.bitPattern && $0.imaginary.bitPattern == $1.imaginary.bitPattern
      }
    case (.complex128(let a), .complex128(let b)):
      return first(a, b) { $0.x.bitPattern == $1.x.bitPattern && $0.y.bitPattern == $1.y.bitPattern }
    // Swift holds canonically equivalent texts for equal; files do not.
    case (.string(let a), .string(let b)): return first(a, b) { $0.utf8.elementsEqual($1.utf8) }
    default: return -1
    }
  }

  private func first<Value>(_ a: [Value], _ b: [Value], _ isEqual: (Value, Value) -> Bool) -> Int? {
    zip(a, b).enumerated().first { !isEqual($0.element.0, $0.element.1) }?.offset
  }
}
