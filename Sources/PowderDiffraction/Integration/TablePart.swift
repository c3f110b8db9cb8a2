/// What a chunk of rows adds to a table.
struct TablePart {
  var constants: BinConstants
  var wide = WidePixels()
  private(set) var runs: [Range<Int>] = []

  init(constants: BinConstants) { self.constants = constants }

  /// Gaps shorter than this are cheaper to run over than to skip.
  private static let shortestGap = 64

  /// Takes a pixel into the last run, or starts one.
  mutating func extendRun(to pixel: Int) {
    if let last = runs.last, pixel - last.upperBound < Self.shortestGap {
      runs[runs.count - 1] = last.lowerBound..<pixel + 1
    } else {
      runs.append(pixel..<pixel + 1)
    }
  }

  /// Puts chunks together in their order.
  static func joined(_ parts: [TablePart], layout: PixelTable.Layout, bins: Int) -> (PixelTable, BinConstants) {
    var constants = parts[0].constants
    var wide = parts[0].wide
    for part in parts.dropFirst() {
      constants.add(part.constants)
      wide.append(part.wide)
    }
    var runs: [Range<Int>] = []
    for run in parts.flatMap(\.runs) {
      if let last = runs.last, run.lowerBound - last.upperBound < shortestGap {
        runs[runs.count - 1] = last.lowerBound..<run.upperBound
      } else {
        runs.append(run)
      }
    }
    return (PixelTable(bins: bins, layout: layout, wide: wide, runs: runs), constants)
  }
}
