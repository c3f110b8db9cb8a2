import ArrayMath
import Foundation

/// MRC2014, the format of electron microscopy for images, tilt series and volumes: a header of 1024 bytes, an extended one,
/// and sections of rows.
///
/// Modes 0 (bytes), 1 (16-bit integers), 2 (32-bit floating point) and 6 (16-bit unsigned integers); both byte orders, told
/// by the stamp or, without one, by which makes a sensible header. The extended header is passed over. IMOD's unsigned
/// bytes are told by its flags. Lengths are in angstrom.
///
/// Reference: A. Cheng et al., J. Struct. Biol. 192 (2015) 146.
struct MRCFile {
  static let headerSize = 1024
  static let angstrom = 1e-10

  let bytes: FrameBytes
  let columns: Int
  let rows: Int
  let sections: Int
  let mode: Int
  let pixelType: PixelType
  let isBigEndian: Bool
  /// The first byte of the first section.
  let offset: Int
  /// Extents of a voxel along columns, rows and sections, in metres; nil where the header does not tell.
  let voxel: (column: Double, row: Double, section: Double)?
  /// 0 for images, 1 for a volume, 401 for a stack of volumes.
  let spaceGroup: Int
  let labels: [String]

  var shape: FrameShape { FrameShape(rows: rows, columns: columns) }
  var isVolume: Bool { spaceGroup == 1 }

  private static let endings: Set<String> = ["mrc", "mrcs", "st", "ali", "preali", "rec", "map"]

  /// Whether a file is MRC: by the word MAP in its header or, in files of before 2000, by its ending.
  static func recognises(_ start: [UInt8], path: String) -> Bool {
    guard start.count >= headerSize else { return false }
    return Array(start[208..<211]) == Array("MAP".utf8)
      || endings.contains(URL(filePath: path).pathExtension.lowercased())
  }

  /// Reads the header.
  ///
  /// - Throws: ``FormatError`` when the file is damaged, or of a kind that is not read.
  init(_ bytes: FrameBytes) throws {
    let name = bytes.name
    let header = try bytes.bytes(at: 0, atMost: Self.headerSize)
    guard header.count == Self.headerSize else {
      throw FormatError(name, "has \(header.count) bytes; the header of MRC has \(Self.headerSize)")
    }
    func integer(_ at: Int, _ isBig: Bool) -> Int {
      let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(header[at + $1]) << (8 * UInt32(isBig ? 3 - $1 : $1)) }
      return Int(Int32(bitPattern: word))
    }
    func isSensible(_ isBig: Bool) -> Bool {
      (0...16).contains(integer(12, isBig)) && [0, 4, 8].allSatisfy { (1...1 << 24).contains(integer($0, isBig)) }
    }
    let isBig: Bool
    switch (header[212], header[213]) {
    case (0x44, 0x44), (0x44, 0x41): isBig = false
    case (0x11, 0x11): isBig = true
    default: isBig = !isSensible(false) && isSensible(true)
    }
    func real(_ at: Int) -> Double { Double(Float(bitPattern: UInt32(bitPattern: Int32(integer(at, isBig))))) }
    guard isSensible(isBig) else {
      throw FormatError(
        name, at: "byte 0",
        "claims \(integer(0, isBig)) x \(integer(4, isBig)) x \(integer(8, isBig)) voxels of mode \(integer(12, isBig)), "
          + "which no MRC file has")
    }
    (columns, rows, sections) = (integer(0, isBig), integer(4, isBig), integer(8, isBig))
    mode = integer(12, isBig)
    // IMOD marks its files and, in the first flag, bytes that are signed.
    let isIMOD = integer(152, isBig) == 1_146_047_817
    switch mode {
    case 0: pixelType = isIMOD && integer(156, isBig) & 1 == 0 ? .uint8 : .int8
    case 1: pixelType = .int16
    case 2: pixelType = .float32
    case 6: pixelType = .uint16
    default:
      throw FormatError(
        name, at: "byte 12",
        "has the mode \(mode); 0 (bytes), 1 (16-bit integers), 2 (32-bit reals) and 6 (unsigned 16-bit) are read")
    }
    let axes = [64, 68, 72].map { integer($0, isBig) }
    guard axes == [1, 2, 3] || axes == [0, 0, 0] else {
      throw FormatError(
        name, at: "byte 64", "has the axes in the order \(axes); columns, rows, sections (1, 2, 3) are read")
    }
    let extended = integer(92, isBig)
    guard extended >= 0 else { throw FormatError(name, at: "byte 92", "has an extended header of \(extended) bytes") }
    offset = Self.headerSize + extended
    // At most 2^24 along each axis: no overflow.
    let sectionBytes = columns * rows * pixelType.size
    guard offset <= bytes.count, sections <= (bytes.count - offset) / sectionBytes else {
      throw FormatError(
        name,
        "claims \(sections) sections of \(sectionBytes) bytes from byte \(offset) on, but it ends at byte \(bytes.count)"
      )
    }
    isBigEndian = isBig
    self.bytes = bytes
    spaceGroup = integer(88, isBig)
    // The cell spans its intervals; without them, or without a cell, nothing tells the voxel.
    let extents = (0..<3).map { axis in
      real(40 + 4 * axis) / Double(integer(28 + 4 * axis, isBig)) * Self.angstrom
    }
    let isKnown = extents.allSatisfy { $0.isFinite && $0 > 0 }
    voxel = isKnown ? (extents[0], extents[1], extents[2]) : nil
    labels = (0..<min(max(integer(220, isBig), 0), 10)).map { index in
      String(decoding: header[(224 + 80 * index)..<(304 + 80 * index)].prefix { $0 != 0 }, as: UTF8.self)
        .trimmingCharacters(in: .whitespaces)
    }
  }

  /// The sections, their first row first.
  var frames: RawFrames {
    let size = shape.count * pixelType.size
    return RawFrames(
      shape: shape, pixelType: pixelType, bytes: bytes, offsets: (0..<sections).map { offset + $0 * size },
      swapsBytes: isBigEndian == (1.bigEndian != 1))
  }

  /// What the header tells, in words.
  var description: String {
    let kinds = [0: "images", 1: "volume", 401: "stack of volumes"]
    var lines = [
      "format: MRC, mode \(mode), \(kinds[spaceGroup] ?? "space group \(spaceGroup)")"
        + (isBigEndian ? ", big-endian" : ""),
      "sections: \(sections) of \(rows) rows x \(columns) columns of \(pixelType.rawValue)",
    ]
    if let voxel {
      lines.append(
        String(
          format: "voxel: %.6g x %.6g x %.6g nm (section, row, column)", voxel.section * 1e9, voxel.row * 1e9,
          voxel.column * 1e9))
    }
    return (lines + labels.filter { !$0.isEmpty }.map { "label: \($0)" }).joined(separator: "\n")
  }
}
