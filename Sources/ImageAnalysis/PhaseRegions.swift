internal import ArrayMath

/// The regions of a wrapped phase, with the whole turns that a walk along the rows gives each pixel.
///
/// Rows are cut into runs of pixels that count; runs of neighbouring rows that touch are joined in a forest that keeps the
/// turns between a run and its root. If no pair of neighbours contradicts the result, then every path gives the same
/// phase, and no other method can give another one.
struct PhaseRegions {
  var regions: [UnwrappedRegion] = []
  /// The region of each pixel, −1 where it does not count.
  var labels: [Int32]
  /// Whole turns to add to each pixel.
  var turns: [Int32]
  /// Whether every pair of neighbours agrees with `turns`.
  var isConsistent = true

  private struct Run {
    var row: Int32
    var start: Int32
    var end: Int32
  }

  init(_ field: WrappedField) {
    let rows = field.shape.rows
    let columns = field.shape.columns
    labels = [Int32](repeating: -1, count: field.shape.count)
    turns = [Int32](repeating: 0, count: field.shape.count)
    var runs: [Run] = []
    var forest = TurnForest(count: 0)
    var consistent = true
    field.phase.withUnsafeBufferPointer { phase in
      field.valid.withUnsafeBufferPointer { valid in
        labels.withUnsafeMutableBufferPointer { labels in
          turns.withUnsafeMutableBufferPointer { turns in
            for row in 0..<rows {
              Self.appendRuns(row, columns, phase, valid, labels, turns, &runs, &forest)
              guard row > 0 else { continue }
              for index in row * columns..<(row + 1) * columns where valid[index] & valid[index - columns] == 1 {
                let step =
                  turns[index - columns] + WrappedField.turns(phase[index - columns], phase[index]) - turns[index]
                if !forest.join(labels[index - columns], labels[index], step) { consistent = false }
              }
            }
            Self.number(runs, columns, labels, turns, &forest, &regions)
          }
        }
      }
    }
    isConsistent = consistent
  }

  private static func appendRuns(
    _ row: Int, _ columns: Int, _ phase: UnsafeBufferPointer<Float>, _ valid: UnsafeBufferPointer<UInt8>,
    _ labels: UnsafeMutableBufferPointer<Int32>, _ turns: UnsafeMutableBufferPointer<Int32>, _ runs: inout [Run],
    _ forest: inout TurnForest
  ) {
    var column = 0
    let base = row * columns
    while column < columns {
      guard valid[base + column] == 1 else {
        column += 1
        continue
      }
      let start = column
      let label = forest.append()
      var turn: Int32 = 0
      repeat {
        if column > start { turn += WrappedField.turns(phase[base + column - 1], phase[base + column]) }
        labels[base + column] = label
        turns[base + column] = turn
        column += 1
      } while column < columns && valid[base + column] == 1
      runs.append(Run(row: Int32(row), start: Int32(start), end: Int32(column)))
    }
  }

  /// Gives regions their numbers in the order of their first pixels, and pixels the turns of their runs.
  private static func number(
    _ runs: [Run], _ columns: Int, _ labels: UnsafeMutableBufferPointer<Int32>,
    _ turns: UnsafeMutableBufferPointer<Int32>, _ forest: inout TurnForest, _ regions: inout [UnwrappedRegion]
  ) {
    var numbers = [Int32](repeating: -1, count: runs.count)
    for (index, run) in runs.enumerated() {
      let (root, offset) = forest.root(Int32(index))
      let row = Int(run.row)
      let extent = Int(run.start)..<Int(run.end)
      if numbers[Int(root)] < 0 {
        numbers[Int(root)] = Int32(regions.count)
        regions.append(UnwrappedRegion(count: extent.count, rows: row..<row + 1, columns: extent))
      } else {
        let known = regions[Int(numbers[Int(root)])]
        regions[Int(numbers[Int(root)])] = UnwrappedRegion(
          count: known.count + extent.count, rows: known.rows.lowerBound..<row + 1,
          columns: min(known.columns.lowerBound, extent.lowerBound)..<max(known.columns.upperBound, extent.upperBound))
      }
      for pixel in extent {
        labels[row * columns + pixel] = numbers[Int(root)]
        turns[row * columns + pixel] += offset
      }
    }
  }
}
