import ArrayMath
import Foundation

/// A frame in coarse cells, freed of its background: what the search for rings looks at.
struct ReducedFrame {
  /// Pixels along the side of a cell.
  let side: Int
  let rows: Int
  let columns: Int
  /// How far each cell stands above its surroundings: the logarithm of its excess in units of the noise; zero for what
  /// the noise explains; NaN where pixels are missing.
  let signal: [Float]
  /// The share of usable cells that stand out by more than five sigma.
  let shareAbove: Double

  /// - Parameters:
  ///   - flags: of ``AutomaticMask``; saturated pixels stay in.
  ///   - cells: about as many cells along the longer side.
  init(_ frame: CalibrationFrame, flags: [UInt8], cells: Int = 384) {
    let side = max(1, (max(frame.shape.rows, frame.shape.columns) + cells - 1) / cells)
    let rows = frame.shape.rows / side
    let columns = frame.shape.columns / side
    (self.side, self.rows, self.columns) = (side, rows, columns)
    var sum = [Float](repeating: 0, count: rows * columns)
    var number = [Float](repeating: 0, count: rows * columns)
    let stride = frame.shape.columns
    frame.pixels.withUnsafeBufferPointer { pixels in
      flags.withUnsafeBufferPointer { flags in
        for row in 0..<rows * side {
          let target = row / side * columns
          for cell in 0..<columns {
            let first = row * stride + cell * side
            for index in first..<first + side where flags[index] == 0 || flags[index] == AutomaticMask.saturation {
              sum[target + cell] += pixels[index]
              number[target + cell] += 1
            }
          }
        }
      }
    }
    let least = 0.5 * Float(side * side)
    var mean = [Float](repeating: .nan, count: rows * columns)
    for index in mean.indices where number[index] > least { mean[index] = sum[index] / number[index] }
    let excess = Self.excess(mean, number, rows, columns)
    // The noise of the detector against Poisson's law, from the quieter half of the cells.
    let sizes = excess.filter { !$0.isNaN }.map(abs).sorted()
    let gain = sizes.isEmpty ? 1 : max(sizes[sizes.count * 4 / 10] / 0.524, 1e-6)
    var above = 0
    var usable = 0
    signal = excess.map { value in
      guard !value.isNaN else { return .nan }
      usable += 1
      let z = value / gain
      if z > 5 { above += 1 }
      return z > 2.5 ? log(1 + (z - 2.5)) : 0
    }
    shareAbove = usable > 0 ? Double(above) / Double(usable) : 0
  }

  /// The excess of each cell over the median of its surroundings, in units of Poisson's noise.
  private static func excess(_ mean: [Float], _ number: [Float], _ rows: Int, _ columns: Int) -> [Float] {
    var result = [Float](repeating: .nan, count: mean.count)
    let reach = 8
    var near: [Float] = []
    near.reserveCapacity(100)
    for row in 0..<rows {
      for column in 0..<columns where !mean[row * columns + column].isNaN {
        near.removeAll(keepingCapacity: true)
        var r = row - reach
        while r <= row + reach {
          if r >= 0, r < rows {
            var c = column - reach
            while c <= column + reach {
              if c >= 0, c < columns, !mean[r * columns + c].isNaN { near.append(mean[r * columns + c]) }
              c += 2
            }
          }
          r += 2
        }
        guard near.count >= 12 else { continue }
        near.sort()
        // Rings take up to half of a crowded place: a little below the median is nearer to the background.
        let level = near[near.count * 2 / 5]
        let index = row * columns + column
        result[index] = (mean[index] - level) / (max(level, 0.05) / number[index]).squareRoot()
      }
    }
    return result
  }
}
