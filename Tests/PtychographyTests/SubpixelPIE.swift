import ArrayMath
import Foundation

@testable import Ptychography

/// ePIE written from its equations, with the probe moved by the fraction of each position.
struct SubpixelPIE: ReconstructionEngine {
  var settings: EngineSettings
  let propagator: WavePropagator

  mutating func pass(
    _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
  ) -> Double {
    let window = data.window
    let transform = FourierTransform2D(window)
    var misfit = 0.0
    var total = 0.0
    func moved(_ image: ComplexImage, _ down: Double, _ right: Double) -> ComplexImage {
      guard down != 0 || right != 0 else { return image }
      var image = image
      transform.forward(&image)
      func turns(_ n: Int, _ f: Double) -> [ComplexFloat] {
        (0..<n).map {
          let a = -2 * Double.pi * f * Double($0 < (n + 1) / 2 ? $0 : $0 - n) / Double(n)
          return ComplexFloat(Float(cos(a)), Float(sin(a)))
        }
      }
      let (v, u) = (turns(window.rows, down), turns(window.columns, right))
      for r in 0..<window.rows {
        for c in 0..<window.columns {
          image.pixels[r * window.columns + c] *= 1 / Float(window.count) * (v[r] * u[c])
        }
      }
      transform.backward(&image)
      return image
    }
    for index in (0..<data.count).shuffled(using: &generator) {
      let (top, left) = state.positions[index].rounded
      let (down, right) = (state.positions[index].row - Double(top), state.positions[index].column - Double(left))
      let old = state.object.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns)
      let probe = moved(state.probes[0], down, right)
      var exit = ComplexImage(zip(probe.pixels, old.pixels).map { $0 * $1 }, shape: window)
      let before = exit
      let pattern = data.pattern(index).pixels
      exit.pixels.withUnsafeMutableBufferPointer { field in
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
      let probePeak = probe.pixels.lazy.map(\.squaredModulus).max() ?? 1
      let objectPeak = old.pixels.lazy.map(\.squaredModulus).max() ?? 1
      var change = ComplexImage(repeating: .zero, shape: window)
      let alpha = Float(settings.objectStep) / probePeak
      let beta = pass < settings.probeStart ? 0 : Float(settings.probeStep) / objectPeak
      for i in 0..<window.count {
        let chi = exit.pixels[i] - before.pixels[i]
        let place = (top + i / window.columns) * state.object.columns + left + i % window.columns
        state.object.pixels[place] += alpha * (probe.pixels[i].conjugate * chi)
        change.pixels[i] = beta * (old.pixels[i].conjugate * chi)
      }
      change = moved(change, -down, -right)
      for i in 0..<window.count { state.probes[0].pixels[i] += change.pixels[i] }
    }
    return total > 0 ? misfit / total : 0
  }
}
