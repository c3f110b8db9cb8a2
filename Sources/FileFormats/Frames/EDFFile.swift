import ArrayMath
import Foundation

/// The format of the ESRF: blocks of a text header in braces and the numbers of one frame.
///
/// Reference: the ESRF data format, as its programs and FabIO write it: `Dim_1` counts columns and `Dim_2` rows.
enum EDFFile {
  static func recognises(_ start: [UInt8]) -> Bool {
    guard let first = start.first(where: { !isSpace($0) }), first == UInt8(ascii: "{") else { return false }
    // Of all texts that begin with a brace this one names its numbers.
    return find(Array("Dim_1".utf8), in: start) || find(Array("EDF_".utf8), in: start)
      || find(Array("DataType".utf8), in: start)
  }

  private static let largestHeader = 1 << 18
  private static let largestFrameCount = 1_000_000
  private static let types: [String: PixelType] = [
    "signedbyte": .int8, "unsignedbyte": .uint8, "signedshort": .int16, "unsignedshort": .uint16,
    "signedinteger": .int32, "unsignedinteger": .uint32, "signedlong": .int32, "unsignedlong": .uint32,
    "signed64": .int64, "unsigned64": .uint64, "float": .float32, "floatvalue": .float32, "real": .float32,
    "double": .float64, "doublevalue": .float64,
  ]

  /// - Throws: ``FormatError`` when a header is damaged, the file ends early, or frames are not alike.
  static func read(_ bytes: FrameBytes) throws -> (frames: RawFrames, metadata: FrameMetadata) {
    var first: RawFrames?
    var offsets: [Int] = []
    var metadata = FrameMetadata()
    var times: [Double] = []
    var position = 0
    while position < bytes.count, offsets.count < largestFrameCount {
      guard let (header, start) = try header(of: bytes, at: position) else {
        if offsets.isEmpty { throw FormatError(bytes.name, "has no EDF header") }
        break
      }
      // A general header describes what follows and has no numbers of its own.
      guard let columnText = header["dim_1"] else {
        guard offsets.isEmpty, header["edf_datablockid"] != nil, start > position else {
          throw FormatError(bytes.name, at: "byte \(position)", "the header has no Dim_1")
        }
        position = start
        continue
      }
      let frame = try describe(header, columnText, bytes, at: position, start: start)
      if let first,
        frame.shape != first.shape || frame.pixelType != first.pixelType
          || frame.swapsBytes != first.swapsBytes
      {
        throw FormatError(
          bytes.name, at: "frame \(offsets.count)",
          "has \(frame.shape.rows) x \(frame.shape.columns) pixels of \(frame.pixelType.rawValue), the first frame "
            + "\(first.shape.rows) x \(first.shape.columns) of \(first.pixelType.rawValue); frames of one series are alike"
        )
      }
      if first == nil { metadata = self.metadata(header, type: frame.pixelType) }
      if let time = time(header) { times.append(time) }
      first = first ?? frame
      offsets.append(start)
      let size = frame.shape.count * frame.pixelType.size
      position = start + max(size, Int(header["edf_binarysize"] ?? header["size"] ?? "") ?? size)
    }
    guard let first else { throw FormatError(bytes.name, "holds no frame") }
    if times.count == offsets.count { metadata.timestamps = times }
    return (
      RawFrames(
        shape: first.shape, pixelType: first.pixelType, bytes: bytes, offsets: offsets, swapsBytes: first.swapsBytes),
      metadata
    )
  }

  /// The keys, in lower case, and values of a header, and the first byte after it; nil when there is none here.
  private static func header(of bytes: FrameBytes, at position: Int) throws -> ([String: String], Int)? {
    var length = 2048
    while true {
      let text = try bytes.bytes(at: position, atMost: length)
      guard let open = text.firstIndex(where: { !isSpace($0) && $0 != 0 }) else { return nil }
      guard text[open] == UInt8(ascii: "{") else {
        if position == 0 { return nil }
        throw FormatError(bytes.name, at: "byte \(position)", "an EDF header begins with {; other bytes are here")
      }
      if let close = text.firstIndex(of: UInt8(ascii: "}")) {
        // The end of line after the brace belongs to the header.
        var start = close + 1
        if start < text.count, text[start] == 0x0d { start += 1 }
        if start < text.count, text[start] == 0x0a { start += 1 }
        return (pairs(Latin1.text(text[(open + 1)..<close])), position + start)
      }
      guard text.count == length, length < largestHeader else {
        throw FormatError(bytes.name, at: "byte \(position)", "the EDF header has no end")
      }
      length *= 2
    }
  }

  private static func pairs(_ text: String) -> [String: String] {
    var pairs: [String: String] = [:]
    for field in text.split(separator: ";") {
      guard let equals = field.firstIndex(of: "=") else { continue }
      let key = field[..<equals].trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
      let value = field[field.index(after: equals)...].trimmingCharacters(in: .whitespacesAndNewlines)
      if pairs[key] == nil { pairs[key] = value }
    }
    return pairs
  }

  private static func describe(
    _ header: [String: String], _ columnText: String, _ bytes: FrameBytes, at position: Int, start: Int
  ) throws -> RawFrames {
    func refuse(_ message: String) -> FormatError { FormatError(bytes.name, at: "header at byte \(position)", message) }
    let rowText = header["dim_2"] ?? "1"
    guard let columns = Int(columnText), let rows = Int(rowText), columns > 0, rows > 0, columns <= 1 << 24,
      rows <= 1 << 24
    else { throw refuse("claims \(rowText) x \(columnText) pixels") }
    if let third = header["dim_3"], third != "1" {
      throw refuse("has a third axis of \(third); frames of one file are blocks of their own")
    }
    let name = header["datatype"] ?? ""
    guard let type = types[name.lowercased().filter { $0 != " " && $0 != "_" }] else {
      throw refuse("has numbers of the type \"\(name)\", which is not known")
    }
    if let compression = header["compression"], !["none", "no", "nocompression", ""].contains(compression.lowercased())
    {
      throw refuse("is compressed (\(compression)), which is not supported")
    }
    let size = rows * columns * type.size
    guard start <= bytes.count, size <= bytes.count - start else {
      throw refuse("claims \(size) bytes of pixels from byte \(start) on, but the file ends at byte \(bytes.count)")
    }
    if let written = (header["edf_binarysize"] ?? header["size"]).flatMap({ Int($0) }), written < size {
      throw refuse("states \(written) bytes for \(rows) x \(columns) pixels of \(type.rawValue)")
    }
    let order = header["byteorder"]?.lowercased() ?? "lowbytefirst"
    guard order == "lowbytefirst" || order == "highbytefirst" else {
      throw refuse("has the byte order \"\(order)\"; LowByteFirst and HighByteFirst are known")
    }
    return RawFrames(
      shape: FrameShape(rows: rows, columns: columns), pixelType: type, bytes: bytes, offsets: [start],
      swapsBytes: (order == "highbytefirst") == (1.bigEndian != 1))
  }

  private static func time(_ header: [String: String]) -> Double? {
    for key in ["time_of_day", "time_of_frame", "epoch"] {
      if let seconds = header[key].flatMap({ Double($0) }), seconds > 0, seconds.isFinite { return seconds }
    }
    return header["date"].flatMap(FrameTime.seconds) ?? header["time"].flatMap(FrameTime.seconds)
  }

  private static func metadata(_ header: [String: String], type: PixelType) -> FrameMetadata {
    func number(_ keys: String...) -> Double? {
      for key in keys {
        let word = header[key]?.split(separator: " ").first.flatMap { Double($0) }
        if let word, word > 0, word.isFinite { return word }
      }
      return nil
    }
    var metadata = FrameMetadata()
    metadata.pixelWidth = number("psize_1", "pixelsize_1")
    metadata.pixelHeight = number("psize_2", "pixelsize_2")
    metadata.distance = number("sampledistance")
    metadata.wavelength = number("wavelength")
    metadata.beamCentreColumn = number("center_1")
    metadata.beamCentreRow = number("center_2")
    metadata.exposureTime = number("exposuretime", "count_time", "acq_expo_time")
    metadata.detectorName = header["detector"] ?? header["detectorname"]
    metadata.sentinels = PixelSentinel.usual(
      for: type,
      isPhotonCounting: metadata.detectorName.map {
        $0.lowercased().contains("pilatus") || $0.lowercased().contains("eiger")
      }
        ?? false)
    return metadata
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  private static func find(_ word: [UInt8], in bytes: [UInt8]) -> Bool {
    guard bytes.count >= word.count else { return false }
    return (0...(bytes.count - word.count)).contains { bytes[$0..<$0 + word.count].elementsEqual(word) }
  }
}
