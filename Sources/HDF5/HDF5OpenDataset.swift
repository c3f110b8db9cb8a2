import CHDF5

/// A dataset of numbers in a file that stays open, read piece by piece from any thread.
public final class HDF5OpenDataset: @unchecked Sendable {
  // Every use of a handle is inside `HDF5Lock.run`, and handles close themselves under it.
  private let dataset: HDF5Dataset
  private let memoryType: HDF5Handle
  private let file: HDF5OpenFile
  /// The path inside the file.
  public let path: String
  /// File and path, for messages.
  public let place: String
  /// How the numbers lie in the file.
  public let storage: HDF5Storage

  init(_ dataset: HDF5Dataset, of file: HDF5OpenFile) throws {
    self.dataset = dataset
    self.file = file
    path = dataset.path
    place = "\(file.path):\(dataset.path)"
    (storage, memoryType) = try dataset.storage()
  }

  /// Stored bytes of the chunk at an element; zero where none was written.
  ///
  /// - Parameter origin: the chunk's first element.
  public func chunkSize(at origin: [Int]) throws -> Int {
    try HDF5Lock.run { try unlockedChunkSize(at: origin) }
  }

  private func unlockedChunkSize(at origin: [Int]) throws -> Int {
    var size: hsize_t = 0
    // The library reports a chunk that was never written as an error of this call.
    guard H5Dget_chunk_storage_size(dataset.handle.id, origin.map { hsize_t($0) }, &size) >= 0 else {
      let error = HDF5Error.last("find the chunk at \(origin)", place)
      guard case .failed(_, _, let reason) = error, reason.contains("storage is not allocated") else { throw error }
      return 0
    }
    guard size <= hsize_t(Int32.max) else {
      throw HDF5Error.tooLarge(object: place, claim: "the chunk at \(origin) claims \(size) bytes")
    }
    return Int(size)
  }

  /// Reads the stored bytes of a chunk, as they are after all filters.
  ///
  /// - Parameters:
  ///   - origin: the chunk's first element.
  ///   - memory: asked once for memory of the chunk's size, not for a chunk that was never written.
  /// - Returns: the bytes, and a bit for each filter that this chunk skipped; `nil` for a chunk never written.
  public func readChunk(
    at origin: [Int], memory: (_ size: Int) -> UnsafeMutableRawBufferPointer
  ) throws -> (bytes: UnsafeMutableRawBufferPointer, skippedFilters: UInt32)? {
    try HDF5Lock.run {
      let size = try unlockedChunkSize(at: origin)
      guard size > 0 else { return nil }
      let buffer = memory(size)
      precondition(buffer.count >= size, "the memory holds the chunk")
      var skipped: UInt32 = 0
      try check(
        H5Dread_chunk(
          dataset.handle.id, hid_t(H5P_DEFAULT), origin.map { hsize_t($0) }, &skipped, buffer.baseAddress),
        "read the chunk at \(origin)", place)
      return (UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]), skipped)
    }
  }

  /// Reads a block of elements through the library, whatever the storage.
  ///
  /// - Parameters:
  ///   - start: the first element, as many numbers as axes.
  ///   - count: the lengths along the axes.
  ///   - buffer: as many bytes as that many of ``HDF5Storage/number``; gets them in the machine's byte order.
  public func read(start: [Int], count: [Int], into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(
      count.reduce(storage.number.size, *) == buffer.count && start.count == count.count, "the buffer holds the block")
    try HDF5Lock.run {
      let filespace = try HDF5Handle(
        H5Dget_space(dataset.handle.id), closedBy: H5Sclose, "read the shape", place)
      let lengths = count.map { hsize_t($0) }
      try check(
        H5Sselect_hyperslab(filespace.id, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, lengths, nil),
        "select a frame", place)
      let memory = try HDF5Handle(
        H5Screate_simple(Int32(lengths.count), lengths, nil), closedBy: H5Sclose, "select a frame", place)
      try check(
        H5Dread(
          dataset.handle.id, memoryType.id, memory.id, filespace.id, hid_t(H5P_DEFAULT), buffer.baseAddress),
        "read the values", place)
    }
  }

  /// Has a child process read the whole dataset's file, up to the size that ``HDF5File`` reads there; for datasets that
  /// only the library can decode. What was read there when the file was opened is not read again.
  public func probeValues() throws {
    guard storage.storedBytes > file.probedBytes else { return }
    try HDF5Lock.run { try HDF5File.probe(file.path, image: nil) }
  }

  /// Refuses a dataset whose filters the library does not have.
  public func requireFilters() throws {
    try HDF5Lock.run {
      for filter in storage.filters where H5Zfilter_avail(H5Z_filter_t(filter.identifier)) <= 0 {
        throw HDF5Error.missingFilter(
          identifier: filter.identifier, name: filter.name.isEmpty ? "no name recorded" : filter.name, object: place)
      }
    }
  }
}

extension HDF5Dataset {
  /// How the values are stored, and the type to read them by.
  fileprivate func storage() throws -> (HDF5Storage, HDF5Handle) {
    let place = "\(fileName):\(path)"
    let content = try HDF5Content(
      type: H5Dget_type(handle.id), space: H5Dget_space(handle.id), place: place, largest: Int.max)
    guard case .number(let number) = content.elementType else {
      throw HDF5Error.unsupported(object: place, kind: content.kind)
    }
    let creation = try HDF5Handle(
      H5Dget_create_plist(handle.id), closedBy: H5Pclose, "read how the dataset is stored", place)
    let memoryType = try content.memoryType(number, place)
    var layout = HDF5Storage.Layout.opaque
    var filters: [HDF5Storage.Filter] = []
    switch H5Pget_layout(creation.id) {
    case H5D_CONTIGUOUS:
      let offset = H5Dget_offset(handle.id)
      H5Eclear2(hid_t(H5E_DEFAULT))
      if H5Pget_external_count(creation.id) == 0, offset != haddr_t.max {
        layout = .contiguous(offset: UInt64(offset))
      }
    case H5D_CHUNKED:
      let rank = content.shape.count
      var lengths = [hsize_t](repeating: 0, count: rank)
      guard H5Pget_chunk(creation.id, Int32(rank), &lengths) == rank,
        lengths.allSatisfy({ $0 > 0 && $0 <= hsize_t(UInt32.max) })
      else { throw HDF5Error.last("read the shape of the chunks", place) }
      filters = try storedFilters(creation, place)
      var options: UInt32 = 0
      try check(H5Pget_chunk_opts(creation.id, &options), "read how the dataset is stored", place)
      // Where edge chunks are not filtered the file does not say so chunk by chunk; the library knows.
      if options & operando_H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS() == 0 { layout = .chunked(lengths.map { Int($0) }) }
    default: break
    }
    var fill = [UInt8](repeating: 0, count: number.size)
    var defined = H5D_FILL_VALUE_UNDEFINED
    if H5Pfill_value_defined(creation.id, &defined) >= 0, defined == H5D_FILL_VALUE_USER_DEFINED {
      try check(H5Pget_fill_value(creation.id, memoryType.id, &fill), "read the fill value", place)
    }
    let type = content.type
    let storage = HDF5Storage(
      shape: content.shape, number: number, isPlain: HDF5Dataset.isPlain(type, number),
      isBigEndian: H5Tget_order(type.id) == H5T_ORDER_BE, layout: layout, filters: filters, fillValue: fill,
      storedBytes: Int(clamping: H5Dget_storage_size(handle.id)))
    return (storage, memoryType)
  }

  private func storedFilters(_ creation: HDF5Handle, _ place: String) throws -> [HDF5Storage.Filter] {
    let count = H5Pget_nfilters(creation.id)
    guard count >= 0, count <= 32 else { throw HDF5Error.last("read the filters", place) }
    return try (0..<count).map { index in
      var flags: UInt32 = 0
      var parameters = [UInt32](repeating: 0, count: 64)
      var parameterCount = parameters.count
      var configuration: UInt32 = 0
      var name = [CChar](repeating: 0, count: 64)
      let filter = H5Pget_filter2(
        creation.id, UInt32(index), &flags, &parameterCount, &parameters, name.count - 1, &name, &configuration)
      guard filter >= 0 else { throw HDF5Error.last("read filter \(index)", place) }
      let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return HDF5Storage.Filter(
        identifier: Int(filter), name: text, parameters: Array(parameters.prefix(min(parameterCount, 64))))
    }
  }

  /// Whether the type is a plain number of the machine but for its byte order.
  private static func isPlain(_ type: HDF5Handle, _ number: HDF5NumberType) -> Bool {
    guard H5Tget_size(type.id) == number.size else { return false }
    switch H5Tget_class(type.id) {
    case H5T_INTEGER:
      let order = H5Tget_order(type.id)
      return H5Tget_precision(type.id) == 8 * number.size && H5Tget_offset(type.id) == 0
        && (order == H5T_ORDER_LE || order == H5T_ORDER_BE)
    case H5T_FLOAT:
      return [
        operando_H5T_IEEE_F32LE(), operando_H5T_IEEE_F32BE(), operando_H5T_IEEE_F64LE(), operando_H5T_IEEE_F64BE(),
      ].contains { H5Tequal(type.id, $0) > 0 }
    case H5T_ENUM: return H5Tget_order(type.id) == H5T_ORDER_LE
    default: return false
    }
  }
}
