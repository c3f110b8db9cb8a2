internal import ArrayMath

/// Finds where the beam's axis meets the detector: the point of the mean pattern about which it looks the same when
/// turned by half a turn.
///
/// The illumination's cone is symmetric, and what the object scatters is so on average. The centre of mass, with the
/// pixels that were not measured replaced by their mirror images, is where the search begins; gaps do not draw it to one
/// side.
struct PatternCentreSearch {
  /// NaN where nothing was measured.
  let mean: ScalarImage

  /// Row and column, in half pixels; `nil` for a pattern without light.
  func callAsFunction() -> (row: Double, column: Double)? {
    let bright = mean.pixels.filter { $0 > 0 }.sorted()
    guard !bright.isEmpty else { return nil }
    // Single pixels that escaped the search for hot ones must not set the threshold.
    let threshold = 0.02 * bright[bright.count - 1 - bright.count / 500]
    guard var centre = massCentre(threshold: threshold) else { return nil }
    var best = asymmetry(about: centre)
    for (step, reach) in [(2.0, 4), (0.5, 4)] {
      let start = centre
      for down in -reach...reach {
        for right in -reach...reach where down != 0 || right != 0 {
          let trial = (row: start.row + Double(down) * step, column: start.column + Double(right) * step)
          let value = asymmetry(about: trial)
          if value < best { (best, centre) = (value, trial) }
        }
      }
    }
    return centre
  }

  private func massCentre(threshold: Float) -> (row: Double, column: Double)? {
    var centre: (row: Double, column: Double)?
    for _ in 0..<12 {
      var total = 0.0
      var down = 0.0
      var right = 0.0
      for row in 0..<mean.rows {
        for column in 0..<mean.columns {
          var value = mean[row, column]
          if value.isNaN, let centre {
            let y = Int((2 * centre.row).rounded()) - row
            let x = Int((2 * centre.column).rounded()) - column
            if y >= 0, y < mean.rows, x >= 0, x < mean.columns { value = mean[y, x] }
          }
          guard value > threshold else { continue }
          let weight = Double(value)
          total += weight
          down += weight * Double(row)
          right += weight * Double(column)
        }
      }
      guard total > 0 else { return nil }
      let new = (row: (2 * down / total).rounded() / 2, column: (2 * right / total).rounded() / 2)
      if let centre, centre == new { break }
      centre = new
    }
    return centre
  }

  /// Σ (a − a')²/Σ (a² + a'²) over pairs of mirrored pixels that were both measured, a the root of the mean.
  private func asymmetry(about centre: (row: Double, column: Double)) -> Double {
    let sumRows = Int((2 * centre.row).rounded())
    let sumColumns = Int((2 * centre.column).rounded())
    let firstRow = max(0, sumRows - (mean.rows - 1))
    let lastRow = min(mean.rows - 1, sumRows)
    let firstColumn = max(0, sumColumns - (mean.columns - 1))
    let lastColumn = min(mean.columns - 1, sumColumns)
    guard firstRow <= lastRow, firstColumn <= lastColumn else { return .infinity }
    var differences = 0.0
    var totals = 0.0
    var inside = 0.0
    mean.pixels.withUnsafeBufferPointer { pixels in
      for row in firstRow...lastRow {
        let line = row * mean.columns
        let mirrored = (sumRows - row) * mean.columns + sumColumns
        var difference: Float = 0
        var total: Float = 0
        var own: Float = 0
        for column in firstColumn...lastColumn {
          let a = pixels[line + column]
          let b = pixels[mirrored - column]
          let sum = a + b
          if !a.isNaN { own += a }
          // (√a − √b)² with one root.
          if !sum.isNaN {
            difference += sum - 2 * (a * b).squareRoot()
            total += sum
          }
        }
        differences += Double(difference)
        totals += Double(total)
        inside += Double(own)
      }
    }
    // Near the frame's edge few pairs are left, which agree on darkness: light whose mirror lies outside counts too.
    return totals > 0 ? differences / totals + (light - inside) / light : .infinity
  }

  private let light: Double

  init(mean: ScalarImage) {
    self.mean = mean
    light = mean.pixels.reduce(0) { $1.isNaN ? $0 : $0 + Double($1) }
  }
}
