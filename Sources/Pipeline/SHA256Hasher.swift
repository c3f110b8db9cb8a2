import COpenSSLSystem
import Foundation

/// SHA-256 (FIPS 180-4) of a stream of bytes, computed by OpenSSL.
struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  init() {
    // Only exhausted memory makes these fail, and then no digest of anything can be had.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL offers no SHA-256")
    }
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds a text with its length in front, so that two texts in a row cannot be read as two others.
  mutating func update(framed text: String) {
    update(framed: Array(text.utf8))
  }

  /// Adds bytes with their number in front, as eight bytes, little endian.
  mutating func update(framed bytes: [UInt8]) {
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { update($0) }
    update(bytes)
  }

  /// The 32 bytes of the digest. The hasher is used up.
  consuming func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }

  /// The digest as 64 lower-case hexadecimal digits. The hasher is used up.
  consuming func finishHexadecimal() -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
