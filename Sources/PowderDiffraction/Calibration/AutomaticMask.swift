import ArrayMath

/// Pixels that cannot be counts of a ring, found from the frame itself.
struct AutomaticMask {
  /// The flag of a saturated pixel: no count, but it shows where a ring is.
  static let saturation: UInt8 = 2

  /// Non-zero leaves a pixel out; C order.
  private(set) var flags: [UInt8]
  /// Pixels that are not a number, or below zero: how files mark gaps and bad pixels.
  private(set) var invalid = 0
  /// Pixels of rows and columns without any count between others that have some, and single pixels without counts.
  private(set) var dead = 0
  /// Single pixels far above all of their neighbours.
  private(set) var hot = 0
  /// Pixels at the largest value, where a plateau of them shows that the detector stops counting there.
  private(set) var saturated = 0
  /// The value at which the detector stops counting.
  private(set) var saturationLevel: Float?

  init(_ frame: CalibrationFrame) {
    var marks = frame.mask?.flags ?? [UInt8](repeating: 0, count: frame.shape.count)
    flags = []
    frame.pixels.withUnsafeBufferPointer { pixels in
      marks.withUnsafeMutableBufferPointer { flags in
        for index in pixels.indices where flags[index] == 0 && !(pixels[index] >= 0 && pixels[index] < .infinity) {
          flags[index] = 1
          invalid += 1
        }
        markPlateau(pixels, flags)
        markGaps(pixels, flags, frame.shape)
        markSingles(pixels, flags, frame.shape)
      }
    }
    flags = marks
  }

  /// The share of the frame that is left out.
  var maskedFraction: Double {
    flags.isEmpty ? 1 : Double(flags.reduce(0) { $0 + ($1 != 0 ? 1 : 0) }) / Double(flags.count)
  }

  private mutating func markPlateau(_ pixels: UnsafeBufferPointer<Float>, _ flags: UnsafeMutableBufferPointer<UInt8>) {
    var largest: Float = 0
    for index in pixels.indices where flags[index] == 0 { largest = max(largest, pixels[index]) }
    // A tail of counts thins out towards its largest value; a plateau does not.
    guard largest > 200 else { return }
    var atTop = 0
    var below = 0
    for index in pixels.indices where flags[index] == 0 {
      if pixels[index] == largest { atTop += 1 } else if pixels[index] > 0.98 * largest { below += 1 }
    }
    guard atTop >= 8, atTop > 2 * below else { return }
    for index in pixels.indices where flags[index] == 0 && pixels[index] == largest { flags[index] = Self.saturation }
    saturated = atTop
    saturationLevel = largest
  }

  /// Rows and columns without counts, and one pixel on either side of them: pixels at the edge of a module are larger.
  private mutating func markGaps(
    _ pixels: UnsafeBufferPointer<Float>, _ flags: UnsafeMutableBufferPointer<UInt8>, _ shape: FrameShape
  ) {
    var rowSum = [Float](repeating: 0, count: shape.rows)
    var columnSum = [Float](repeating: 0, count: shape.columns)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns where flags[row * shape.columns + column] == 0 {
        rowSum[row] += pixels[row * shape.columns + column]
        columnSum[column] += pixels[row * shape.columns + column]
      }
    }
    func widened(_ sums: [Float]) -> [Bool] {
      let total = sums.reduce(0, +)
      // Only a frame with plenty of counts can tell an empty line from a dead one.
      guard !sums.isEmpty, total / Float(sums.count) > 20 else { return sums.map { _ in false } }
      return sums.indices.map { place in
        (max(place - 1, 0)...min(place + 1, sums.count - 1)).contains { sums[$0] == 0 }
      }
    }
    let rows = widened(rowSum)
    let columns = widened(columnSum)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns where rows[row] || columns[column] {
        let index = row * shape.columns + column
        if flags[index] == 0 {
          flags[index] = 1
          dead += 1
        }
      }
    }
  }

  /// Single pixels that stand out from all eight neighbours, upwards or downwards.
  private mutating func markSingles(
    _ pixels: UnsafeBufferPointer<Float>, _ flags: UnsafeMutableBufferPointer<UInt8>, _ shape: FrameShape
  ) {
    guard shape.rows > 2, shape.columns > 2 else { return }
    var found: [(index: Int, hot: Bool)] = []
    for row in 1..<shape.rows - 1 {
      for column in 1..<shape.columns - 1 {
        let index = row * shape.columns + column
        guard flags[index] == 0 else { continue }
        let value = pixels[index]
        let above = index - shape.columns
        let below = index + shape.columns
        // The cheap question first: it settles nearly all pixels.
        let side = max(pixels[index - 1], pixels[index + 1])
        if value > 3 * side + 30 {
          var most = side
          for near in [above - 1, above, above + 1, below - 1, below, below + 1] { most = max(most, pixels[near]) }
          if value > 3 * most + 30 { found.append((index, true)) }
        } else if value < 0.2 * min(pixels[index - 1], pixels[index + 1]) {
          var least = min(pixels[index - 1], pixels[index + 1])
          for near in [above - 1, above, above + 1, below - 1, below, below + 1] { least = min(least, pixels[near]) }
          if value < 0.2 * least, (least - value) * (least - value) > 16 * least { found.append((index, false)) }
        }
      }
    }
    for item in found {
      flags[item.index] = 1
      if item.hot { hot += 1 } else { dead += 1 }
    }
  }
}
