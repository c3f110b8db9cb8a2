import CHDF5
import Foundation

/// A file that stays open for reading until the last reference to it goes.
///
/// ``HDF5File`` closes what it opened at the end of a body; a series of frames is read over minutes, from several
/// threads, through one of these. Each call runs under the library's one lock.
public final class HDF5OpenFile: @unchecked Sendable {
  // Every use of the handle is inside `HDF5Lock.run`, and handles close themselves under it.
  private let file: HDF5Handle
  /// The path it was opened by.
  public let path: String
  /// Stored bytes of a dataset up to which the child process has read it.
  let probedBytes: Int

  /// Opens a file.
  ///
  /// A child process looks at the file first, as for ``HDF5File``, but reads only datasets of up to `probedBytes`.
  ///
  /// - Throws: ``HDF5Error`` when the file is absent, not a regular file, not HDF5 or damaged.
  public init(_ path: String, probedBytes: Int = 1 << 20) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw HDF5Error.failed(operation: "open it", object: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HDF5Error.invalid(object: path, reason: "is not a file")
    }
    self.path = path
    self.probedBytes = probedBytes
    file = try HDF5Lock.run {
      try HDF5File.probe(path, image: nil, largestDataset: probedBytes)
      let access = try HDF5File.fileAccess(path)
      return try HDF5Handle(
        H5Fopen(path, operando_H5F_ACC_RDONLY(), access.id), closedBy: H5Fclose, "open it as an HDF5 file", path)
    }
  }

  /// Looks around in the file; nothing of what the body gets may leave it.
  public func withRoot<Result>(_ body: (HDF5Group) throws -> Result) throws -> Result {
    try HDF5Lock.run { try body(HDF5File.root(of: file, path)) }
  }

  /// Opens a dataset to be read piece by piece.
  ///
  /// - Parameter dataset: its path inside the file; soft links are followed, links into other files are not for this.
  public func dataset(_ dataset: String) throws -> HDF5OpenDataset {
    try HDF5Lock.run { try HDF5OpenDataset(HDF5File.root(of: file, path).dataset(dataset), of: self) }
  }
}
