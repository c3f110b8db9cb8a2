import Electrochemistry

/// The records of an `.mpr` data module.
enum BioLogicRecords {
  /// One place of a record: a byte of flags, a known column, or a gap of unknown meaning.
  private enum Field {
    case flags
    case known(BioLogicColumns.Definition)
    case unknown(identifier: Int)

    var width: Int? {
      switch self {
      case .flags: 1
      case .known(let definition): definition.storage.size
      case .unknown: nil
      }
    }
  }

  /// Where the identifiers and the records lie in each version of the module.
  private struct Layout {
    var version: Int
    var identifiers: Int
    var identifierSize: Int
    var records: Int

    static let all = [
      Layout(version: 0, identifiers: 5, identifierSize: 1, records: 100),
      Layout(version: 2, identifiers: 5, identifierSize: 2, records: 405),
      Layout(version: 3, identifiers: 5, identifierSize: 2, records: 406),
      // The number of columns takes two bytes from EC-Lab 11.50 on.
      Layout(version: 10, identifiers: 6, identifierSize: 2, records: 1007),
      Layout(version: 11, identifiers: 6, identifierSize: 2, records: 1007),
    ]
  }

  /// The columns of a data module; flags are columns of their own.
  ///
  /// - Throws: ``FormatError`` when the module is damaged, holds no samples, or its records cannot be laid out.
  static func columns(
    of module: BioLogicBinary.Module, named file: String, _ warnings: inout [String]
  ) throws -> [PotentiostatSeries.Column] {
    let data = module.data
    func fail(_ message: String) -> FormatError { FormatError(file, at: "byte \(module.offset)", message) }
    guard let claimed = data.uint32(0), let countByte = data.byte(4) else { throw fail("the data module is cut short") }
    guard let layout = Layout.all.first(where: { $0.version == module.version }) else {
      throw fail(
        "the data module has version \(module.version); versions 0, 2, 3, 10 and 11 can be read. Export the run as "
          + "text (.mpt) and read that")
    }
    let columnCount = Int(countByte)
    guard claimed > 0, columnCount > 0 else { throw fail("the data module holds no samples") }
    guard layout.identifiers + columnCount * layout.identifierSize <= layout.records else {
      throw fail("the data module claims \(columnCount) columns, more than its header has room for")
    }
    let identifiers = (0..<columnCount).compactMap { index -> Int? in
      let offset = layout.identifiers + index * layout.identifierSize
      return layout.identifierSize == 1 ? data.byte(offset).map { Int($0) } : data.uint16(offset).map { Int($0) }
    }
    guard identifiers.count == columnCount, data.count > layout.records else {
      throw fail("the data module is cut short")
    }
    let fields = fields(identifiers)
    let stored = data.count - layout.records
    let widths = try recordWidths(
      fields, claimed: Int(claimed), stored: stored, isCut: module.isCut, fail: fail, &warnings)
    let recordLength = widths.length
    let count = min(Int(claimed), stored / recordLength)
    guard count > 0 else { throw fail("the data module is cut short: not one of \(claimed) samples is complete") }
    if count < Int(claimed) {
      warnings.append("The file ends after \(count) of \(claimed) samples.")
    }
    guard let records = data.slice(layout.records, count * recordLength) else {
      throw fail("the data module is cut short")
    }
    return decode(
      fields, offsets: widths.offsets, identifiers: identifiers, records: Array(records), count: count,
      length: recordLength)
  }

  private static func fields(_ identifiers: [Int]) -> [Field] {
    var fields: [Field] = []
    var hasFlags = false
    for identifier in identifiers {
      if BioLogicColumns.flag(identifier) != nil {
        // All flags share the byte of the first one.
        if !hasFlags { fields.append(.flags) }
        hasFlags = true
      } else if let definition = BioLogicColumns.definition(identifier) {
        fields.append(.known(definition))
      } else {
        fields.append(.unknown(identifier: identifier))
      }
    }
    return fields
  }

  /// The length of a record and the offset of each field; nil for a field whose place is not certain.
  private static func recordWidths(
    _ fields: [Field], claimed: Int, stored: Int, isCut: Bool, fail: (String) -> FormatError,
    _ warnings: inout [String]
  ) throws -> (length: Int, offsets: [Int?]) {
    let known = fields.reduce(0) { $0 + ($1.width ?? 0) }
    let unknown = fields.compactMap { if case .unknown(let identifier) = $0 { identifier } else { nil } }
    let names = unknown.map(String.init).joined(separator: ", ")
    if unknown.isEmpty {
      guard isCut || (stored / known >= claimed && stored - claimed * known < known) else {
        throw fail(
          "\(claimed) samples of \(known) bytes need \(claimed * known) bytes; the data module holds \(stored)")
      }
      return (known, offsets(fields, widths: []))
    }
    guard !isCut else {
      throw fail("columns with unknown identifiers (\(names)) cannot be placed in a file that is cut short")
    }
    guard stored % claimed == 0, stored / claimed > known else {
      throw fail(
        "columns with unknown identifiers (\(names)) cannot be placed: \(stored) bytes for \(claimed) samples, of which "
          + "the known columns take \(known) each")
    }
    let length = stored / claimed
    let rest = length - known
    if unknown.count == 1 {
      warnings.append(
        "The column with the unknown identifier \(names) is skipped; it is \(rest) bytes wide, as the length of a "
          + "record says.")
      return (length, offsets(fields, widths: [rest]))
    }
    let choices = assignments(count: unknown.count, total: rest)
    guard !choices.isEmpty else {
      throw fail("columns with unknown identifiers (\(names)) cannot be placed in \(rest) bytes a record")
    }
    let placed = choices.map { offsets(fields, widths: $0) }
    // A place is certain when every way to share out the bytes agrees on it.
    let agreed = fields.indices.map { index in
      placed.allSatisfy { $0[index] == placed[0][index] } ? placed[0][index] : nil
    }
    let lost = fields.indices.compactMap { index -> String? in
      guard agreed[index] == nil, case .known(let definition) = fields[index] else { return nil }
      return definition.name
    }
    warnings.append(
      "The columns with the unknown identifiers \(names) are skipped"
        + (lost.isEmpty ? "." : "; so are those whose place they leave open: \(lost.joined(separator: ", "))."))
    return (length, agreed)
  }

  /// The ways to share bytes out over columns of 1, 2, 4 or 8 bytes; none when there are too many to be of use.
  private static func assignments(count: Int, total: Int) -> [[Int]] {
    guard count <= 6 else { return total == 4 * count ? [[Int](repeating: 4, count: count)] : [] }
    guard count > 0 else { return total == 0 ? [[]] : [] }
    return [1, 2, 4, 8].filter { $0 <= total }.flatMap { width in
      assignments(count: count - 1, total: total - width).map { [width] + $0 }
    }
  }

  private static func offsets(_ fields: [Field], widths: [Int]) -> [Int?] {
    var offset = 0
    var remaining = widths[...]
    return fields.map { field in
      let start = offset
      offset += field.width ?? remaining.popFirst() ?? 0
      return start
    }
  }

  private static func decode(
    _ fields: [Field], offsets: [Int?], identifiers: [Int], records: [UInt8], count: Int, length: Int
  ) -> [PotentiostatSeries.Column] {
    var columns: [PotentiostatSeries.Column] = []
    let flags = identifiers.compactMap(BioLogicColumns.flag)
    for (field, offset) in zip(fields, offsets) {
      guard let offset else { continue }
      switch field {
      case .unknown: continue
      case .flags:
        for flag in flags {
          let values = (0..<count).map { Double((records[$0 * length + offset] & flag.mask) >> flag.shift) }
          columns.append(PotentiostatSeries.Column(name: flag.name, unit: "", values: values))
        }
      case .known(let definition):
        let values = values(records, definition.storage, offset: offset, count: count, length: length)
        columns.append(PotentiostatSeries.Column(name: definition.name, unit: definition.unit, values: values))
      }
    }
    return columns
  }

  private static func values(
    _ records: [UInt8], _ storage: BioLogicColumns.Storage, offset: Int, count: Int, length: Int
  ) -> [Double] {
    records.withUnsafeBytes { buffer in
      (0..<count).map { sample in
        let place = sample * length + offset
        return switch storage {
        case .uint8: Double(buffer[place])
        case .uint16: Double(UInt16(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
        case .uint32: Double(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
        case .float32:
          Double(Float(bitPattern: UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: UInt32.self))))
        case .float64:
          Double(bitPattern: UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
        }
      }
    }
  }
}
