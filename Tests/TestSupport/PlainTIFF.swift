import Foundation

/// The pixels of a TIFF file without compression, of one sample a pixel, for tests that must not depend on the reader of
/// the program.
public struct PlainTIFF {
  public let rows: Int
  public let columns: Int
  /// C order.
  public let pixels: [Float]

  /// `nil` for what is not such a file.
  public init?(path: String) {
    guard let data = FileManager.default.contents(atPath: path), data.count > 8 else { return nil }
    let isBigEndian = data[0] == UInt8(ascii: "M")
    func integer(_ at: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(data[at + (isBigEndian ? size - 1 - $1 : $1)]) << (8 * $1) }
    }
    let directory = integer(4, 4)
    guard directory + 2 < data.count else { return nil }
    var tags: [Int: [Int]] = [:]
    for entry in 0..<integer(directory, 2) {
      let at = directory + 2 + 12 * entry
      let (tag, type, count) = (integer(at, 2), integer(at + 2, 2), integer(at + 4, 4))
      let size = type == 3 ? 2 : 4
      guard type == 3 || type == 4 else { continue }
      let start = count * size <= 4 ? at + 8 : integer(at + 8, 4)
      tags[tag] = (0..<count).map { integer(start + size * $0, size) }
    }
    guard let columns = tags[256]?.first, let rows = tags[257]?.first, let offsets = tags[273],
      let sizes = tags[279], (tags[259]?.first ?? 1) == 1, tags[258]?.first == 32
    else { return nil }
    let isFloat = tags[339]?.first == 3
    var pixels: [Float] = []
    for (offset, size) in zip(offsets, sizes) {
      for at in stride(from: offset, to: offset + size, by: 4) {
        let bits = UInt32(integer(at, 4))
        pixels.append(isFloat ? Float(bitPattern: bits) : Float(Int32(bitPattern: bits)))
      }
    }
    guard pixels.count == rows * columns else { return nil }
    (self.rows, self.columns, self.pixels) = (rows, columns, pixels)
  }
}
