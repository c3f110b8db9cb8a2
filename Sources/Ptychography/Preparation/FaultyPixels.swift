internal import ArrayMath

/// Finds pixels that the data themselves show to be wrong.
struct FaultyPixels {
  let statistics: PixelStatistics
  /// Pixels known to be bad already.
  let mask: Image<Bool>

  private var rows: Int { mask.rows }
  private var columns: Int { mask.columns }

  /// Pixels that never counted although those on both sides of them, in a row or in a column, did.
  ///
  /// With at least `level` counts expected, a sound pixel stays empty with a probability below e⁻¹². Wider dark regions
  /// are left alone: the shadow of a stop is dark and measured.
  ///
  /// - Parameters:
  ///   - level: Σ over all frames, a mean of the three pixels next to the dark ones on each side.
  ///   - width: of the widest dark line.
  func dead(level: Double = 12, width: Int = 12) -> Image<Bool> {
    var found = Image(repeating: false, shape: mask.shape)
    func scan(lines: Int, length: Int, _ index: (_ line: Int, _ place: Int) -> Int) {
      for line in 0..<lines {
        func isDark(_ place: Int) -> Bool {
          let i = index(line, place)
          return !mask.pixels[i] && statistics.sums.pixels[i] == 0
            && Int(statistics.missing.pixels[i]) < statistics.count
        }
        func brightness(_ places: [Int]) -> Double {
          let known = places.filter { (0..<length).contains($0) && !mask.pixels[index(line, $0)] }
          guard !known.isEmpty else { return 0 }
          return known.reduce(0) { $0 + Double(statistics.sums.pixels[index(line, $1)]) } / Double(known.count)
        }
        var place = 0
        while place < length {
          guard isDark(place) else {
            place += 1
            continue
          }
          var end = place
          // A run goes on over masked pixels.
          while end < length, isDark(end) || mask.pixels[index(line, end)] { end += 1 }
          var first = place
          while first > 0, mask.pixels[index(line, first - 1)] { first -= 1 }
          if first > 0, end < length, end - first <= width,
            min(brightness([first - 1, first - 2, first - 3]), brightness([end, end + 1, end + 2])) >= level
          {
            for dark in place..<end where isDark(dark) { found.pixels[index(line, dark)] = true }
          }
          place = end
        }
      }
    }
    scan(lines: rows, length: columns) { $0 * columns + $1 }
    scan(lines: columns, length: rows) { $1 * columns + $0 }
    return found
  }

  /// Pixels that count far more than any neighbour but one.
  ///
  /// The image on a detector is at least two pixels wide wherever it is sampled well enough to be used, so that a
  /// pixel's mean may not exceed a multiple of its second brightest neighbour's, by many standard deviations of the
  /// counts.
  ///
  /// - Parameters:
  ///   - factor: how many times as bright.
  ///   - deviations: how far outside the scatter of photons.
  func hot(factor: Double = 6, deviations: Double = 10) -> Image<Bool> {
    var found = Image(repeating: false, shape: mask.shape)
    for row in 0..<rows {
      for column in 0..<columns {
        let i = row * columns + column
        guard !mask.pixels[i], statistics.sums.pixels[i] > 0 else { continue }
        var brightest = 0.0
        var second = 0.0
        var known = 0
        for y in max(row - 1, 0)...min(row + 1, rows - 1) {
          for x in max(column - 1, 0)...min(column + 1, columns - 1) where y != row || x != column {
            let j = y * columns + x
            guard !mask.pixels[j] else { continue }
            known += 1
            let value = Double(statistics.sums.pixels[j])
            if value > brightest { (brightest, second) = (value, brightest) } else if value > second { second = value }
          }
        }
        guard known >= 3 else { continue }
        let value = Double(statistics.sums.pixels[i])
        let reference = max(second, 1)
        if value > factor * reference, value - reference > deviations * (value + reference).squareRoot() {
          found.pixels[i] = true
        }
      }
    }
    return found
  }

  /// Rows and columns that repeat their neighbour's counts in every pixel: wide pixels at a chip's edge that the file
  /// holds several times, or seams that were filled in.
  func repeatedLines() -> (rows: [Range<Int>], columns: [Range<Int>]) {
    func runs(_ lines: Int, _ length: Int, _ index: (_ line: Int, _ place: Int) -> Int) -> [Range<Int>] {
      func repeats(_ line: Int) -> Bool {
        var counting = 0
        for place in 0..<length {
          let i = index(line, place)
          let j = index(line + 1, place)
          if mask.pixels[i] || mask.pixels[j] { continue }
          guard statistics.sums.pixels[i] == statistics.sums.pixels[j],
            statistics.largest.pixels[i] == statistics.largest.pixels[j]
          else { return false }
          if statistics.sums.pixels[i] > 3 { counting += 1 }
        }
        return counting >= 16
      }
      var found: [Range<Int>] = []
      for line in 0..<max(lines - 1, 0) where repeats(line) {
        if let last = found.last, last.upperBound == line + 1 {
          found[found.count - 1] = last.lowerBound..<line + 2
        } else {
          found.append(line..<line + 2)
        }
      }
      return found
    }
    return (
      runs(rows, columns) { $0 * columns + $1 }, runs(columns, rows) { $1 * columns + $0 }
    )
  }

  /// The count at which the detector's counter is full, where the data reach it: all ones in binary, in several pixels.
  func saturatedCount() -> UInt32? {
    var largest: UInt32 = 0
    for i in mask.pixels.indices where !mask.pixels[i] { largest = max(largest, statistics.largest.pixels[i]) }
    guard largest >= 255, largest != .max, (largest + 1).nonzeroBitCount == 1 else { return nil }
    let full = mask.pixels.indices.count { !mask.pixels[$0] && statistics.largest.pixels[$0] == largest }
    return full >= 3 ? largest : nil
  }
}
