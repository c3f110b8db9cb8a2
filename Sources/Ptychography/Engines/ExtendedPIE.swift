public import ArrayMath

/// The extended ptychographical iterative engine: one pattern after the other, in a new random order each pass.
///
/// With ψ = P O, Ψ its wave at the detector, and ψ' the wave back from √I Ψ/|Ψ| (Ψ itself where nothing was measured),
///
///     O ← O + α P* (ψ' − ψ) / max |P|²,   P ← P + β O* (ψ' − ψ) / max |O|²,
///
/// both with O and P before the update, and max |O|² over the window. A. M. Maiden and J. M. Rodenburg,
/// Ultramicroscopy 109 (2009) 1256. The regularised engine (rPIE) divides by (1 − a) |P|² + a max |P|² and by
/// (1 − b) |O|² + b max |O|² instead: A. Maiden, D. Johnson and P. Li, Optica 4 (2017) 736, whose a = b = 1 is ePIE.
///
/// Where ``EngineSettings`` and the scan allow (far field, one probe, whole pixels, no background, a window of a
/// convenient extent), an update takes two passes over memory; otherwise it follows the equations one by one.
public struct ExtendedPIE: ReconstructionEngine {
  private let settings: EngineSettings
  private let propagator: WavePropagator
  private var fused: FusedPIE?

  /// - Parameters:
  ///   - settings: `objectStep`, `probeStep` and `probeStart` are used, and the regularisations where the algorithm is
  ///     rPIE.
  ///   - propagator: for the patterns' window.
  public init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    self.propagator = propagator
  }

  public mutating func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    let order = (0..<data.count).shuffled(using: &generator)
    var steps = FusedPIE.Steps(
      object: settings.objectStep, probe: pass < settings.probeStart ? 0 : settings.probeStep)
    if settings.algorithm == .rPIE {
      steps.objectRegularisation = settings.objectRegularisation
      steps.probeRegularisation = settings.probeRegularisation
    }
    let sums: (misfit: Double, total: Double)
    if let fused = workspace(for: state, on: data) {
      sums = fused.update(&state, on: data, order: order, steps: steps)
    } else {
      sums = plainUpdate(&state, on: data, order: order, steps: steps)
    }
    return sums.total > 0 ? sums.misfit / sums.total : 0
  }

  private mutating func workspace(for state: Reconstruction, on data: DiffractionData) -> FusedPIE? {
    guard FusedPIE.applies(to: state, on: data, settings: settings) else { return nil }
    if fused?.window != data.window || fused?.objectShape != state.object.shape {
      fused = FusedPIE(window: data.window, objectShape: state.object.shape)
    }
    return fused
  }

  private func plainUpdate(
    _ state: inout Reconstruction, on data: DiffractionData, order: [Int], steps: FusedPIE.Steps
  ) -> (misfit: Double, total: Double) {
    let window = data.window
    let (a, b) = (Float(steps.objectRegularisation), Float(steps.probeRegularisation))
    var misfit = 0.0
    var total = 0.0
    var exit = [ComplexFloat](repeating: .zero, count: window.count)
    for index in order {
      let (top, left) = state.positions[index].rounded
      let old = state.object.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns).pixels
      let probe = state.probes[0].pixels
      for i in exit.indices { exit[i] = probe[i] * old[i] }
      let pattern = data.pattern(index).pixels
      exit.withUnsafeMutableBufferPointer { field in
        propagator.toDetector(field)
        for i in field.indices where !pattern[i].isNaN {
          let modulus = field[i].modulus
          let amplitude = pattern[i].squareRoot()
          misfit += Double((modulus - amplitude) * (modulus - amplitude))
          total += Double(pattern[i])
          field[i] = amplitude / max(modulus, 1e-12) * field[i]
        }
        propagator.toSample(field)
      }
      let probePeak = probe.lazy.map(\.squaredModulus).max() ?? 1
      let objectPeak = old.lazy.map(\.squaredModulus).max() ?? 1
      for row in 0..<window.rows {
        for column in 0..<window.columns {
          let i = row * window.columns + column
          let change = exit[i] - probe[i] * old[i]
          let overProbe = max((1 - a) * probe[i].squaredModulus + a * probePeak, .leastNormalMagnitude)
          let overObject = max((1 - b) * old[i].squaredModulus + b * objectPeak, .leastNormalMagnitude)
          state.object[top + row, left + column] += Float(steps.object) / overProbe * (probe[i].conjugate * change)
          state.probes[0].pixels[i] += Float(steps.probe) / overObject * (old[i].conjugate * change)
        }
      }
    }
    return (misfit, total)
  }
}
