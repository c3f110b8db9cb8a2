import ArrayMath
import Foundation

/// The grains of a slice of the particle across the scan that give spots: where each is, how bright, and how it differs
/// from the others. They stay the same while the lattice changes.
struct GrainSlab: Sendable {
  /// A grain that fulfils Bragg's law for one line.
  struct Grain: Sendable {
    let line: Int
    let azimuth: Double
    /// Relative deviation of its planes' distance, kept for ever.
    let strain: Double
    /// Relative to the mean.
    let brightness: Double
    /// r²/R² of its place.
    let squaredRadius: Double
    let lottery: Double
  }

  /// Middle of the slice along the scan, from the needle's end, in metres.
  let place: Double
  let thickness: Double
  /// y/R of the middle.
  let along: Double
  let grains: [Grain]

  /// - Parameters:
  ///   - lines: of the uncharged material; they set how many grains give a spot.
  ///   - spottiness: its number of grains is that in a beam of the height through the middle of the particle.
  ///   - item: the number of the slice.
  init(
    place: Double, thickness: Double, particle: ScannedParticle, lines: [DiffractionLine], wavelength: Double,
    spottiness: Spottiness, beamHeight: Double, item: Int
  ) {
    let chord = particle.chord(at: place)
    let along = (place - particle.centre) / particle.radius
    let share = thickness / beamHeight * chord / (2 * particle.radius)
    var grains: [Grain] = []
    for (index, line) in lines.enumerated() where line.intensity > 0 {
      guard let twoTheta = line.twoTheta(wavelength: wavelength) else { continue }
      var generator = SeededGenerator(seed: spottiness.seed, item: item * 1024 + index)
      let mean = share * spottiness.meanSpots(multiplicity: line.multiplicity, twoTheta: twoTheta)
      for _ in 0..<PoissonSampler.draw(mean: mean, &generator) {
        let depth = (2 * generator.uniform() - 1) * chord / (2 * particle.radius)
        grains.append(
          Grain(
            line: index, azimuth: .pi * (2 * generator.uniform() - 1),
            strain: spottiness.strainSpread * generator.normal(), brightness: spottiness.brightness.draw(&generator),
            squaredRadius: along * along + depth * depth, lottery: generator.uniform()))
      }
    }
    (self.place, self.thickness, self.along, self.grains) = (place, thickness, along, grains)
  }

  /// How much of a Gaussian beam falls on the slice.
  func share(of beam: Double, at centre: Double) -> Double {
    func below(_ x: Double) -> Double { erfc(-(x - centre) / (2.0.squareRoot() * beam)) / 2 }
    return below(place + thickness / 2) - below(place - thickness / 2)
  }
}
