import Foundation

/// The bytes of a file, in memory or read in place; safe to read from several threads at once.
final class FrameBytes: Sendable {
  private enum Store { case memory([UInt8]), file(Int32) }

  private let store: Store
  /// The number of bytes.
  let count: Int
  /// The name of the file, for messages.
  let name: String

  init(_ bytes: [UInt8], named name: String) {
    store = .memory(bytes)
    count = bytes.count
    self.name = name
  }

  /// Opens a file.
  ///
  /// - Throws: ``FormatError`` when there is none, or when it is a folder or a device.
  init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FormatError(path, "cannot be opened: \(String(cString: strerror(errno)))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FormatError(path, "is not a file")
    }
    store = .file(descriptor)
    count = Int(status.st_size)
    name = path
  }

  deinit { if case .file(let descriptor) = store { close(descriptor) } }

  /// Hands over the descriptor of an open file, or the bytes in memory.
  func withStore<Result>(_ body: (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    switch store {
    case .memory(let bytes): try bytes.withUnsafeBytes { try body(-1, $0) }
    case .file(let descriptor): try body(descriptor, UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Throws: ``FormatError`` when the file ends before.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard offset >= 0, offset <= count, buffer.count <= count - offset else {
      throw FormatError(
        name, at: "byte \(offset)", "the file ends at byte \(count); \(buffer.count) bytes are expected here")
    }
    switch store {
    case .memory(let bytes):
      bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[offset..<offset + buffer.count])) }
    case .file(let descriptor):
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          let reason = got < 0 ? String(cString: strerror(errno)) : "the file has become shorter"
          throw FormatError(name, at: "byte \(offset + done)", "cannot be read: \(reason)")
        }
        done += got
      }
    }
  }

  /// All bytes.
  func all() throws -> [UInt8] { try bytes(at: 0, atMost: count) }

  /// The bytes of a range, cut at the end of the file.
  func bytes(at offset: Int, atMost length: Int) throws -> [UInt8] {
    guard offset >= 0, offset < count else { return [] }
    let length = min(length, count - offset)
    return try [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: length))
      initialized = length
    }
  }
}
