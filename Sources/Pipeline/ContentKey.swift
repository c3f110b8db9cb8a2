/// The name of a stage's result by everything it was made from.
///
/// The key is the SHA-256 of the stage's name, its version, its canonical parameters, the SHA-256 of the content of its
/// input files in their order, and the keys of the stages it reads from. Two runs with the same key give the same
/// numbers; threads, device, paths and the time are in no key.
public struct ContentKey: Codable, Hashable, Sendable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public let hexadecimal: String

  /// The first 12 digits, as in the names of stage files.
  public var short: String { String(hexadecimal.prefix(12)) }

  public var description: String { hexadecimal }

  /// - Parameters:
  ///   - stage: the stage's name.
  ///   - version: the stage's version.
  ///   - canonicalParameters: all parameters as one text that is equal when they are.
  ///   - inputs: the files read, in the order in which the stage reads them; their names are not looked at.
  ///   - upstream: the keys of the stages whose files are read, in any order.
  public init(
    stage: String, version: Int, canonicalParameters: String, inputs: [FileDigest], upstream: [ContentKey]
  ) {
    var hasher = SHA256Hasher()
    // The lengths and counts in front keep the boundaries between the ingredients unambiguous.
    hasher.update(framed: "operando stage key 1")
    hasher.update(framed: stage)
    hasher.update(framed: String(version))
    hasher.update(framed: canonicalParameters)
    hasher.update(framed: String(inputs.count))
    for input in inputs { hasher.update(framed: input.sha256) }
    hasher.update(framed: String(upstream.count))
    for key in upstream.map(\.hexadecimal).sorted() { hasher.update(framed: key) }
    hexadecimal = hasher.finishHexadecimal()
  }

  public init(from decoder: any Decoder) throws {
    hexadecimal = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}
