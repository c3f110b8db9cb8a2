import CHDF5

/// Complex numbers, which HDF5 1.10 does not know: compounds of two floating-point numbers.
///
/// h5py, NumPy's writers and with them most of the field name the members `r` and `i`; some name them `real` and `imag`.
/// Both are read, in any order and byte order, and converted as HDF5 converts floating-point numbers; `r` and `i` are
/// written. Values are pairs (real, imaginary), laid out in memory as C's complex numbers.
struct HDF5ComplexType {
  /// What a part is in memory.
  let part: HDF5NumberType
  private let realName: String
  private let imaginaryName: String

  /// The names of a part, in lower case.
  private static let names: [(real: String, imaginary: String)] = [
    ("r", "i"), ("re", "im"), ("real", "imag"), ("real", "imaginary"),
  ]

  /// The complex numbers that a type of a file stands for; `nil` where it is something else.
  init?(_ type: hid_t) {
    guard H5Tget_class(type) == H5T_COMPOUND, H5Tget_nmembers(type) == 2 else { return nil }
    var members: [String] = []
    var part = HDF5NumberType.float32
    var sizes: [Int] = []
    var offsets: [Int] = []
    for index in 0..<UInt32(2) {
      guard H5Tget_member_class(type, index) == H5T_FLOAT, let name = H5Tget_member_name(type, index) else {
        return nil
      }
      defer { H5free_memory(name) }
      members.append(String(cString: name))
      let member = H5Tget_member_type(type, index)
      guard member >= 0 else { return nil }
      defer { H5Tclose(member) }
      guard Self.isPlain(member) else { return nil }
      sizes.append(H5Tget_size(member))
      offsets.append(H5Tget_member_offset(type, index))
      if H5Tget_size(member) > 4 { part = .float64 }
    }
    // A damaged description may place a part outside the number, where the library would write all the same.
    let ends = zip(offsets, sizes).map { $0.addingReportingOverflow($1) }
    guard ends.allSatisfy({ !$0.overflow && $0.partialValue <= H5Tget_size(type) }),
      ends[0].partialValue <= offsets[1] || ends[1].partialValue <= offsets[0]
    else { return nil }
    let lower = members.map { $0.lowercased() }
    self.part = part
    if Self.names.contains(where: { lower == [$0.real, $0.imaginary] }) {
      (realName, imaginaryName) = (members[0], members[1])
    } else if Self.names.contains(where: { lower == [$0.imaginary, $0.real] }) {
      (realName, imaginaryName) = (members[1], members[0])
    } else {
      return nil
    }
  }

  /// Whether a floating-point type is one of IEEE 754 of 16, 32 or 64 bits, in any byte order.
  private static func isPlain(_ type: hid_t) -> Bool {
    var (sign, exponent, exponentSize, mantissa, mantissaSize) = (0, 0, 0, 0, 0)
    guard H5Tget_offset(type) == 0,
      H5Tget_fields(type, &sign, &exponent, &exponentSize, &mantissa, &mantissaSize) >= 0
    else { return false }
    let fields = [sign, exponent, exponentSize, mantissa, mantissaSize]
    switch (H5Tget_size(type), H5Tget_precision(type)) {
    case (2, 16): return fields == [15, 10, 5, 0, 10]
    case (4, 32): return fields == [31, 23, 8, 0, 23]
    case (8, 64): return fields == [63, 52, 11, 0, 52]
    default: return false
    }
  }

  /// What is written: members `r` and `i`.
  init(part: HDF5NumberType) {
    self.part = part
    (realName, imaginaryName) = ("r", "i")
  }

  /// The type of a pair in memory.
  func memoryType(of part: HDF5NumberType, _ place: String) throws -> HDF5Handle {
    let type = try HDF5Handle(H5Tcreate(H5T_COMPOUND, 2 * part.size), closedBy: H5Tclose, "make the type", place)
    try check(H5Tinsert(type.id, realName, 0, part.native), "make the type", place)
    try check(H5Tinsert(type.id, imaginaryName, part.size, part.native), "make the type", place)
    return type
  }
}

/// A number that can be the part of a complex one.
public protocol HDF5ComplexPart: HDF5Element, SIMDScalar, Hashable, Codable {}
extension Float: HDF5ComplexPart {}
extension Double: HDF5ComplexPart {}

extension HDF5Content {
  /// Reads complex numbers as pairs (real, imaginary); real numbers get an imaginary part of zero.
  func complexNumbers<Part: HDF5ComplexPart>(
    _ part: Part.Type, _ place: String, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws -> [SIMD2<Part>] {
    if case .number = elementType { return try numbers(part, place, read).map { SIMD2($0, Part.zero) } }
    guard let complex = HDF5ComplexType(type.id) else {
      throw HDF5Error.unsupported(object: place, kind: elementType == .string ? "text, not complex numbers" : kind)
    }
    guard count > 0 else { return [] }
    guard count <= HDF5Content.largestRead / MemoryLayout<SIMD2<Part>>.stride else {
      throw HDF5Error.tooLarge(object: place, claim: "claims \(count) complex numbers")
    }
    let target = try complex.memoryType(of: Part.hdf5Type, place)
    return try [SIMD2<Part>](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      buffer.initialize(repeating: SIMD2(Part.zero, Part.zero))
      try check(read(target.id, UnsafeMutableRawPointer(start)), "read the values", place)
      initialized = count
    }
  }
}

extension HDF5Dataset {
  /// Reads all values as complex numbers (real, imaginary), in C order, converted to `Part`.
  ///
  /// - Throws: ``HDF5Error`` for what ``read(as:)`` refuses, and for a dataset that holds no numbers.
  public func readComplex<Part: HDF5ComplexPart>(as part: Part.Type) throws -> [SIMD2<Part>] {
    let content = try content()
    try checkStorage(content)
    return try content.complexNumbers(part, place) { type, buffer in
      H5Dread(handle.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
    }
  }
}

extension HDF5Group {
  /// Writes complex numbers (real, imaginary) as a dataset that h5py reads as complex.
  ///
  /// Stored as ``write(_:_:shape:)`` stores numbers.
  @discardableResult
  public func writeComplex<Part: HDF5ComplexPart>(
    _ name: String, _ values: [SIMD2<Part>], shape: [Int]
  ) throws -> HDF5Dataset {
    try requireCount(values.count, shape, name)
    let type = try HDF5ComplexType(part: Part.hdf5Type).memoryType(of: Part.hdf5Type, place(name))
    let dataset = try create(name, type: type.id, elementSize: 2 * Part.hdf5Type.size, shape: shape)
    guard !values.isEmpty else { return dataset }
    try values.withUnsafeBytes { buffer in
      try check(
        H5Dwrite(
          dataset.handle.id, type.id, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer.baseAddress),
        "write the values", place(name))
    }
    return dataset
  }
}

extension HDF5Attributes {
  /// Reads all values of an attribute as complex numbers (real, imaginary).
  public func readComplex<Part: HDF5ComplexPart>(_ name: String, as part: Part.Type) throws -> [SIMD2<Part>] {
    let attribute = try open(name)
    return try sized(attribute, name).complexNumbers(part, place(name)) { H5Aread(attribute.id, $0, $1) }
  }

  /// Writes complex numbers (real, imaginary) as an attribute.
  public func writeComplex<Part: HDF5ComplexPart>(_ name: String, _ values: [SIMD2<Part>], shape: [Int]) throws {
    let place = place(name)
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == values.count else {
      throw HDF5Error.invalid(object: place, reason: "\(values.count) values do not fill the shape \(shape)")
    }
    let type = try HDF5ComplexType(part: Part.hdf5Type).memoryType(of: Part.hdf5Type, place)
    let attribute = try create(name, type: type.id, shape: shape)
    guard !values.isEmpty else { return }
    try values.withUnsafeBytes { buffer in
      try check(H5Awrite(attribute.id, type.id, buffer.baseAddress), "write the attribute", place)
    }
  }
}
