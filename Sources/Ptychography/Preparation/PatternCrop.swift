internal import ArrayMath

/// Which pixel of a frame becomes which pixel of a pattern.
struct PatternCrop {
  /// The extent of the patterns.
  let window: FrameShape
  /// What is worth telling.
  let notes: [String]
  /// For each row of a pattern the row of the frame in centred order, or −1 outside.
  private let rows: [Int]
  private let columns: [Int]
  private let isCornerCentred: Bool
  private let frame: FrameShape

  /// - Parameters:
  ///   - frame: the extent of the frames.
  ///   - centre: of the pattern in the frame.
  ///   - window: of the patterns; `nil` for the largest square round the centre.
  ///   - isCornerCentred: whether the frames have the zero frequency at the corner.
  ///   - propagation: far-field patterns become corner-centred.
  init(
    frame: FrameShape, centre: PixelPosition, window: FrameShape?, isCornerCentred: Bool, propagation: Propagation
  ) throws {
    let middle =
      isCornerCentred
      ? (row: frame.rows / 2, column: frame.columns / 2)
      : (row: Int(centre.row.rounded()), column: Int(centre.column.rounded()))
    var notes: [String] = []
    let size: FrameShape
    if let window {
      guard window.rows > 0, window.columns > 0, window.rows <= frame.rows, window.columns <= frame.columns else {
        throw PtychographyError.invalid(
          "patterns of \(window.rows) x \(window.columns) pixels do not fit into frames of \(frame.rows) x \(frame.columns); choose a smaller window"
        )
      }
      guard window.rows.isMultiple(of: 2), window.columns.isMultiple(of: 2) else {
        throw PtychographyError.invalid(
          "patterns of \(window.rows) x \(window.columns) pixels: choose even numbers, so that the centre is a pixel")
      }
      size = window
    } else {
      let down = min(middle.row, frame.rows - middle.row)
      let right = min(middle.column, frame.columns - middle.column)
      // In the far field a square window makes square pixels of the object; the near field keeps the detector's.
      let least = min(down, right)
      let rows = Self.largestSmooth(upTo: 2 * (propagation == .farField ? least : down))
      let columns = Self.largestSmooth(upTo: 2 * (propagation == .farField ? least : right))
      guard rows >= 8, columns >= 8 else {
        throw PtychographyError.invalid(
          "the pattern's centre (row \(middle.row), column \(middle.column)) is so near to the frame's edge that \(rows) x \(columns) pixels remain round it; give centre or window"
        )
      }
      size = FrameShape(rows: rows, columns: columns)
      if size != frame {
        notes.append(
          "The patterns are the \(rows) x \(columns) pixels round the centre: the largest even size without large prime factors that fits."
        )
      }
    }
    func table(_ length: Int, _ extent: Int, _ middle: Int) -> [Int] {
      (0..<length).map { index in
        let centred = propagation == .farField ? (index + length / 2) % length : index
        let source = middle - length / 2 + centred
        return (0..<extent).contains(source) ? source : -1
      }
    }
    rows = table(size.rows, frame.rows, middle.row)
    columns = table(size.columns, frame.columns, middle.column)
    let outside = rows.count { $0 < 0 } * size.columns + columns.count { $0 < 0 } * size.rows
    if outside > 0 {
      notes.append(
        "The centre lies off the middle of the frames; what the window has outside them counts as not measured.")
    }
    self.window = size
    self.notes = notes
    self.isCornerCentred = isCornerCentred
    self.frame = frame
  }

  /// The largest even number without prime factors above 7: what Fourier transforms are fast for.
  static func largestSmooth(upTo limit: Int) -> Int {
    var candidate = limit / 2 * 2
    while candidate > 0 {
      var rest = candidate
      for factor in [2, 3, 5, 7] { while rest.isMultiple(of: factor) { rest /= factor } }
      if rest == 1 { return candidate }
      candidate -= 2
    }
    return 0
  }

  /// The pixels of a pattern that are never measured, as a fraction.
  ///
  /// - Parameter mask: of a frame in centred order.
  func maskedFraction(_ mask: Image<Bool>) -> Double {
    var count = 0
    for row in rows { for column in columns where row < 0 || column < 0 || mask[row, column] { count += 1 } }
    return Double(count) / Double(window.count)
  }

  /// Copies the counts of all frames, two bytes each where they fit.
  ///
  /// - Parameters:
  ///   - mask: of a frame in centred order.
  ///   - statistics: in centred order; tell the largest count.
  func counts(
    of frames: any FrameSource, conversion: CountConversion, mask: Image<Bool>, statistics: PixelStatistics,
    threads: Int
  ) throws -> DiffractionData.Counts {
    // Where a pattern's pixel lies in a frame as it is read; −1 where it is not to be used.
    var sources = [Int32](repeating: -1, count: window.count)
    var largest: UInt32 = 0
    for (i, row) in rows.enumerated() where row >= 0 {
      for (j, column) in columns.enumerated() where column >= 0 && !mask[row, column] {
        let y = isCornerCentred ? (row + frame.rows - frame.rows / 2) % frame.rows : row
        let x = isCornerCentred ? (column + frame.columns - frame.columns / 2) % frame.columns : column
        sources[i * window.columns + j] = Int32(y * frame.columns + x)
        largest = max(largest, statistics.largest[row, column])
      }
    }
    let places = sources
    func copied<Count: FixedWidthInteger & Sendable>(_: Count.Type) throws -> [Count] {
      var all = [Count](repeating: .max, count: frames.count * window.count)
      try all.withUnsafeMutableBufferPointer { memory in
        let target = Patterns(memory: memory)
        try parallelFor(count: frames.count, grain: 4, threads: threads) { _, items in
          var scratch = FrameScratch()
          for index in items {
            let raw = scratch.bytes(frame.count * frames.pixelType.size, slot: 0)
            let counts = scratch.bytes(frame.count * 4, slot: 1).bindMemory(to: UInt32.self)
            try frames.read(frame: index, into: raw)
            conversion.convert(UnsafeRawBufferPointer(raw), of: frames.pixelType, into: counts)
            let start = index * places.count
            places.withUnsafeBufferPointer { places in
              for i in places.indices {
                let place = Int(places[i])
                guard place >= 0, counts[place] != CountConversion.notMeasured else { continue }
                target.memory[start + i] = Count(truncatingIfNeeded: counts[place])
              }
            }
          }
        }
      }
      return all
    }
    return largest < UInt32(UInt16.max) ? .narrow(try copied(UInt16.self)) : .wide(try copied(UInt32.self))
  }

  /// Memory that several threads fill, each its own patterns.
  private struct Patterns<Count: Sendable>: @unchecked Sendable {
    let memory: UnsafeMutableBufferPointer<Count>
  }
}
