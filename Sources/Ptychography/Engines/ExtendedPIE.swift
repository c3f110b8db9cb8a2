public import ArrayMath

/// The extended ptychographical iterative engine: one pattern after the other, in a new random order each pass.
///
/// With ψ = P O, Ψ its wave at the detector, and ψ' the wave back from √I Ψ/|Ψ| (Ψ itself where nothing was measured),
///
///     O ← O + α P* (ψ' − ψ) / max |P|²,   P ← P + β O* (ψ' − ψ) / max |O|²,
///
/// both with O and P before the update, and max |O|² over the window. A. M. Maiden and J. M. Rodenburg,
/// Ultramicroscopy 109 (2009) 1256.
public struct ExtendedPIE: ReconstructionEngine {
  private let settings: EngineSettings
  private let propagator: WavePropagator

  /// - Parameters:
  ///   - settings: `objectStep`, `probeStep` and `probeStart` are used.
  ///   - propagator: for the patterns' window.
  public init(_ settings: EngineSettings, propagator: WavePropagator) {
    self.settings = settings
    self.propagator = propagator
  }

  public mutating func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    let window = data.window
    let alpha = Float(settings.objectStep)
    let beta = pass < settings.probeStart ? 0 : Float(settings.probeStep)
    var misfit = 0.0
    var total = 0.0
    var exit = [ComplexFloat](repeating: .zero, count: window.count)
    for index in (0..<data.count).shuffled(using: &generator) {
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
          state.object[top + row, left + column] += alpha / probePeak * (probe[i].conjugate * change)
          state.probes[0].pixels[i] += beta / objectPeak * (old[i].conjugate * change)
        }
      }
    }
    return total > 0 ? misfit / total : 0
  }
}
