import Foundation
import Ptychography

/// The basis vectors of a detector in CXI: how a step along the slow and along the fast axis moves in the laboratory.
struct DetectorAxes {
  /// A step from row to row, in metres, (x, y, z).
  let slow: [Double]
  /// A step from column to column, in metres, (x, y, z).
  let fast: [Double]

  /// From an array of (2, 3), or (3, 2) as some write it, one or one a pattern.
  init?(_ values: [Double], shape: [Int]) {
    guard shape.count >= 2, values.count >= 6, values.allSatisfy(\.isFinite) else { return nil }
    switch Array(shape.suffix(2)) {
    case [2, 3]: (slow, fast) = (Array(values[0..<3]), Array(values[3..<6]))
    case [3, 2]: (slow, fast) = ([values[0], values[2], values[4]], [values[1], values[3], values[5]])
    default: return nil
    }
    guard slowLength > 0, fastLength > 0 else { return nil }
  }

  private static func length(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  /// The height of a pixel, in metres.
  var slowLength: Double { Self.length(slow) }
  /// The width of a pixel, in metres.
  var fastLength: Double { Self.length(fast) }

  /// How translations (x, y) of the sample map onto rows and columns: the beam moves over the sample against them.
  ///
  /// `nil` where the detector is turned against the laboratory's axes.
  var convention: AxisConvention? {
    let tolerance = 1e-3
    func isAlong(_ axis: Int, _ vector: [Double]) -> Bool {
      abs(vector[axis]) >= (1 - tolerance) * Self.length(vector)
    }
    if isAlong(1, slow), isAlong(0, fast) {
      return AxisConvention(rowsReversed: slow[1] > 0, columnsReversed: fast[0] > 0)
    }
    if isAlong(0, slow), isAlong(1, fast) {
      return AxisConvention(exchanged: true, rowsReversed: slow[0] > 0, columnsReversed: fast[1] > 0)
    }
    return nil
  }
}
