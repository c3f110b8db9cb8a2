import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// A master pattern of smooth bands about the planes of a cell, quick to make.
func bandMaster(
  size: Int, reflectors: [Reflector], wavelength: Double = ElectronBeam.wavelength(kiloelectronvolts: 20),
  softness: Double = 0.006
) -> MasterPattern {
  let bands = reflectors.flatMap { family in
    family.poles.map { (pole: $0, half: wavelength / 2 / family.dSpacing, weight: family.amplitude) }
  }
  return MasterPattern(size: size) { direction in
    var sum = 0.0
    for band in bands {
      let s = abs((direction * band.pole).sum())
      sum += band.weight * 0.5 * (1 - tanh((s - band.half) / softness))
    }
    return Float(sum)
  }
}

extension SeededGenerator {
  mutating func rotation() -> Rotation {
    Rotation(w: normal(), x: normal(), y: normal(), z: normal())
  }

  mutating func direction() -> SIMD3<Double> {
    let v = SIMD3(normal(), normal(), normal())
    return v / (v * v).sum().squareRoot()
  }
}

/// A pattern with noise: unit standard deviation of the signal, 1/SNR of the noise.
func noisy(_ pattern: [Float], signalToNoise: Double, _ generator: inout SeededGenerator) -> [Float] {
  let mean = pattern.reduce(0.0) { $0 + Double($1) } / Double(pattern.count)
  let variance = pattern.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(pattern.count)
  let scale = 1 / variance.squareRoot()
  return pattern.map { Float((Double($0) - mean) * scale + generator.normal() / signalToNoise) }
}
