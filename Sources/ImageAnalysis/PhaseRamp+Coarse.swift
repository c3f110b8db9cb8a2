internal import ArrayMath
internal import Foundation

extension PhaseRamp {
  /// The ramp at the peak of the power spectrum of the object, padded with zeros to twice its extent; between the points of
  /// that grid by a parabola through the peak and its neighbours on either side.
  ///
  /// - Throws: ``ImageAnalysisError`` where nothing is usable.
  static func coarse(_ object: ComplexImage, usable: Image<Bool>) throws -> PhaseRamp {
    guard usable.pixels.contains(true) else {
      throw ImageAnalysisError.invalid(
        "no pixel of the object is inside the masks, finite and other than 0; give masks that meet the object")
    }
    let shape = FrameShape(rows: smoothLength(2 * object.rows), columns: smoothLength(2 * object.columns))
    var field = ComplexImage(repeating: .zero, shape: shape)
    for row in 0..<object.rows {
      for column in 0..<object.columns where usable[row, column] { field[row, column] = object[row, column] }
    }
    FourierTransform2D(shape).forward(&field)
    var best = 0
    var height: Float = -1
    for (index, value) in field.pixels.enumerated() where value.squaredModulus > height {
      (best, height) = (index, value.squaredModulus)
    }
    let (row, column) = (best / shape.columns, best % shape.columns)
    func power(_ row: Int, _ column: Int) -> Double {
      Double(field[(row + shape.rows) % shape.rows, (column + shape.columns) % shape.columns].squaredModulus)
    }
    func vertex(_ before: Double, _ at: Double, _ after: Double) -> Double {
      let curvature = before - 2 * at + after
      return curvature < 0 ? min(max(0.5 * (before - after) / curvature, -0.5), 0.5) : 0
    }
    let down = Double(row) + vertex(power(row - 1, column), power(row, column), power(row + 1, column))
    let right = Double(column) + vertex(power(row, column - 1), power(row, column), power(row, column + 1))
    return PhaseRamp(
      constant: 0, perRow: remainder(2 * .pi * down / Double(shape.rows), 2 * .pi),
      perColumn: remainder(2 * .pi * right / Double(shape.columns), 2 * .pi), shape: object.shape)
  }
}

/// The smallest number from `length` that has no prime factor above 7: transforms of such lengths are fast.
func smoothLength(_ length: Int) -> Int {
  var candidate = max(length, 1)
  while true {
    var rest = candidate
    for factor in [2, 3, 5, 7] { while rest % factor == 0 { rest /= factor } }
    if rest == 1 { return candidate }
    candidate += 1
  }
}
