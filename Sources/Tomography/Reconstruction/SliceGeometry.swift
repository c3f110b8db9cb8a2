internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Where a slice is seen in the projections: the same for every method that takes slices one by one.
struct SliceGeometry: Sendable {
  private let geometry: ProjectionGeometry
  private let shape: FrameShape
  private let angularWeights: [Double]
  /// Whether anything of a row was measured: rows of one view after those of the other.
  private let measured: [Bool]

  init(_ stack: ProjectionStack) {
    let (geometry, shape) = (stack.geometry, stack.shape)
    (self.geometry, self.shape) = (geometry, shape)
    angularWeights = geometry.angularWeights
    measured = stack.pixels.withUnsafeBufferPointer { pixels in
      (0..<geometry.count * shape.rows).map { row in
        pixels[row * shape.columns..<(row + 1) * shape.columns].contains { !$0.isNaN }
      }
    }
  }

  /// The rows of a projection from which a slice is interpolated, all inside the image, and what each counts.
  func taps(of slice: Int, in view: Int) -> [(row: Int, share: Float)] {
    let (first, shares) = RowInterpolation.taps(at: Double(slice) + geometry.displacements[view].rows)
    return shares.enumerated().map { (min(max(first + $0.offset, 0), shape.rows - 1), $0.element) }
  }

  /// The row of a projection that is nearest to where a slice is seen; nil where that is outside or nothing of it was
  /// measured.
  func row(of slice: Int, in view: Int) -> Int? {
    let row = (Double(slice) + geometry.displacements[view].rows).rounded()
    guard row >= 0, row < Double(shape.rows), measured[view * shape.rows + Int(row)] else { return nil }
    return Int(row)
  }

  /// The part of half a turn that each view stands for among those that see a slice; 0 for the others.
  func weights(of slice: Int) -> [Double] {
    let seen = (0..<geometry.count).filter { row(of: slice, in: $0) != nil }
    if seen.count == geometry.count { return angularWeights }
    var weights = [Double](repeating: 0, count: geometry.count)
    for (view, weight) in zip(seen, geometry.selecting(seen).angularWeights) { weights[view] = weight }
    return weights
  }

  /// Where the axis is seen in a projection at the height of a slice, in pixels from the left edge.
  func axis(of slice: Int, in view: Int) -> Double {
    let shift = geometry.displacements[view]
    let height = Double(slice) + 0.5 + shift.rows - Double(shape.rows) / 2
    return geometry.axisColumn + shift.columns - tan(geometry.axisTilt) * height
  }

  /// How far a voxel of a slice of `size` pixels may lie from a pixel of the row that shows it, in pixels.
  func reach(size: Int) -> Double {
    let ends = [0, shape.rows - 1].flatMap { slice in (0..<geometry.count).map { axis(of: slice, in: $0) } }
    let (left, right) = (ends.min() ?? 0, ends.max() ?? 0)
    return max(right, Double(shape.columns) - left) + Double(size) / 2
  }

  /// Angles in the sense of the formula: x cos θ + y sin θ.
  var angles: [Double] { geometry.angles.map { geometry.sense.sign * $0 } }

  /// Whether the axis is seen at the same place in every row.
  var isUpright: Bool { geometry.axisTilt == 0 }
}

extension ProjectionStack {
  /// Refuses what no method can use.
  ///
  /// - Throws: ``TomographyError`` where an angle, a displacement or the axis is not finite or far beyond any image.
  func requireFiniteGeometry() throws {
    let limit = 1e6
    for (view, (angle, shift)) in zip(geometry.angles, geometry.displacements).enumerated() {
      guard angle.isFinite, abs(shift.rows) < limit, abs(shift.columns) < limit else {
        throw TomographyError.invalid(
          """
          projection \(view) has the angle \(angle) and the displacement (\(shift.rows), \(shift.columns)); expected finite \
          numbers: leave the projection out
          """)
      }
    }
    guard abs(geometry.axisColumn) < limit, abs(geometry.axisTilt) < .pi / 4 else {
      throw TomographyError.invalid(
        """
        the axis lies at column \(geometry.axisColumn) and leans by \(geometry.axisTilt) rad; expected a column near the \
        image and less than π/4
        """)
    }
  }
}
