internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// The axis of rotation from centres of mass of bands of rows: C + A cos θ + B sin θ, with C on the axis.
enum AxisCentreOfMass {
  static func axis(_ stack: ProjectionStack, profiles: [ViewProfiles], measured: [Int]) throws -> RotationAxis {
    let geometry = stack.geometry
    guard geometry.directions >= 4 else {
      throw TomographyError.invalid(
        """
        projections of \(geometry.directions) directions do not tell the axis from the sample's centre of mass; at least 4 \
        are needed
        """)
    }
    let (rows, width) = (stack.shape.rows, stack.shape.columns)
    var places: [(row: Double, column: Double, uncertainty: Double)] = []
    for band in RotationAxis.bands(rows) {
      var sum = LeastSquaresSum(unknowns: 3)
      var (lever, weight) = (0.0, 0.0)
      for view in measured {
        let reach = profiles[view].extent(margin: 3)
        var (mass, moment, down) = (0.0, 0.0, 0.0)
        for row in band {
          let start = (view * rows + row) * width
          for column in reach where stack.pixels[start + column].isFinite {
            let value = Double(stack.pixels[start + column])
            mass += value
            moment += value * (Double(column) + 0.5)
            down += value * (Double(row) + 0.5)
          }
        }
        guard mass > 0 else { continue }
        let angle = geometry.sense.sign * geometry.angles[view]
        let column = moment / mass - geometry.displacements[view].columns
        guard column > 0, column < Double(width) else { continue }
        sum.add([1, cos(angle), sin(angle)], column)
        lever += down
        weight += mass
      }
      guard sum.terms > 3, weight > 0, let found = sum.solved() else { continue }
      places.append((lever / weight, found.values[0], max(found.uncertainties[0], 1e-6)))
    }
    return try RotationAxis.line(through: places, rows: rows, method: .centreOfMass)
  }
}
