internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

extension ReprojectionRun {
  /// What was found, with its uncertainty.
  mutating func result() throws -> AlignmentResult {
    // Of the last evaluation, which differs from where projections lie now by the last step.
    let bin = Double(level?.bin ?? 1)
    let used = used
    let noise = try ShiftUncertainty(self)
    var uncertainties = [ImageShift](
      repeating: ImageShift(rows: .infinity, columns: .infinity), count: source.count)
    let middle = median(used.map { registrations[$0].misfit })
    for view in 0..<source.count where registrations[view].isDetermined && !empty.contains(view) {
      uncertainties[view] = noise.uncertainty(registrations[view], bin: bin)
    }
    let gain = noise.gain
    let halves = used.map { registrations[$0].disagreement }.rms
    let empirical = ImageShift(rows: bin * halves.rows / gain.rows, columns: bin * halves.columns / gain.columns)
    let last = history.last.map { max($0.step.rows, $0.step.columns) } ?? .infinity
    let isHeld = restored.map { min($0.rows, $0.columns) > 0.1 } ?? true
    let status: AlignmentStatus = !isHeld || (isStuck && last >= settings.tolerance)
      ? .stuck : (last < settings.tolerance ? .converged : .limit)
    notes.append(contentsOf: statement(status, last: last))
    var stack = source
    stack.geometry.displacements = displacements
    removeRamps(from: &stack)
    var worst = 1.0
    if settings.fitsRamps { worst = used.map { registrations[$0].condition }.max() ?? 1 }
    if worst > 100 {
      notes.append(
        String(
          format: """
            displacements and ramps are hard to tell apart: the condition of their equations reaches %.0f; more field round \
            the sample, or ramps fitted to air, would help
            """, worst))
    }
    let flagged = outliers.union(empty).sorted()
    if !flagged.isEmpty {
      notes.append("\(flagged.count) projections do not fit the others (\(AlignmentStep.list(flagged)))")
    }
    return AlignmentResult(
      stack: stack, views: Array(0..<source.count), uncertainties: uncertainties, empiricalUncertainty: empirical,
      ramps: ramps, reducedChiSquares: registrations.map { middle > 0 ? $0.misfit / middle : 0 }, history: history,
      status: status, restoredPart: restored, outliers: flagged, notes: notes)
  }

  private func statement(_ status: AlignmentStatus, last: Double) -> [String] {
    let step = String(format: "%.3f", last)
    let part = restored.map { String(format: "%.0f %% down, %.0f %% to the right", 100 * $0.rows, 100 * $0.columns) } ?? ""
    return switch status {
    case .converged: ["re-projection has converged: last step \(step) px; of a trial displacement one step takes back \(part)"]
    case .limit:
      ["re-projection ended after \(history.count) iterations with a step of \(step) px, still falling; more may help"]
    case .stuck:
      [
        """
        re-projection is stuck: last step \(step) px, of a trial displacement one step takes back \(part); compare the \
        projections with the first steps before trusting their displacements
        """
      ]
    case .firstSteps: []
    }
  }

  private func removeRamps(from stack: inout ProjectionStack) {
    guard settings.fitsRamps else { return }
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    let ramps = ramps
    stack.pixels.withUnsafeMutableBufferPointer { pixels in
      for (view, ramp) in ramps.enumerated() {
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
