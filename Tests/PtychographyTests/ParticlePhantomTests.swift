import ArrayMath
import Foundation
import Ptychography
import Testing

@Suite struct ParticlePhantomTests {
  let shape = FrameShape(rows: 96, columns: 96)
  let pixel = (height: 2e-7, width: 2e-7)

  /// The path through a body by small steps along the beam.
  private func marched(_ phantom: ParticlePhantom, angle: Double, y: Double, x: Double) -> Double {
    let step = 1e-9
    return stride(from: -8e-6, to: 8e-6, by: step).reduce(0) { sum, along in
      let point = Ellipsoid.Vector(
        x: x * cos(angle) - along * sin(angle), y: y, z: x * sin(angle) + along * cos(angle))
      return sum + step * phantom.density(at: point)
    }
  }

  @Test func pathsEqualTheSumOfSmallSteps() {
    let phantom = ParticlePhantom.sphere(seed: 2)
    for angle in [0, 0.7, 2.1] {
      let thickness = phantom.thickness(angle: angle, shape: shape, pixel: pixel, samples: 1)
      for (row, column) in [(48, 48), (30, 60), (55, 25), (70, 50)] {
        let y = Double(row - 48) * pixel.height
        let x = Double(column - 48) * pixel.width
        let expected = marched(phantom, angle: angle, y: y, x: x)
        #expect(abs(Double(thickness[row, column]) - expected) < 2e-8, "\(row) \(column) \(angle)")
      }
    }
  }

  @Test func everyAngleHoldsTheSameVolume() {
    let phantom = ParticlePhantom.sphere(seed: 1)
    let volume = phantom.bodies.reduce(0) { $0 + $1.density * $1.volume }
    for angle in [0, 0.4, 1.5, 3] {
      let sum = phantom.thickness(angle: angle, shape: shape, pixel: pixel, samples: 3).pixels
        .reduce(0) { $0 + Double($1) }
      #expect(abs(sum * pixel.height * pixel.width / volume - 1) < 1e-3)
    }
  }

  @Test func thePhaseOfMatterIsNegativeAndItsSizeThatOfThePath() {
    let wavelength = 0.127_819e-9
    let sphere = ParticlePhantom.sphere(pores: 0, cracks: 0, grains: 0)
    let object = sphere.transmission(angle: 0, wavelength: wavelength, shape: shape, pixel: pixel)
    // 12.8 um of δ = 9.8e-6: 6.17 rad, wrapped once.
    let expected = -2 * Double.pi * 9.8e-6 * 12.8e-6 / wavelength + 2 * .pi
    #expect(abs(Double(object[48, 48].phase) - expected) < 0.005)
    #expect(abs(Double(object[48, 48].modulus) - exp(-2 * .pi * 6.2e-7 * 12.8e-6 / wavelength)) < 1e-3)
    #expect(object[0, 0] == ComplexFloat(1))
    let small = sphere.shrunk(by: 4).transmission(
      angle: 0, wavelength: wavelength, shape: shape, pixel: (pixel.height / 4, pixel.width / 4))
    #expect(abs(small[48, 48].phase - object[48, 48].phase) < 1e-4)
  }

  @Test func theDensityIsNeverNegative() {
    let phantom = ParticlePhantom.sphere(seed: 3)
    var generator = SeededGenerator(seed: 1)
    var holes = 0
    for _ in 0..<20_000 {
      let point = Ellipsoid.Vector(
        x: 12e-6 * (generator.uniform() - 0.5), y: 12e-6 * (generator.uniform() - 0.5),
        z: 12e-6 * (generator.uniform() - 0.5))
      let density = phantom.density(at: point)
      #expect(density > -0.25)
      if density < 0.3, point.x * point.x + point.y * point.y + point.z * point.z < 36e-12 { holes += 1 }
    }
    #expect(holes > 50)
  }
}
