import CHDF5

/// The attributes of a group or a dataset.
public struct HDF5Attributes {
  let owner: HDF5Handle
  let place: String

  func place(_ name: String) -> String { "\(place)@\(name)" }

  /// The names, ascending.
  public func names() throws -> [String] {
    var info = H5O_info_t()
    try check(H5Oget_info1(owner.id, &info), "count the attributes", place)
    guard info.num_attrs <= 100_000 else {
      throw HDF5Error.tooLarge(object: place, claim: "claims \(info.num_attrs) attributes; at most 100000 are read")
    }
    return try (0..<info.num_attrs).map { index in
      let length = H5Aget_name_by_idx(
        owner.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, hid_t(H5P_DEFAULT))
      guard length > 0, length < 1 << 16 else { throw HDF5Error.last("read the name of attribute \(index)", place) }
      return try withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { buffer in
        guard
          let base = buffer.baseAddress,
          H5Aget_name_by_idx(
            owner.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, base, length + 1, hid_t(H5P_DEFAULT)) == length
        else { throw HDF5Error.last("read the name of attribute \(index)", place) }
        return String(cString: base)
      }
    }
  }

  func open(_ name: String) throws -> HDF5Handle {
    try HDF5Handle(H5Aopen(owner.id, name, hid_t(H5P_DEFAULT)), closedBy: H5Aclose, "open the attribute", place(name))
  }

  private func content(_ attribute: HDF5Handle, _ name: String) throws -> HDF5Content {
    try HDF5Content(type: H5Aget_type(attribute.id), space: H5Aget_space(attribute.id), place: place(name))
  }

  /// What one element of an attribute is.
  public func elementType(_ name: String) throws -> HDF5ElementType { try content(open(name), name).elementType }

  /// The lengths along the axes; empty for a scalar.
  public func shape(_ name: String) throws -> [Int] { try content(open(name), name).shape }

  /// Reads all values of an attribute, converted to `Element`.
  public func read<Element: HDF5Element>(_ name: String, as element: Element.Type) throws -> [Element] {
    let attribute = try open(name)
    return try sized(attribute, name).numbers(element, place(name)) { H5Aread(attribute.id, $0, $1) }
  }

  /// Reads all texts of an attribute.
  public func readStrings(_ name: String) throws -> [String] {
    let attribute = try open(name)
    return try sized(attribute, name).strings(place(name)) { H5Aread(attribute.id, $0, $1) }
  }

  /// The content, refused when larger than any sensible attribute.
  func sized(_ attribute: HDF5Handle, _ name: String) throws -> HDF5Content {
    let content = try content(attribute, name)
    guard content.count * max(Int(H5Tget_size(content.type.id)), 1) <= 1 << 26 else {
      throw HDF5Error.tooLarge(object: place(name), claim: "claims \(content.count) elements")
    }
    return content
  }

  /// Writes numbers as an attribute.
  public func write<Element: HDF5Element>(_ name: String, _ values: [Element], shape: [Int]) throws {
    let place = place(name)
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == values.count else {
      throw HDF5Error.invalid(object: place, reason: "\(values.count) values do not fill the shape \(shape)")
    }
    let attribute = try create(name, type: Element.hdf5Type.native, shape: shape)
    guard !values.isEmpty else { return }
    try values.withUnsafeBytes { buffer in
      try check(H5Awrite(attribute.id, Element.hdf5Type.native, buffer.baseAddress), "write the attribute", place)
    }
  }

  /// Writes texts as an attribute of UTF-8 of fixed length, padded with zeros.
  public func write(_ name: String, _ values: [String], shape: [Int]) throws {
    let place = place(name)
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == values.count else {
      throw HDF5Error.invalid(object: place, reason: "\(values.count) texts do not fill the shape \(shape)")
    }
    let packed = try HDF5FixedStrings(values, place: place)
    let attribute = try create(name, type: packed.type.id, shape: shape)
    guard !values.isEmpty else { return }
    try packed.bytes.withUnsafeBytes { buffer in
      try check(H5Awrite(attribute.id, packed.type.id, buffer.baseAddress), "write the attribute", place)
    }
  }

  func create(_ name: String, type: hid_t, shape: [Int]) throws -> HDF5Handle {
    let space = try HDF5DataSpace.make(shape, place(name))
    return try HDF5Handle(
      H5Acreate2(owner.id, name, type, space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), closedBy: H5Aclose,
      "create the attribute", place(name))
  }
}

enum HDF5DataSpace {
  /// The dataspace of a shape; a scalar for the empty one.
  static func make(_ shape: [Int], _ place: String) throws -> HDF5Handle {
    guard !shape.isEmpty else {
      return try HDF5Handle(H5Screate(H5S_SCALAR), closedBy: H5Sclose, "make the shape", place)
    }
    let lengths = shape.map { hsize_t($0) }
    return try HDF5Handle(
      H5Screate_simple(Int32(lengths.count), lengths, nil), closedBy: H5Sclose, "make the shape \(shape)", place)
  }
}

/// Texts packed into records of one length, padded with zeros, and their HDF5 type.
struct HDF5FixedStrings {
  let type: HDF5Handle
  let size: Int
  let bytes: [UInt8]

  init(_ values: [String], place: String) throws {
    let longest = max(values.reduce(0) { max($0, $1.utf8.count) }, 1)
    guard longest <= HDF5Content.largestRead / max(values.count, 1) else {
      throw HDF5Error.tooLarge(object: place, claim: "texts of \(longest) bytes, \(values.count) of them")
    }
    var bytes = [UInt8](repeating: 0, count: longest * values.count)
    for (index, value) in values.enumerated() {
      var position = index * longest
      for byte in value.utf8 {
        guard byte != 0 else {
          throw HDF5Error.invalid(object: place, reason: "a text with a zero character cannot be stored")
        }
        bytes[position] = byte
        position += 1
      }
    }
    type = try HDF5Handle(H5Tcopy(operando_H5T_C_S1()), closedBy: H5Tclose, "make the type", place)
    try check(H5Tset_size(type.id, longest), "make the type", place)
    try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD), "make the type", place)
    try check(H5Tset_cset(type.id, H5T_CSET_UTF8), "make the type", place)
    size = longest
    self.bytes = bytes
  }
}
