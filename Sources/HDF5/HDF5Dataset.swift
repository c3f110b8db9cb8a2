import CHDF5

/// A dataset of an open file; valid inside the body that was given to ``HDF5File``.
public struct HDF5Dataset {
  let handle: HDF5Handle
  let file: HDF5Handle
  /// The path inside the file, for example "/entry/data/time".
  public let path: String
  let fileName: String

  var place: String { "\(fileName):\(path)" }

  func content() throws -> HDF5Content {
    try HDF5Content(type: H5Dget_type(handle.id), space: H5Dget_space(handle.id), place: place)
  }

  /// The lengths along the axes, slowest first; empty for a scalar.
  public func shape() throws -> [Int] { try content().shape }

  /// What one element is.
  public func elementType() throws -> HDF5ElementType { try content().elementType }

  /// The attributes of this dataset.
  public var attributes: HDF5Attributes { HDF5Attributes(owner: handle, place: place) }

  /// Reads all values, in C order, converted to `Element`.
  ///
  /// - Throws: ``HDF5Error``: a missing filter is named; a claim far larger than the stored bytes is refused before
  ///   memory is taken.
  public func read<Element: HDF5Element>(as element: Element.Type) throws -> [Element] {
    let content = try content()
    try checkStorage(content)
    return try content.numbers(element, place) { type, buffer in
      H5Dread(handle.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
    }
  }

  /// Reads all texts, in C order.
  public func readStrings() throws -> [String] {
    let content = try content()
    try checkStorage(content)
    return try content.strings(place) { type, buffer in
      H5Dread(handle.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
    }
  }

  /// Refuses what cannot be read before any memory is taken for it.
  func checkStorage(_ content: HDF5Content) throws {
    let creation = try HDF5Handle(
      H5Dget_create_plist(handle.id), closedBy: H5Pclose, "read how the dataset is stored", place)
    if H5Pget_layout(creation.id) == H5D_CHUNKED {
      let filters = H5Pget_nfilters(creation.id)
      for index in 0..<max(filters, 0) {
        var flags: UInt32 = 0
        var parameters = 0
        var configuration: UInt32 = 0
        var name = [CChar](repeating: 0, count: 64)
        let filter = H5Pget_filter2(
          creation.id, UInt32(index), &flags, &parameters, nil, name.count - 1, &name, &configuration)
        guard filter >= 0 else { throw HDF5Error.last("read filter \(index)", place) }
        if H5Zfilter_avail(filter) <= 0 {
          let known = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
          throw HDF5Error.missingFilter(
            identifier: Int(filter), name: known.isEmpty ? "no name recorded" : known, object: place)
        }
      }
    }
    // Deflate, the densest of the usual filters, gains at most a factor of 1032; what was never written costs nothing
    // to store, so small claims are let through.
    let claim = content.count * max(Int(H5Tget_size(content.type.id)), 1)
    let stored = Int(clamping: H5Dget_storage_size(handle.id))
    guard claim <= 1 << 26 || claim / 1100 <= stored else {
      throw HDF5Error.tooLarge(object: place, claim: "claims \(claim) bytes with \(stored) bytes stored")
    }
  }
}

extension HDF5Group {
  /// Datasets up to this many bytes lie inside their object header, whose checksum covers them.
  private static let compactLimit = 32 << 10
  /// The bytes of a chunk before compression, at most (one element may be larger).
  private static let chunkTarget = 1 << 20

  /// Writes numbers as a dataset.
  ///
  /// Up to 32 KiB lie in the object header; larger arrays are chunked, shuffled, deflated and carry a checksum a chunk.
  ///
  /// - Parameters:
  ///   - values: in C order, as many as the product of `shape`.
  ///   - shape: slowest axis first; empty for a scalar.
  @discardableResult
  public func write<Element: HDF5Element>(_ name: String, _ values: [Element], shape: [Int]) throws -> HDF5Dataset {
    try requireCount(values.count, shape, name)
    let dataset = try create(name, type: Element.hdf5Type.native, elementSize: Element.hdf5Type.size, shape: shape)
    guard !values.isEmpty else { return dataset }
    try values.withUnsafeBytes { buffer in
      try check(
        H5Dwrite(
          dataset.handle.id, Element.hdf5Type.native, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT),
          buffer.baseAddress), "write the values", place(name))
    }
    return dataset
  }

  /// Writes texts as a dataset of UTF-8 of fixed length, padded with zeros.
  ///
  /// - Throws: ``HDF5Error/invalid(object:reason:)`` for a text that contains the zero character.
  @discardableResult
  public func write(_ name: String, _ values: [String], shape: [Int]) throws -> HDF5Dataset {
    try requireCount(values.count, shape, name)
    let packed = try HDF5FixedStrings(values, place: place(name))
    let dataset = try create(name, type: packed.type.id, elementSize: packed.size, shape: shape)
    guard !values.isEmpty else { return dataset }
    try packed.bytes.withUnsafeBytes { buffer in
      try check(
        H5Dwrite(
          dataset.handle.id, packed.type.id, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer.baseAddress),
        "write the values", place(name))
    }
    return dataset
  }

  func requireCount(_ count: Int, _ shape: [Int], _ name: String) throws {
    guard shape.allSatisfy({ $0 >= 0 }), shape.count <= 32, shape.reduce(1, *) == count else {
      throw HDF5Error.invalid(object: place(name), reason: "\(count) values do not fill the shape \(shape)")
    }
  }

  func create(_ name: String, type: hid_t, elementSize: Int, shape: [Int]) throws -> HDF5Dataset {
    let place = place(name)
    let space = try HDF5DataSpace.make(shape, place)
    let creation = try HDF5Handle(
      H5Pcreate(operando_H5P_DATASET_CREATE()), closedBy: H5Pclose, "prepare the dataset", place)
    try check(H5Pset_obj_track_times(creation.id, false), "prepare the dataset", place)
    let bytes = shape.reduce(1, *) * elementSize
    if bytes > 0, bytes <= HDF5Group.compactLimit {
      try check(H5Pset_layout(creation.id, H5D_COMPACT), "prepare the dataset", place)
    } else if bytes > 0, !shape.isEmpty {
      let chunk = HDF5Group.chunk(shape, elementSize: elementSize).map { hsize_t($0) }
      try check(H5Pset_chunk(creation.id, Int32(chunk.count), chunk), "prepare the chunks", place)
      if elementSize <= 8 { try check(H5Pset_shuffle(creation.id), "prepare the chunks", place) }
      try check(H5Pset_deflate(creation.id, 4), "prepare the chunks", place)
      try check(H5Pset_fletcher32(creation.id), "prepare the chunks", place)
    }
    let dataset = try HDF5Handle(
      H5Dcreate2(handle.id, name, type, space.id, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT)),
      closedBy: H5Dclose, "create the dataset", place)
    return HDF5Dataset(
      handle: dataset, file: file, path: path == "/" ? "/" + name : path + "/" + name, fileName: fileName)
  }

  /// The shape of a chunk: whole along the fast axes, cut along the slow ones.
  static func chunk(_ shape: [Int], elementSize: Int) -> [Int] {
    var chunk = shape
    for axis in shape.indices {
      let rest = chunk[(axis + 1)...].reduce(elementSize, *)
      chunk[axis] = min(shape[axis], max(1, chunkTarget / rest))
      if chunk[axis] > 1 { break }
    }
    return chunk
  }
}
