internal import Foundation
public import ImageAnalysis

/// What displacements leave free: the sample may be anywhere.
///
/// A displacement A cos θ + B sin θ of the columns is a sample that lies elsewhere, and so is one of all rows. A constant
/// of the columns is not free: it is where the axis lies.
public enum AlignmentGauge {
  /// Displacements without what is free, by least squares.
  ///
  /// - Parameters:
  ///   - used: the projections that decide; the others follow.
  ///   - keepsAxis: whether a constant of the columns stays. Without, what is left tells how well shifts are known where the
  ///     axis is unknown too.
  public static func removed(
    from displacements: [ImageShift], geometry: ProjectionGeometry, used: [Int]? = nil, keepsAxis: Bool = true
  ) -> [ImageShift] {
    let used = used ?? Array(displacements.indices)
    guard !used.isEmpty else { return displacements }
    let middle = used.reduce(0) { $0 + displacements[$1].rows } / Double(used.count)
    var sum = LeastSquaresSum(unknowns: 3)
    for view in used {
      let angle = geometry.sense.sign * geometry.angles[view]
      sum.add([cos(angle), sin(angle), 1], displacements[view].columns)
    }
    let found = sum.solved()?.values ?? [0, 0, 0]
    return displacements.indices.map { view in
      let angle = geometry.sense.sign * geometry.angles[view]
      let free = found[0] * cos(angle) + found[1] * sin(angle) + (keepsAxis ? 0 : found[2])
      return ImageShift(rows: displacements[view].rows - middle, columns: displacements[view].columns - free)
    }
  }
}

extension Sequence where Element == ImageShift {
  /// Root mean squares.
  var rms: ImageShift {
    var (rows, columns, count) = (0.0, 0.0, 0.0)
    for shift in self {
      rows += shift.rows * shift.rows
      columns += shift.columns * shift.columns
      count += 1
    }
    return ImageShift(rows: (rows / Swift.max(count, 1)).squareRoot(), columns: (columns / Swift.max(count, 1)).squareRoot())
  }
}
