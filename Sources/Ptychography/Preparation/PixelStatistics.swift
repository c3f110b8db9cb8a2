internal import ArrayMath
internal import Synchronization

/// What each pixel did over all frames, as whole numbers, so that the order of adding does not matter.
struct PixelStatistics: Sendable {
  /// Σ of the counts.
  var sums: Image<UInt64>
  /// The largest count.
  var largest: Image<UInt32>
  /// In how many frames the pixel was not measured.
  var missing: Image<UInt32>
  /// The number of frames.
  let count: Int

  private init(shape: FrameShape, count: Int) {
    sums = Image(repeating: 0, shape: shape)
    largest = Image(repeating: 0, shape: shape)
    missing = Image(repeating: 0, shape: shape)
    self.count = count
  }

  /// Reads every frame once.
  static func gathered(
    from frames: any FrameSource, conversion: CountConversion, threads: Int
  ) throws -> PixelStatistics {
    let total = Mutex(PixelStatistics(shape: frames.shape, count: frames.count))
    let grain = max(8, (frames.count + 31) / 32)
    try parallelFor(count: frames.count, grain: grain, threads: threads) { _, items in
      var part = PixelStatistics(shape: frames.shape, count: frames.count)
      var scratch = FrameScratch()
      for index in items { try part.add(index, of: frames, conversion: conversion, scratch: &scratch) }
      total.withLock { $0.merge(part) }
    }
    return total.withLock { $0 }
  }

  private mutating func add(
    _ index: Int, of frames: any FrameSource, conversion: CountConversion, scratch: inout FrameScratch
  ) throws {
    let raw = scratch.bytes(frames.shape.count * frames.pixelType.size, slot: 0)
    let counts = scratch.bytes(frames.shape.count * 4, slot: 1).bindMemory(to: UInt32.self)
    try frames.read(frame: index, into: raw)
    conversion.convert(UnsafeRawBufferPointer(raw), of: frames.pixelType, into: counts)
    sums.pixels.withUnsafeMutableBufferPointer { sums in
      largest.pixels.withUnsafeMutableBufferPointer { largest in
        missing.pixels.withUnsafeMutableBufferPointer { missing in
          for i in counts.indices {
            let value = counts[i]
            if value == CountConversion.notMeasured {
              missing[i] += 1
            } else {
              sums[i] += UInt64(value)
              if value > largest[i] { largest[i] = value }
            }
          }
        }
      }
    }
  }

  private mutating func merge(_ other: PixelStatistics) {
    for i in sums.pixels.indices {
      sums.pixels[i] += other.sums.pixels[i]
      largest.pixels[i] = max(largest.pixels[i], other.largest.pixels[i])
      missing.pixels[i] += other.missing.pixels[i]
    }
  }

  /// The same with the zero frequency moved from the corner to (rows/2, columns/2).
  func centred() -> PixelStatistics {
    let shape = sums.shape
    var moved = PixelStatistics(shape: shape, count: count)
    moved.sums = sums.rolled(rows: shape.rows / 2, columns: shape.columns / 2)
    moved.largest = largest.rolled(rows: shape.rows / 2, columns: shape.columns / 2)
    moved.missing = missing.rolled(rows: shape.rows / 2, columns: shape.columns / 2)
    return moved
  }

  /// The mean over the frames in which a pixel was measured; NaN where it never was or where a mask says so.
  func mean(mask: Image<Bool>) -> ScalarImage {
    ScalarImage(
      sums.pixels.indices.map { i in
        let frames = count - Int(missing.pixels[i])
        return mask.pixels[i] || frames == 0 ? .nan : Float(Double(sums.pixels[i]) / Double(frames))
      }, shape: sums.shape)
  }
}
