import ArrayMath
public import FileFormats

/// What tests do with patterns of files that may be damaged.
public enum ElectronDamage {
  /// Reads the first patterns of a file.
  ///
  /// - Throws: ``FormatError`` when a file of a few kB claims patterns beyond all measure, and what reading throws.
  public static func readPatterns(_ file: KikuchiPatternFile) throws {
    let size = file.frames.shape.count * file.frames.pixelType.size
    guard size <= 1 << 28 else {
      throw FormatError("patterns", "a damaged file of a few kB claims \(size) bytes a pattern")
    }
    var pixels = [UInt8](repeating: 0, count: size)
    for index in 0..<min(file.frames.count, 4) {
      try pixels.withUnsafeMutableBytes { try file.frames.read(frame: index, into: $0) }
    }
  }
}
