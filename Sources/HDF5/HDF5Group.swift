import CHDF5

/// A group of an open file; valid inside the body that was given to ``HDF5File``.
public struct HDF5Group {
  let handle: HDF5Handle
  /// Keeps the file open as long as one of its objects is in use.
  let file: HDF5Handle
  /// The path inside the file, for example "/entry/data".
  public let path: String
  let fileName: String

  /// What a link of a group leads to.
  public enum Member: Hashable, Sendable {
    case group
    case dataset
    case softLink(target: String)
    case externalLink(file: String, target: String)
    /// A link to something else: a named type, or a kind that a plug-in defines.
    case other
  }

  /// The name of a member with its file, for messages.
  func place(_ name: String? = nil) -> String {
    guard let name else { return "\(fileName):\(path)" }
    return path == "/" ? "\(fileName):/\(name)" : "\(fileName):\(path)/\(name)"
  }

  private func childPath(_ name: String) -> String { path == "/" ? "/" + name : path + "/" + name }

  // MARK: - Reading

  /// The members by name, ascending.
  ///
  /// - Throws: ``HDF5Error`` when the group is damaged or has more than a million members.
  public func members() throws -> [(name: String, member: Member)] {
    var info = H5G_info_t()
    try check(H5Gget_info(handle.id, &info), "list the group", place())
    guard info.nlinks <= 1_000_000 else {
      throw HDF5Error.tooLarge(object: place(), claim: "claims \(info.nlinks) members; at most 1000000 are read")
    }
    return try (0..<info.nlinks).map { index in
      let length = H5Lget_name_by_idx(
        handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, hid_t(H5P_DEFAULT))
      guard length > 0, length < 1 << 16 else { throw HDF5Error.last("read the name of member \(index)", place()) }
      let name = try withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { buffer -> String in
        guard
          let base = buffer.baseAddress,
          H5Lget_name_by_idx(
            handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, base, length + 1, hid_t(H5P_DEFAULT)) == length
        else { throw HDF5Error.last("read the name of member \(index)", place()) }
        return String(cString: base)
      }
      return (name, try member(name))
    }
  }

  /// What the member of a name is.
  public func member(_ name: String) throws -> Member {
    var info = H5L_info_t()
    try check(H5Lget_info(handle.id, name, &info, hid_t(H5P_DEFAULT)), "find the member", place(name))
    switch info.type {
    case H5L_TYPE_HARD:
      let object = try open(name)
      return switch H5Iget_type(object.id) {
      case H5I_GROUP: .group
      case H5I_DATASET: .dataset
      default: .other
      }
    case H5L_TYPE_SOFT:
      return .softLink(
        target: try linkValue(name, info.u.val_size) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    case H5L_TYPE_EXTERNAL:
      return try linkValue(name, info.u.val_size) { bytes in
        var flags: UInt32 = 0
        var file: UnsafePointer<CChar>?
        var target: UnsafePointer<CChar>?
        guard H5Lunpack_elink_val(bytes.baseAddress, bytes.count, &flags, &file, &target) >= 0, let file, let target
        else { throw HDF5Error.last("read the external link", place(name)) }
        return .externalLink(file: String(cString: file), target: String(cString: target))
      }
    default:
      return .other
    }
  }

  private func linkValue<Value>(
    _ name: String, _ size: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Value
  ) throws -> Value {
    guard size > 0, size <= 1 << 16 else {
      throw HDF5Error.tooLarge(object: place(name), claim: "is a link of \(size) bytes; at most 65536 are read")
    }
    // One zero more than the link claims, so that a text without its end stops here.
    return try withUnsafeTemporaryAllocation(byteCount: size + 1, alignment: 8) { buffer in
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      try check(H5Lget_val(handle.id, name, buffer.baseAddress, size, hid_t(H5P_DEFAULT)), "read the link", place(name))
      return try body(UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
    }
  }

  private func open(_ name: String) throws -> HDF5Handle {
    try HDF5Handle(H5Oopen(handle.id, name, hid_t(H5P_DEFAULT)), closedBy: H5Oclose, "open the object", place(name))
  }

  /// Opens a member that is a group.
  public func group(_ name: String) throws -> HDF5Group {
    let group = try HDF5Handle(
      H5Gopen2(handle.id, name, hid_t(H5P_DEFAULT)), closedBy: H5Gclose, "open the group", place(name))
    return HDF5Group(handle: group, file: file, path: childPath(name), fileName: fileName)
  }

  /// Opens a member that is a dataset.
  public func dataset(_ name: String) throws -> HDF5Dataset {
    let dataset = try HDF5Handle(
      H5Dopen2(handle.id, name, hid_t(H5P_DEFAULT)), closedBy: H5Dclose, "open the dataset", place(name))
    return HDF5Dataset(handle: dataset, file: file, path: childPath(name), fileName: fileName)
  }

  /// The attributes of this group.
  public var attributes: HDF5Attributes { HDF5Attributes(owner: handle, place: place()) }

  /// The place of this group in the file: two groups with the same address are one group by two names.
  public func address() throws -> UInt64 {
    var info = H5O_info_t()
    try check(H5Oget_info1(handle.id, &info), "look at the group", place())
    return UInt64(info.addr)
  }

  // MARK: - Writing

  /// Creates a member group.
  public func createGroup(_ name: String) throws -> HDF5Group {
    let creation = try HDF5Handle(
      H5Pcreate(operando_H5P_GROUP_CREATE()), closedBy: H5Pclose, "prepare the group", place(name))
    try check(H5Pset_obj_track_times(creation.id, false), "prepare the group", place(name))
    let group = try HDF5Handle(
      H5Gcreate2(handle.id, name, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT)), closedBy: H5Gclose,
      "create the group", place(name))
    return HDF5Group(handle: group, file: file, path: childPath(name), fileName: fileName)
  }

  /// Creates a link to another place of this file, which need not exist.
  public func createSoftLink(_ name: String, to target: String) throws {
    try check(
      H5Lcreate_soft(target, handle.id, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), "create the link", place(name))
  }

  /// Creates a link to a place in another file; a relative file name counts from this file's folder.
  public func createExternalLink(_ name: String, toFile target: String, path: String) throws {
    try check(
      H5Lcreate_external(target, path, handle.id, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), "create the link",
      place(name))
  }
}
