import CHDF5

/// What is done to the chunks of a dataset that is written piece by piece.
public enum HDF5ChunkFilter: Hashable, Sendable {
  case none
  /// Shuffled, deflated at a level of 1 to 9, with a checksum.
  case deflate(level: Int)
  /// A registered filter, which the writer applies itself; readers need it, the library that writes does not.
  case registered(Int, [UInt32])
}

extension HDF5Group {
  /// Creates a dataset of chunks, to be written piece by piece.
  ///
  /// - Parameters:
  ///   - shape: slowest axis first.
  ///   - chunk: the shape of a chunk; every length at least 1.
  public func createChunked(
    _ name: String, _ number: HDF5NumberType, shape: [Int], chunk: [Int], filter: HDF5ChunkFilter
  ) throws -> HDF5Dataset {
    let place = place(name)
    guard shape.count == chunk.count, !shape.isEmpty, shape.allSatisfy({ $0 >= 0 }), chunk.allSatisfy({ $0 > 0 }) else {
      throw HDF5Error.invalid(object: place, reason: "chunks of \(chunk) do not fit the shape \(shape)")
    }
    let space = try HDF5DataSpace.make(shape, place)
    let creation = try HDF5Handle(
      H5Pcreate(operando_H5P_DATASET_CREATE()), closedBy: H5Pclose, "prepare the dataset", place)
    try check(H5Pset_obj_track_times(creation.id, false), "prepare the dataset", place)
    try check(H5Pset_chunk(creation.id, Int32(chunk.count), chunk.map { hsize_t($0) }), "prepare the chunks", place)
    switch filter {
    case .none: break
    case .deflate(let level):
      try check(H5Pset_shuffle(creation.id), "prepare the chunks", place)
      try check(H5Pset_deflate(creation.id, UInt32(clamping: level)), "prepare the chunks", place)
      try check(H5Pset_fletcher32(creation.id), "prepare the chunks", place)
    case .registered(let identifier, let parameters):
      // Optional, so that a library without the filter lets the dataset be made.
      try check(
        H5Pset_filter(
          creation.id, H5Z_filter_t(identifier), UInt32(H5Z_FLAG_OPTIONAL), parameters.count, parameters),
        "prepare the chunks", place)
    }
    let dataset = try HDF5Handle(
      H5Dcreate2(
        handle.id, name, number.native, space.id, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT)),
      closedBy: H5Dclose, "create the dataset", place)
    return HDF5Dataset(
      handle: dataset, file: file, path: path == "/" ? "/" + name : path + "/" + name, fileName: fileName)
  }
}

extension HDF5Dataset {
  /// Writes the bytes of a chunk as they are, after all filters.
  ///
  /// - Parameter origin: the chunk's first element.
  public func writeChunk(_ bytes: [UInt8], at origin: [Int]) throws {
    try check(
      H5Dwrite_chunk(
        handle.id, hid_t(H5P_DEFAULT), 0, origin.map { hsize_t($0) }, bytes.count, bytes),
      "write the chunk at \(origin)",
      "\(fileName):\(path)")
  }

  /// Writes a block of elements through the library.
  ///
  /// - Parameters:
  ///   - bytes: the numbers in the byte order of the machine.
  ///   - start: the first element.
  ///   - count: the lengths along the axes.
  public func write(_ bytes: [UInt8], start: [Int], count: [Int], _ number: HDF5NumberType) throws {
    let place = "\(fileName):\(path)"
    guard count.reduce(number.size, *) == bytes.count, start.count == count.count else {
      throw HDF5Error.invalid(object: place, reason: "\(bytes.count) bytes do not fill \(count)")
    }
    let lengths = count.map { hsize_t($0) }
    let filespace = try HDF5Handle(H5Dget_space(handle.id), closedBy: H5Sclose, "read the shape", place)
    try check(
      H5Sselect_hyperslab(filespace.id, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, lengths, nil), "select a block",
      place)
    let memory = try HDF5Handle(
      H5Screate_simple(Int32(lengths.count), lengths, nil), closedBy: H5Sclose, "select a block", place)
    try check(
      H5Dwrite(handle.id, number.native, memory.id, filespace.id, hid_t(H5P_DEFAULT), bytes), "write the values", place)
  }
}
