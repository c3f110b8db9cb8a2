import CHDF5
import Foundation

/// Opens and creates HDF5 files.
///
/// Files are written so that every byte of their metadata carries a checksum (file format of HDF5 1.10) and that equal
/// content gives equal bytes (no object times). The body runs under the library's one lock and all that it opened is
/// closed after it.
public enum HDF5File {
  /// Opens a file for reading.
  ///
  /// - Throws: ``HDF5Error`` when the file is absent, not HDF5 or damaged, and what the body throws.
  public static func read<Result>(_ path: String, _ body: (HDF5Group) throws -> Result) throws -> Result {
    try HDF5Lock.run {
      try probe(path, image: nil)
      let access = try fileAccess(path)
      let file = try HDF5Handle(
        H5Fopen(path, operando_H5F_ACC_RDONLY(), access.id), closedBy: H5Fclose, "open it as an HDF5 file", path)
      return try body(root(of: file, path))
    }
  }

  /// Opens the bytes of a file for reading.
  ///
  /// - Throws: ``HDF5Error`` when the bytes are not HDF5 or damaged, and what the body throws.
  public static func read<Result>(
    bytes: [UInt8], named name: String = "HDF5 file", _ body: (HDF5Group) throws -> Result
  ) throws -> Result {
    try HDF5Lock.run {
      guard !bytes.isEmpty else { throw HDF5Error.invalid(object: name, reason: "is empty") }
      try bytes.withUnsafeBytes { try probe(name, image: $0) }
      let access = try fileAccess(name)
      try check(H5Pset_fapl_core(access.id, 1 << 16, false), "prepare reading", name)
      var copy = bytes
      let status = copy.withUnsafeMutableBytes { H5Pset_file_image(access.id, $0.baseAddress, $0.count) }
      try check(status, "prepare reading", name)
      // The library tells images apart by their names alone.
      let unique = "\(name) \(UUID().uuidString)"
      let file = try HDF5Handle(
        H5Fopen(unique, operando_H5F_ACC_RDONLY(), access.id), closedBy: H5Fclose, "open it as an HDF5 file", name)
      return try body(root(of: file, name))
    }
  }

  /// Creates a file, replacing one of that name; on failure an incomplete file may remain.
  ///
  /// The file is made in memory and written in one go: libhdf5 crashes when a disk fills up while it closes a file.
  ///
  /// - Throws: ``HDF5Error`` when the file cannot be written, and what the body throws.
  public static func create(_ path: String, _ body: (HDF5Group) throws -> Void) throws {
    try HDF5Lock.run {
      let access = try fileAccess(path)
      try check(H5Pset_libver_bounds(access.id, H5F_LIBVER_V110, H5F_LIBVER_V110), "prepare writing", path)
      let image = UnsafeMutablePointer<operando_hdf5_image>.allocate(capacity: 1)
      image.initialize(to: operando_hdf5_image())
      defer {
        operando_hdf5_free_image(image)
        image.deallocate()
      }
      try check(operando_hdf5_keep_image(access.id, image), "prepare writing", path)
      let creation = try HDF5Handle(
        H5Pcreate(operando_H5P_FILE_CREATE()), closedBy: H5Pclose, "prepare writing", path)
      try check(H5Pset_obj_track_times(creation.id, false), "prepare writing", path)
      let identifier = H5Fcreate(path, operando_H5F_ACC_TRUNC(), creation.id, access.id)
      guard identifier >= 0 else { throw HDF5Error.last("create the file", path) }
      do {
        let file = try HDF5Handle(identifier, closedBy: { _ in 0 }, "create the file", path)
        try body(root(of: file, path))
      } catch {
        H5Fclose(identifier)
        throw error
      }
      try check(H5Fclose(identifier), "finish the file", path)
      let size = operando_hdf5_image_size(image)
      guard let bytes = image.pointee.bytes, size > 0 else {
        throw HDF5Error.failed(operation: "finish the file", object: path, reason: "HDF5 handed over no complete file")
      }
      try write(UnsafeRawBufferPointer(start: bytes, count: size), to: path)
    }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
    func failure() -> HDF5Error {
      HDF5Error.failed(operation: "write the file", object: path, reason: String(cString: strerror(errno)))
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let error = failure()
        close(descriptor)
        throw error
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    guard close(descriptor) == 0 else { throw failure() }
  }

  /// Stored bytes up to which a dataset is read in the child process; of larger ones it looks at the description and
  /// the index of the chunks alone, so that a file of detector frames opens at once.
  static let largestProbedDataset = 64 << 20

  /// Reads the whole file in a child process first: libhdf5 1.10 crashes on some damaged files, which no check of
  /// ours can foresee, and some never end.
  static func probe(
    _ path: String, image: UnsafeRawBufferPointer?, largestDataset: Int = HDF5File.largestProbedDataset
  ) throws {
    let size = image?.count ?? fileSize(path)
    let time = 2 + size / 5_000_000
    let result = operando_hdf5_probe(path, image?.baseAddress, size, largestDataset, UInt32(clamping: time))
    switch operando_hdf5_probe_result(UInt32(result)) {
    case OPERANDO_HDF5_PROBE_CRASHED:
      throw HDF5Error.invalid(object: path, reason: "is damaged: the HDF5 library crashes on reading it")
    case OPERANDO_HDF5_PROBE_TIMED_OUT:
      throw HDF5Error.invalid(
        object: path, reason: "is damaged: the HDF5 library was not done with it after \(time) s of work")
    case OPERANDO_HDF5_PROBE_LEFT_OPEN:
      throw HDF5Error.invalid(object: path, reason: "is damaged: the HDF5 library cannot close it again")
    case OPERANDO_HDF5_PROBE_STARVED:
      throw HDF5Error.tooLarge(
        object: path, claim: "is damaged: its \(size) bytes claim more memory than they could fill")
    // Where no child process can be made, reading goes on without the safeguard.
    default: return
    }
  }

  /// The bytes of a file; zero where there is none.
  private static func fileSize(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  static func root(of file: HDF5Handle, _ path: String) throws -> HDF5Group {
    let group = try HDF5Handle(
      H5Gopen2(file.id, "/", hid_t(H5P_DEFAULT)), closedBy: H5Gclose, "open the root group", path)
    return HDF5Group(handle: group, file: file, path: "/", fileName: path)
  }

  static func fileAccess(_ path: String) throws -> HDF5Handle {
    let access = try HDF5Handle(H5Pcreate(operando_H5P_FILE_ACCESS()), closedBy: H5Pclose, "prepare access", path)
    try check(H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG), "prepare access", path)
    // Locks fail on many network file systems, and files are replaced by renaming, never written in place.
    try check(H5Pset_file_locking(access.id, false, true), "prepare access", path)
    return access
  }
}
