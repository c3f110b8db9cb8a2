internal import ArrayMath

/// Corrects all positions of a scan, and remembers the shifts for their momentum.
struct PositionCorrector {
  var settings: PositionCorrection
  private var velocity: [PixelShift]

  init(_ settings: PositionCorrection, count: Int) {
    self.settings = settings
    velocity = [PixelShift](repeating: PixelShift(row: 0, column: 0), count: count)
  }

  /// What a correction did.
  struct Report {
    /// √(mean |shift|²), in pixels.
    var rootMeanSquare: Double
    /// Positions that would have left the object's array.
    var heldBack: Int
  }

  /// Takes half the step from now on and forgets the momentum.
  mutating func halveStep() {
    settings.relaxation /= 2
    for index in velocity.indices { velocity[index] = PixelShift(row: 0, column: 0) }
  }

  /// Corrects once.
  ///
  /// The mean of the shifts is taken off, for all positions and the object may move together unseen, and where it is
  /// asked for what scales, turns and shears the scan. A position whose
  /// window would leave the object is held at the array's border and counted.
  mutating func correct(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, of passes: Int,
    generator: inout SeededGenerator
  ) -> Report {
    let model = PositionModel(state, data: data)
    let shifts: [PixelShift]
    switch settings.method {
    case .gradient: shifts = descend(state.positions, model: model)
    case .annealing:
      let search = PositionAnnealing(
        trials: settings.trials, radius: settings.radius(after: pass, of: passes), isSubpixel: settings.isSubpixel)
      shifts = state.positions.enumerated().map { index, position in
        model.load(index)
        return search.step(at: position, model: model, generator: &generator)
      }
    }
    let common = CommonShift(of: shifts, at: state.positions, isAffine: settings.holdsAffine)
    let count = Double(max(shifts.count, 1))
    var report = Report(rootMeanSquare: 0, heldBack: 0)
    for index in shifts.indices {
      let together = common.shift(at: state.positions[index])
      let shift = PixelShift(row: shifts[index].row - together.row, column: shifts[index].column - together.column)
      report.rootMeanSquare += shift.length * shift.length / count
      var wanted = PixelPosition(
        row: state.positions[index].row + shift.row, column: state.positions[index].column + shift.column)
      if !settings.isSubpixel {
        wanted = PixelPosition(row: wanted.row.rounded(), column: wanted.column.rounded())
      }
      let allowed = model.clamped(wanted)
      if allowed != wanted { report.heldBack += 1 }
      state.positions[index] = allowed
    }
    report.rootMeanSquare = report.rootMeanSquare.squareRoot()
    return report
  }
  /// Steps along the gradient, with their momentum.
  private mutating func descend(_ positions: [PixelPosition], model: PositionModel) -> [PixelShift] {
    let linearisations = positions.enumerated().map { index, position in
      model.load(index)
      return model.linearised(at: position)
    }
    let steps = PositionGradient(largestStep: settings.largestStep).steps(of: linearisations)
    for (index, step) in steps.enumerated() {
      velocity[index] = PixelShift(
        row: settings.momentum * velocity[index].row + settings.relaxation * step.row,
        column: settings.momentum * velocity[index].column + settings.relaxation * step.column
      ).limited(to: settings.largestStep)
    }
    return velocity
  }
}
