import Foundation

/// A map has a hundred thousand values a figure: as decimal text they would take most of the time of writing and
/// reading a stage file. They are stored as little-endian 32-bit floats, one byte string a frame.
extension PixelMap {
  private enum CodingKeys: String, CodingKey {
    case label, unit, rows, columns, frames, xExtent, yExtent, colourScale, limits
  }

  /// - Throws: `DecodingError` when a key is missing or a frame has not rows × columns values.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    label = try container.decode(String.self, forKey: .label)
    unit = try container.decode(String.self, forKey: .unit)
    rows = try container.decode(Int.self, forKey: .rows)
    columns = try container.decode(Int.self, forKey: .columns)
    xExtent = try container.decode([Double].self, forKey: .xExtent)
    yExtent = try container.decode([Double].self, forKey: .yExtent)
    colourScale = try container.decode(ColourScale.self, forKey: .colourScale)
    limits = try container.decode([Double].self, forKey: .limits)
    let frames = try container.decode([Data].self, forKey: .frames)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count >= 0, frames.allSatisfy({ $0.count / 4 == count && $0.count.isMultiple(of: 4) }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .frames, in: container, debugDescription: "a frame has not rows × columns values")
    }
    values = frames.map { frame in
      frame.withUnsafeBytes { bytes in
        (0..<count).map { place in
          Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)))
        }
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(label, forKey: .label)
    try container.encode(unit, forKey: .unit)
    try container.encode(rows, forKey: .rows)
    try container.encode(columns, forKey: .columns)
    try container.encode(xExtent, forKey: .xExtent)
    try container.encode(yExtent, forKey: .yExtent)
    try container.encode(colourScale, forKey: .colourScale)
    try container.encode(limits, forKey: .limits)
    let frames = values.map { frame in
      var data = Data(capacity: 4 * frame.count)
      for value in frame { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
      return data
    }
    try container.encode(frames, forKey: .frames)
  }
}
