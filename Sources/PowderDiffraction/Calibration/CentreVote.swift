import Foundation

/// Where the normals of all ridges meet: each cell on a ridge votes for the points along its normal.
///
/// The centre of rings collects the votes of all of them, on the plate or off it.
struct CentreVote {
  /// Places with the most votes, in cells of the reduced frame, best first, with their votes relative to the best.
  let candidates: [(row: Double, column: Double, votes: Double)]

  init(_ frame: ReducedFrame) {
    let (rows, columns) = (frame.rows, frame.columns)
    let margin = Double(max(rows, columns))
    let step = max(1, 3 * margin / 400)
    let (height, width) = (Int((Double(rows) + 2 * margin) / step) + 1, Int((Double(columns) + 2 * margin) / step) + 1)
    var votes = [Float](repeating: 0, count: height * width)
    let signal = frame.signal.map { $0.isNaN ? 0 : $0 }
    let holes = frame.signal.map(\.isNaN)
    for row in 2..<max(rows - 2, 2) {
      for column in 2..<max(columns - 2, 2) {
        let here = signal[row * columns + column]
        guard here > 0 else { continue }
        // The structure tensor over 3 x 3 gradients; next to missing cells gradients mean nothing.
        var (rr, rc, cc) = (Float(0), Float(0), Float(0))
        var whole = true
        for r in row - 1...row + 1 {
          for c in column - 1...column + 1 {
            let place = r * columns + c
            if holes[place - columns] || holes[place + columns] || holes[place - 1] || holes[place + 1] {
              whole = false
            }
            let down = signal[place + columns] - signal[place - columns]
            let right = signal[place + 1] - signal[place - 1]
            rr += down * down
            rc += down * right
            cc += right * right
          }
        }
        guard whole, rr + cc > 0 else { continue }
        let spread = ((rr - cc) * (rr - cc) + 4 * rc * rc).squareRoot()
        let coherence = spread / (rr + cc)
        guard coherence > 0.4 else { continue }
        let angle = 0.5 * atan2(2 * Double(rc), Double(cc - rr))
        let (down, right) = (sin(angle), cos(angle))
        let weight = here * coherence
        for direction in [-1.0, 1.0] {
          var r = (Double(row) + 0.5 + margin) / step
          var c = (Double(column) + 0.5 + margin) / step
          while true {
            r += direction * down
            c += direction * right
            guard r >= 0, c >= 0, r < Double(height), c < Double(width) else { break }
            votes[Int(r) * width + Int(c)] += weight
          }
        }
      }
    }
    let smooth = Self.smoothed(votes, height, width)
    var found: [(row: Double, column: Double, votes: Double)] = []
    var left = smooth
    for _ in 0..<6 {
      guard let best = left.indices.max(by: { left[$0] < left[$1] }), left[best] > 0 else { break }
      let (r, c) = (best / width, best % width)
      found.append(
        ((Double(r) + 0.5) * step - margin, (Double(c) + 0.5) * step - margin, Double(left[best])))
      let reach = max(height, width) / 40
      for y in max(r - reach, 0)...min(r + reach, height - 1) {
        for x in max(c - reach, 0)...min(c + reach, width - 1) { left[y * width + x] = 0 }
      }
    }
    let most = found.first?.votes ?? 1
    candidates = found.map { ($0.row, $0.column, $0.votes / most) }
  }

  /// Three passes of a box of 5 x 5.
  private static func smoothed(_ values: [Float], _ height: Int, _ width: Int) -> [Float] {
    var current = values
    for _ in 0..<2 {
      var next = [Float](repeating: 0, count: current.count)
      for row in 2..<height - 2 {
        for column in 2..<width - 2 {
          let place = row * width + column
          next[place] =
            current[place - 2] + current[place - 1] + current[place] + current[place + 1] + current[place + 2]
        }
      }
      current = next
      for row in 2..<height - 2 {
        for column in 2..<width - 2 {
          let place = row * width + column
          next[place] =
            current[place - 2 * width] + current[place - width] + current[place] + current[place + width]
            + current[place + 2 * width]
        }
      }
      current = next
    }
    return current
  }
}
