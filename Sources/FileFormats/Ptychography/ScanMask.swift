import ArrayMath
import PowderDiffraction

/// Masks of scans: `true` for a pixel that is left out.
enum ScanMask {
  /// The bit of CXI's masks that says that there is signal; all others say that a pixel is bad.
  private static let signalBit = 1 << 16

  /// The mask of a file: any that ``PixelMaskFile`` reads.
  static func read(_ path: String, marksGood: Bool) throws -> Image<Bool> {
    let mask = try PixelMaskFile.read(path: path)
    return Image(mask.flags.map { ($0 != 0) != marksGood }, shape: mask.shape)
  }

  /// The mask of CXI, bit-coded, 0 for a good pixel; a pixel that is bad in any of several frames is bad.
  static func read(bitCoded frames: any FrameSource, marksGood: Bool) throws -> Image<Bool> {
    var mask = Image(repeating: false, shape: frames.shape)
    for index in 0..<frames.count {
      try frames.withPixels(frame: index) { pixel, value in
        // What is no number is no pixel either.
        let isSet = !value.isFinite || (Int(exactly: value).map { $0 & ~signalBit != 0 } ?? (value != 0))
        if isSet != marksGood { mask.pixels[pixel] = true }
      }
    }
    return mask
  }
}
