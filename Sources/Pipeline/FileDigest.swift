import Foundation

/// What a file contained when it was read: its name, its size and the SHA-256 of its bytes.
public struct FileDigest: Codable, Hashable, Sendable {
  /// The last component of the path; the folders are left out, for they may name a person.
  public var name: String
  /// In bytes.
  public var size: Int
  /// 64 lower-case hexadecimal digits.
  public var sha256: String

  public init(name: String, size: Int, sha256: String) {
    self.name = name
    self.size = size
    self.sha256 = sha256
  }

  /// Reads a file once, from beginning to end, a mebibyte at a time.
  ///
  /// - Throws: `FileError` when it cannot be opened or read.
  public init(ofFile path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(.open, path) }
    defer { close(file) }
    var hasher = SHA256Hasher()
    var size = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = read(file, buffer.baseAddress, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(.read, path) }
      if count == 0 { break }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      size += count
    }
    self.init(name: lastComponent(of: path), size: size, sha256: hasher.finishHexadecimal())
  }
}
