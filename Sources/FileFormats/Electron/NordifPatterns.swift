import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns of NORDIF's software: `Pattern.dat` with a byte a pixel, `Setting.txt` beside it, and bitmaps.
enum NordifPatterns {
  /// Whether a path names a file of such a folder.
  static func recognises(_ path: String) -> Bool {
    let name = URL(filePath: path).lastPathComponent.lowercased()
    return name == "setting.txt" || (name.hasSuffix(".dat") && settings(beside: path) != nil)
  }

  /// - Parameter path: the folder, `Setting.txt` or the file of the patterns.
  static func open(_ path: String) throws -> KikuchiPatternFile {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let folder = isFolder.boolValue ? URL(filePath: path) : URL(filePath: path).deletingLastPathComponent()
    guard let settings = isFolder.boolValue ? settings(in: folder) : settings(beside: path) else {
      throw FormatError(path, "has no Setting.txt, so it is no folder of NORDIF")
    }
    let isPatterns = !isFolder.boolValue && path.lowercased().hasSuffix(".dat")
    let patternsPath = isPatterns ? path : folder.appending(path: "Pattern.dat").path
    let settingBytes = try FrameBytes(path: settings)
    var patterns = try read(
      patterns: FrameBytes(path: patternsPath),
      settings: settingBytes.bytes(at: 0, atMost: min(settingBytes.count, 1 << 24)), named: settings)
    patterns.paths = [patternsPath, settings]
    let background = folder.appending(path: "Background acquisition pattern.bmp").path
    if FileManager.default.fileExists(atPath: background) {
      let bitmap = try FrameBytes(path: background)
      patterns.takeBackground(
        try GreyBitmap.read(bitmap.bytes(at: 0, atMost: min(bitmap.count, 1 << 28)), named: background).map {
          Double($0)
        })
    }
    return patterns
  }

  /// Reads the bytes of the two files.
  static func read(patterns: FrameBytes, settings: [UInt8], named name: String) throws -> KikuchiPatternFile {
    let sections = sections(settings)
    func number(_ section: String, _ key: String) -> Double? {
      sections[section]?[key].flatMap { text in
        DecimalParser.number(Array(text.prefix { !$0.isWhitespace }.utf8)[...], decimalComma: false)
      }
    }
    func pair(_ section: String, _ key: String) throws -> (Int, Int) {
      let text = sections[section]?[key] ?? ""
      let parts = text.split(separator: "x").map { Int($0.trimmingCharacters(in: .whitespaces)) }
      guard parts.count == 2, let first = parts[0], let second = parts[1], (1..<100_000_000).contains(first),
        (1..<100_000_000).contains(second)
      else { throw FormatError(name, "\(key) in [\(section)] is \"\(text)\"; two counts such as 60x60 are expected") }
      return (first, second)
    }
    let (width, height) = try pair("Acquisition settings", "Resolution")
    let (rows, columns) = try pair("Area", "Number of samples")
    let shape = try EDAXBinaryPatterns.shape(rows: height, columns: width, name, at: "[Acquisition settings]")
    let step = (number("Area", "Step size") ?? 0) * 1e-6
    let grid = MapGrid(rows: rows, columns: columns, stepX: step, stepY: step)
    let (bytes, overflow) = grid.count.multipliedReportingOverflow(by: shape.count)
    guard !overflow, bytes == patterns.count else {
      throw FormatError(
        patterns.name,
        "has \(patterns.count) bytes; \(rows) x \(columns) patterns of \(height) x \(width) pixels are expected")
    }
    let frames = RawFrames(
      shape: shape, pixelType: .uint8, bytes: patterns, offsets: (0..<grid.count).map { $0 * shape.count },
      swapsBytes: false)
    var file = KikuchiPatternFile(frames: frames, format: .nordif, grid: grid, paths: [name])
    func angle(_ section: String, _ key: String) -> Double? { number(section, key).map { $0 * .pi / 180 } }
    file.sampleTilt = angle("Microscope", "Tilt angle")
    // NORDIF counts the elevation upwards.
    file.screenTilt = angle("Detector angles", "Elevation").map { $0 == 0 ? 0 : -$0 }
    file.azimuth = angle("Detector angles", "Azimuthal")
    file.accelerationVoltage = number("Microscope", "Accelerating voltage").flatMap { $0 > 0 ? $0 * 1000 : nil }
    return file
  }

  /// The values by section and name.
  private static func sections(_ bytes: [UInt8]) -> [String: [String: String]] {
    var sections: [String: [String: String]] = [:]
    var section = ""
    for line in TextLines.split(bytes) {
      let fields = Latin1.text(line).split(separator: "\t", omittingEmptySubsequences: false)
      guard let first = fields.first?.trimmingCharacters(in: .whitespaces), !first.isEmpty else { continue }
      if first.hasPrefix("["), first.hasSuffix("]") {
        section = String(first.dropFirst().dropLast())
      } else if fields.count > 1, sections[section]?[first] == nil {
        sections[section, default: [:]][first] = fields[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return sections
  }

  private static func settings(beside path: String) -> String? {
    settings(in: URL(filePath: path).deletingLastPathComponent())
  }

  private static func settings(in folder: URL) -> String? {
    let path = folder.appending(path: "Setting.txt").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

/// Windows bitmaps with 8 bits a pixel, uncompressed.
enum GreyBitmap {
  /// The pixels from the upper left row by row, after the palette (its red).
  static func read(_ bytes: [UInt8], named name: String) throws -> [UInt8] {
    let reader = ByteReader(bytes[...])
    guard reader.uint16(0) == 0x4d42, let offset = reader.uint32(10), let header = reader.uint32(14),
      let width = reader.uint32(18).map({ Int(Int32(bitPattern: $0)) }),
      let height = reader.uint32(22).map({ Int(Int32(bitPattern: $0)) }), reader.uint16(28) == 8,
      reader.uint32(30) == 0
    else { throw FormatError(name, "is no bitmap with 8 bits a pixel") }
    let rows = height.magnitude
    guard (1...16384).contains(width), (1...16384).contains(Int(rows)), header >= 40, header < 1024 else {
      throw FormatError(name, "states \(rows) x \(width) pixels")
    }
    let stride = (width + 3) / 4 * 4
    guard let pixels = reader.slice(Int(offset), stride * Int(rows)),
      let palette = reader.slice(14 + Int(header), 1024)
    else { throw FormatError(name, "ends before its pixels do") }
    return (0..<Int(rows)).flatMap { row in
      // Rows go upwards unless the height is negative.
      let line = height > 0 ? Int(rows) - 1 - row : row
      return pixels[pixels.startIndex + line * stride..<pixels.startIndex + line * stride + width].map {
        palette[palette.startIndex + 4 * Int($0) + 2]
      }
    }
  }
}
