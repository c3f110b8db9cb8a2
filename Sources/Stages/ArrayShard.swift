/// The bytes of a stage's finished item: little-endian doubles, each array with its length before it.
enum ArrayShard {
  /// The error of an item that was not finished or is of another stage.
  static func damaged(_ stage: String) -> StageDocumentError {
    StageDocumentError(path: "shard of \(stage)", problem: "it does not hold a finished item; run `operando clean`")
  }

  static func encode(_ arrays: [[Double]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(arrays.reduce(0) { $0 + 8 * ($1.count + 1) })
    func append(_ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
    for array in arrays {
      append(UInt64(array.count))
      for value in array { append(value.bitPattern) }
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8], of stage: String) throws -> [[Double]] {
    guard bytes.count.isMultiple(of: 8) else { throw damaged(stage) }
    let words = bytes.withUnsafeBytes { raw in
      (0..<bytes.count / 8).map { UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
    var arrays: [[Double]] = []
    var place = 0
    while place < words.count {
      guard let count = Int(exactly: words[place]), count <= words.count - place - 1 else { throw damaged(stage) }
      arrays.append(words[place + 1..<place + 1 + count].map(Double.init(bitPattern:)))
      place += 1 + count
    }
    return arrays
  }
}
