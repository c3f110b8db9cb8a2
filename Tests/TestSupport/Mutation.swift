import Foundation

/// Damages valid input in ways that files are damaged: bytes flipped, cut, repeated, overwritten with extremes.
///
/// The same seed damages the same way.
public struct Mutation: Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  /// One to four damages of the input. Half of them hit the first 4 kB, where formats keep counts and offsets.
  public mutating func damage(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0...below(4) {
      guard !bytes.isEmpty else { return bytes }
      let place = below(2) == 0 ? below(min(bytes.count, 4096)) : below(bytes.count)
      switch below(8) {
      case 0: bytes[place] ^= UInt8(1 << below(8))
      case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
      case 2: bytes.removeLast(bytes.count - place)
      case 3: bytes.removeSubrange(place..<min(place + 1 + below(64), bytes.count))
      case 4:
        let end = min(place + 1 + below(256), bytes.count)
        bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count))
      case 5:
        // A count, an offset or a number of 2, 4 or 8 bytes at its limits: all ones, zero, the sign alone.
        let width = [2, 4, 8][below(3)]
        let pattern: [UInt8] = [
          [UInt8](repeating: 0xff, count: width), [UInt8](repeating: 0, count: width),
          [UInt8](repeating: 0, count: width - 1) + [0x80], [UInt8](repeating: 0xff, count: width - 1) + [0x7f],
        ][below(4)]
        for (offset, byte) in pattern.enumerated() where place + offset < bytes.count { bytes[place + offset] = byte }
      case 6:
        for offset in 0..<min(below(64), bytes.count - place) {
          bytes[place + offset] = UInt8(truncatingIfNeeded: next())
        }
      default:
        let words: [String] = ["nan", "-1", "1e999", ",", "\t", "\n", "\"", ";", "99999999999999999999", "\u{0}", "é"]
        bytes.insert(contentsOf: Array(words[below(words.count)].utf8), at: place)
      }
    }
    return bytes
  }
}
