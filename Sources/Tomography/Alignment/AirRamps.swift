internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Constants and ramps of projections, from the columns beside the sample.
enum AirRamps {
  /// Ramps by least squares over what lies beside the columns that hold matter; none where that is less than an eighth of a
  /// projection, or where it lies on one side alone.
  static func fit(_ stack: ProjectionStack, profiles: [ViewProfiles], threads: Int) throws -> [ProjectionRamp] {
    let (rows, width) = (stack.shape.rows, stack.shape.columns)
    return try parallelMap(count: stack.count, threads: threads) { view in
      let reach = profiles[view].withoutSlope.extent(margin: 3)
      let (left, right) = (reach.lowerBound, width - reach.upperBound)
      guard !profiles[view].isEmpty, left >= 2, right >= 2, 8 * (left + right) >= width else { return ProjectionRamp() }
      var sum = LeastSquaresSum(unknowns: 3)
      for row in 0..<rows {
        let start = (view * rows + row) * width
        let y = Double(row) + 0.5 - Double(rows) / 2
        for column in 0..<width where !reach.contains(column) && !stack.pixels[start + column].isNaN {
          let x = Double(column) + 0.5 - Double(width) / 2
          sum.add([1, x, y], Double(stack.pixels[start + column]))
        }
      }
      guard let found = sum.solved()?.values else { return ProjectionRamp() }
      return ProjectionRamp(constant: found[0], across: found[1], down: found[2])
    }
  }

  static func remove(_ ramps: [ProjectionRamp], from stack: inout ProjectionStack) {
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    stack.pixels.withUnsafeMutableBufferPointer { pixels in
      for (view, ramp) in ramps.enumerated() where ramp != ProjectionRamp() {
        for row in 0..<rows {
          let y = Double(row) + 0.5 - Double(rows) / 2
          let start = (view * rows + row) * columns
          let level = ramp.constant + ramp.down * y + ramp.across * (0.5 - Double(columns) / 2)
          for column in 0..<columns { pixels[start + column] -= Float(level + ramp.across * Double(column)) }
        }
      }
    }
  }
}

extension ViewProfiles {
  /// The profiles with columns above a line through both sides.
  fileprivate var withoutSlope: ViewProfiles {
    var flat = self
    let band = max(2, columns.count / 16)
    let left = columns.prefix(band).reduce(0, +) / Double(band)
    let right = columns.suffix(band).reduce(0, +) / Double(band)
    let reach = Double(columns.count - band)
    for column in columns.indices {
      let part = (Double(column) + 0.5 - Double(band) / 2) / reach
      flat.columns[column] -= (1 - part) * left + part * right
    }
    return flat
  }
}
