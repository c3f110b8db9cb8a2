import Foundation
import Pipeline

/// The bytes of a finished item that is large: numbers and words as JSON, then arrays of single precision.
///
/// Eight bytes with the length of the JSON, the JSON, then each array as its length (eight bytes) and its numbers; everything
/// little-endian.
enum FloatShard {
  static func encode(_ head: some Encodable, _ arrays: [[Float]]) throws -> [UInt8] {
    let json = try TomogramResult.encoder.encode(head)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(json.count + arrays.reduce(16) { $0 + 4 * $1.count + 8 })
    func append(_ word: Int) { withUnsafeBytes(of: UInt64(word).littleEndian) { bytes.append(contentsOf: $0) } }
    append(json.count)
    bytes += json
    for array in arrays {
      append(array.count)
      // The machines this runs on are little-endian, so numbers are copied as they lie in memory.
      array.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// - Throws: `StageDocumentError` for bytes that are no finished item of the stage.
  static func decode<Head: Decodable>(
    _ type: Head.Type, _ bytes: [UInt8], of stage: String
  ) throws -> (head: Head, arrays: [[Float]]) {
    var place = 0
    func count() throws -> Int {
      guard bytes.count - place >= 8 else { throw ArrayShard.damaged(stage) }
      let word = bytes.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      place += 8
      guard let count = Int(exactly: word), count <= bytes.count else { throw ArrayShard.damaged(stage) }
      return count
    }
    let length = try count()
    guard length <= bytes.count - place,
      let head = try? TomogramResult.decoder.decode(type, from: Data(bytes[place..<place + length]))
    else { throw ArrayShard.damaged(stage) }
    place += length
    var arrays: [[Float]] = []
    while place < bytes.count {
      let size = try count()
      guard size <= (bytes.count - place) / 4 else { throw ArrayShard.damaged(stage) }
      arrays.append(
        [Float](unsafeUninitializedCapacity: size) { buffer, filled in
          bytes.withUnsafeBytes { raw in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(
              from: UnsafeRawBufferPointer(rebasing: raw[place..<place + 4 * size]))
          }
          filled = size
        })
      place += 4 * size
    }
    return (head, arrays)
  }
}
