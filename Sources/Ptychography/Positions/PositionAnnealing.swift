internal import ArrayMath

/// Keeps the best of some random positions round the present one.
///
/// The radius shrinks in the course of the reconstruction, so that early trials find their way over large errors and
/// late ones settle. A. M. Maiden, M. J. Humphry, M. C. Sarahan, B. Kraus and J. M. Rodenburg, Ultramicroscopy 120 (2012)
/// 64.
///
/// Trials at radii of 2 pixels and more lie whole pixels away: the probe needs no new displacement, and a trial costs one
/// transform.
struct PositionAnnealing {
  /// Positions tried besides the present one.
  var trials: Int
  /// How far they lie at most along each axis, in pixels.
  var radius: Double
  /// Whether trials may lie between pixels.
  var isSubpixel: Bool

  /// The step to the best of the trials for the model's loaded pattern.
  func step(
    at position: PixelPosition, model: PositionModel, generator: inout SeededGenerator
  ) -> PixelShift {
    var best = PixelShift(row: 0, column: 0)
    var least = model.misfit(at: position)
    for _ in 0..<trials {
      var trial = PixelShift(
        row: (2 * generator.uniform() - 1) * radius, column: (2 * generator.uniform() - 1) * radius)
      if radius >= 2 || !isSubpixel {
        trial = PixelShift(row: trial.row.rounded(), column: trial.column.rounded())
      }
      let place = PixelPosition(row: position.row + trial.row, column: position.column + trial.column)
      guard place == model.clamped(place) else { continue }
      let misfit = model.misfit(at: place)
      if misfit < least {
        least = misfit
        best = trial
      }
    }
    return best
  }
}
