import CHDF5

/// What a dataset or an attribute holds: its type and its shape, looked at before anything is read.
struct HDF5Content {
  let type: HDF5Handle
  let elementType: HDF5ElementType
  /// Slowest axis first; empty for a scalar, `[0]` for the empty dataspace.
  let shape: [Int]
  /// The product of `shape`.
  let count: Int

  /// The most bytes that one read may take, whatever a file claims.
  static let largestRead = 1 << 34

  /// - Parameter largest: the most bytes that all values may take in the file.
  /// - Throws: ``HDF5Error`` when the claimed size overflows or exceeds `largest`.
  init(
    type identifier: hid_t, space spaceIdentifier: hid_t, place: String, largest: Int = HDF5Content.largestRead
  ) throws {
    let type = try HDF5Handle(identifier, closedBy: H5Tclose, "read the type", place)
    let space = try HDF5Handle(spaceIdentifier, closedBy: H5Sclose, "read the shape", place)
    self.type = type
    elementType = HDF5Content.elementType(of: type.id)
    switch H5Sget_simple_extent_type(space.id) {
    case H5S_SCALAR: shape = []
    case H5S_NULL: shape = [0]
    case H5S_SIMPLE:
      let rank = H5Sget_simple_extent_ndims(space.id)
      guard rank >= 0, rank <= 32 else { throw HDF5Error.last("read the shape", place) }
      var lengths = [hsize_t](repeating: 0, count: Int(rank))
      guard H5Sget_simple_extent_dims(space.id, &lengths, nil) == rank else {
        throw HDF5Error.last("read the shape", place)
      }
      guard lengths.allSatisfy({ $0 <= hsize_t(largest) }) else {
        throw HDF5Error.tooLarge(object: place, claim: "claims a shape of \(lengths)")
      }
      shape = lengths.map { Int($0) }
    default: throw HDF5Error.last("read the shape", place)
    }
    var count = 1
    for length in shape where length == 0 { count = length }
    if count > 0 {
      for length in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        guard !overflow, product <= largest else {
          throw HDF5Error.tooLarge(object: place, claim: "claims a shape of \(shape)")
        }
        count = product
      }
    }
    self.count = count
    let size = max(H5Tget_size(type.id), 1)
    guard size <= largest, count <= largest / Int(size) else {
      throw HDF5Error.tooLarge(
        object: place,
        claim: "claims \(count) elements of \(size) bytes; at most \(largest) bytes are read")
    }
  }

  private static func elementType(of type: hid_t) -> HDF5ElementType {
    let size = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_FLOAT: return .number(size <= 4 ? .float32 : .float64)
    case H5T_INTEGER: return integer(size: size, signed: H5Tget_sign(type) != H5T_SGN_NONE)
    case H5T_ENUM: return integer(size: size, signed: true)
    case H5T_STRING: return .string
    case H5T_COMPOUND: return HDF5ComplexType(type).map { .complex($0.part) } ?? .other("a compound")
    case H5T_REFERENCE: return .other("a reference")
    case H5T_OPAQUE: return .other("opaque data")
    case H5T_BITFIELD: return .other("a bit field")
    case H5T_VLEN: return .other("a variable-length sequence")
    case H5T_ARRAY: return .other("an array type")
    default: return .other("of an unknown type")
    }
  }

  private static func integer(size: Int, signed: Bool) -> HDF5ElementType {
    switch (size, signed) {
    case (1, true): .number(.int8)
    case (1, false): .number(.uint8)
    case (2, true): .number(.int16)
    case (2, false): .number(.uint16)
    case (3...4, true): .number(.int32)
    case (3...4, false): .number(.uint32)
    case (5...8, true): .number(.int64)
    case (5...8, false): .number(.uint64)
    default: .other("an integer of \(size) bytes")
    }
  }

  /// Reads numbers, converted by HDF5 to `Element`.
  func numbers<Element: HDF5Element>(
    _ element: Element.Type, _ place: String, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws -> [Element] {
    guard case .number = elementType else {
      throw HDF5Error.unsupported(object: place, kind: elementType == .string ? "text, not a number" : kind)
    }
    guard count > 0 else { return [] }
    guard count <= HDF5Content.largestRead / MemoryLayout<Element>.size else {
      throw HDF5Error.tooLarge(object: place, claim: "claims \(count) elements")
    }
    let target = try memoryType(Element.hdf5Type, place)
    return try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      buffer.initialize(repeating: Element.zero)
      try check(read(target.id, UnsafeMutableRawPointer(start)), "read the values", place)
      initialized = count
    }
  }

  /// The type that HDF5 converts to; an enumeration (a Boolean of h5py) is read as its numbers.
  func memoryType(_ number: HDF5NumberType, _ place: String) throws -> HDF5Handle {
    guard H5Tget_class(type.id) == H5T_ENUM else {
      return try HDF5Handle(H5Tcopy(number.native), closedBy: H5Tclose, "read the type", place)
    }
    let native = try HDF5Handle(
      H5Tget_native_type(type.id, H5T_DIR_DEFAULT), closedBy: H5Tclose, "read the type", place)
    guard H5Tget_size(native.id) == number.size else {
      throw HDF5Error.unsupported(object: place, kind: "an enumeration of another size")
    }
    return native
  }

  /// Reads texts of fixed or variable length.
  func strings(_ place: String, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t) throws -> [String] {
    guard elementType == .string else { throw HDF5Error.unsupported(object: place, kind: "not text") }
    guard count > 0 else { return [] }
    let isVariable = H5Tis_variable_str(type.id)
    guard isVariable >= 0 else { throw HDF5Error.last("read the type", place) }
    return isVariable > 0 ? try variableStrings(place, read) : try fixedStrings(place, read)
  }

  private func fixedStrings(_ place: String, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t) throws -> [String] {
    let size = H5Tget_size(type.id)
    guard size > 0 else { throw HDF5Error.last("read the type", place) }
    let padding = H5Tget_strpad(type.id)
    var bytes = [UInt8](repeating: 0, count: size * count)
    let status = bytes.withUnsafeMutableBytes { buffer in buffer.baseAddress.map { read(type.id, $0) } ?? -1 }
    try check(status, "read the values", place)
    return (0..<count).map { index in
      var text = bytes[index * size..<(index + 1) * size]
      text = text.prefix { $0 != 0 }
      if padding == H5T_STR_SPACEPAD {
        while text.last == UInt8(ascii: " ") { text.removeLast() }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private func variableStrings(
    _ place: String, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws -> [String] {
    let memory = try HDF5Handle(H5Tcopy(operando_H5T_C_S1()), closedBy: H5Tclose, "read the type", place)
    try check(H5Tset_size(memory.id, operando_H5T_VARIABLE()), "read the type", place)
    try check(H5Tset_cset(memory.id, H5Tget_cset(type.id)), "read the type", place)
    var length = hsize_t(count)
    let space = try HDF5Handle(
      H5Screate_simple(1, &length, nil), closedBy: H5Sclose, "read the shape", place)
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let status = pointers.withUnsafeMutableBytes { buffer in buffer.baseAddress.map { read(memory.id, $0) } ?? -1 }
    defer {
      pointers.withUnsafeMutableBytes { buffer in
        _ = H5Dvlen_reclaim(memory.id, space.id, hid_t(H5P_DEFAULT), buffer.baseAddress)
      }
    }
    try check(status, "read the values", place)
    return pointers.map { $0.map { String(cString: $0) } ?? "" }
  }

  /// What it holds, when that is not read.
  var kind: String {
    switch elementType {
    case .other(let kind): return kind
    case .complex: return "complex numbers"
    case .number, .string: return "of another type"
    }
  }
}
