import Foundation
import Pipeline
import Ptychography

/// How large a measurement is, and what its reconstruction costs.
struct ScanExtent {
  var projections: Int
  /// Patterns of a projection.
  var patterns: Int
  /// Pixels of a pattern that are used.
  var window: Double

  /// CPU seconds of one update of a pattern of 512 x 512 pixels, by engine.
  private static func update(_ engine: EngineChoice) -> Double {
    switch engine {
    case .ePIE, .rPIE: 1.8e-3
    case .mPIE: 2.2e-3
    case .differenceMap, .raar: 5e-3
    case .maximumLikelihood: 5e-3
    }
  }

  func estimate(_ parameters: PtychographyStage.Parameters) -> ResourceEstimate {
    let reconstruction = parameters.reconstruction
    let relative = window * max(log2(window), 1) / (512 * 512 * 18)
    let modes = Double(reconstruction.modes)
    let factor = parameters.phase.halves == .none ? 1.0 : parameters.phase.halves == .counts ? 3 : 2
    var perPattern = reconstruction.plannedSteps.reduce(0) {
      $0 + Double($1.iterations) * Self.update($1.engine) * relative * modes
    }
    if reconstruction.positions != .none { perPattern *= 1.5 }
    var seconds = perPattern * Double(patterns) * Double(projections) * factor
    if reconstruction.warmStart != .none, let warm = reconstruction.warmIterations {
      let share = Double(warm) / Double(max(reconstruction.passes, 1))
      seconds *= (1 + share * Double(projections - 1)) / Double(max(projections, 1))
    }
    if parameters.preparation.axes == .auto {
      seconds +=
        perPattern / Double(max(reconstruction.passes, 1)) * Double(patterns * 8 * parameters.preparation.axesPasses)
    }
    // The object reaches half a window beyond the scan on each side; a scan is about a window wide.
    let object = 4 * window
    let keepsWaves = reconstruction.plannedSteps.contains { $0.engine == .differenceMap || $0.engine == .raar }
    let perPixel = keepsWaves ? 2 + 8 * modes : 2.0
    let working = window * Double(patterns) * perPixel * (factor > 1 ? 2 : 1) + object * 60 + window * modes * 40
    let kept = window * 1.5 * 16 + window * modes * 8
    return ResourceEstimate(
      seconds: 0.5 + seconds, memory: 7.5e7 + working + 3 * kept * Double(projections),
      disk: 1e6 + 2 * kept * Double(projections))
  }
}
