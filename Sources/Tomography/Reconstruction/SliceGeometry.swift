internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Where a slice is seen in the projections: the same for every method that takes slices one by one.
struct SliceGeometry: Sendable {
  private let geometry: ProjectionGeometry
  private let rows: Int

  init(_ stack: ProjectionStack) {
    geometry = stack.geometry
    rows = stack.shape.rows
  }

  /// The row of a projection in which a slice is seen: `part` of the way from `top` to the row after it.
  func line(of slice: Int, in view: Int) -> (top: Int, part: Float) {
    let line = Double(slice) + geometry.displacements[view].rows
    let top = line.rounded(.down)
    return (Int(top), Float(line - top))
  }

  /// Where the axis is seen in a projection at the height of a slice, in pixels from the left edge.
  func axis(of slice: Int, in view: Int) -> Double {
    let shift = geometry.displacements[view]
    let height = Double(slice) + 0.5 + shift.rows - Double(rows) / 2
    return geometry.axisColumn + shift.columns - tan(geometry.axisTilt) * height
  }

  /// Angles in the sense of the formula: x cos θ + y sin θ.
  var angles: [Double] { geometry.angles.map { geometry.sense.sign * $0 } }

  /// Whether the axis is seen at the same place in every row.
  var isUpright: Bool { geometry.axisTilt == 0 }
}

extension ProjectionStack {
  /// Refuses what no method can use.
  ///
  /// - Throws: ``TomographyError`` where an angle or a displacement is not finite.
  func requireFiniteGeometry() throws {
    guard
      let bad = geometry.angles.firstIndex(where: { !$0.isFinite })
        ?? geometry.displacements.firstIndex(where: {
          !$0.rows.isFinite || !$0.columns.isFinite
        })
    else {
      guard geometry.axisColumn.isFinite, geometry.axisTilt.isFinite, abs(geometry.axisTilt) < .pi / 4 else {
        throw TomographyError.invalid(
          """
          the axis lies at column \(geometry.axisColumn) and leans by \(geometry.axisTilt) rad; expected a finite column \
          and less than π/4
          """)
      }
      return
    }
    throw TomographyError.invalid(
      """
      projection \(bad) has the angle \(geometry.angles[bad]) and the displacement (\(geometry.displacements[bad].rows), \
      \(geometry.displacements[bad].columns)); expected finite numbers: leave the projection out
      """)
  }
}
