import ArrayMath
import Foundation
import PowderDiffraction
import Testing

private let degree = Double.pi / 180
private let wavelength = 0.65e-10
private let line = 12 * degree

private let geometry = DetectorGeometry(
  poni: PoniGeometry(distance: 0.06, poni1: 0.0203, poni2: 0.0187, rotation1: 0.04, rotation2: -0.06),
  grid: DetectorGrid(shape: FrameShape(rows: 400, columns: 420), pixelHeight: 100e-6, pixelWidth: 90e-6),
  wavelength: wavelength)

private func phase(
  _ spottiness: Spottiness?, texture: RingTexture? = nil, fwhm: Double = 0.2 * degree, multiplicity: Int = 6
) -> PowderPhase {
  PowderPhase(
    "spotty",
    lines: [
      DiffractionLine("a", twoTheta: line, wavelength: wavelength, intensity: 1, multiplicity: multiplicity)
    ], scale: 1e6, profile: .gaussian(fwhm: fwhm), texture: texture, spottiness: spottiness)
}

private func scene(_ phase: PowderPhase) -> PowderScene {
  PowderScene(beam: IncidentBeam(wavelength: wavelength, polarisation: 0.99), phases: [phase])
}

@Suite struct ForwardModelSpotTests {
  let spotty = Spottiness(grains: 100, acceptance: 1 * degree, azimuthalWidth: 0.8 * degree, seed: 1)

  @Test func theNumberOfSpotsIsPoissonAboutItsMean() throws {
    let mean = spotty.meanSpots(multiplicity: 6, twoTheta: line)
    #expect(abs(mean - 100 * 6 * degree / 2 * cos(line / 2)) < 1e-12)
    let counts = try (1...2000).map { seed in
      var spottiness = spotty
      spottiness.seed = UInt64(seed)
      return Double(try phase(spottiness).spots(wavelength: wavelength).count)
    }
    let average = counts.reduce(0, +) / 2000
    let variance = counts.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 1999
    #expect(abs(average - mean) < 4 * (mean / 2000).squareRoot())
    #expect(abs(variance - mean) < 4 * ((mean + 2 * mean * mean) / 2000).squareRoot())
  }

  @Test(arguments: [
    Spottiness.BrightnessLaw.equal, .exponential, .logNormal(sigma: 0.8),
  ])
  func theMeanOverGrainsIsTheBrightnessOfTheRing(law: Spottiness.BrightnessLaw) throws {
    var spottiness = spotty
    spottiness.grains = 1e6
    spottiness.brightness = law
    let spots = try phase(spottiness).spots(wavelength: wavelength)
    let total = spots.reduce(0) { $0 + $1.photons }
    let squares = spots.reduce(0) { $0 + $1.photons * $1.photons }
    #expect(abs(total - 1e6) < 4 * squares.squareRoot())
    // The mean square of the brightness: 1, 2 and exp(σ²).
    let expected =
      switch law {
      case .equal: 1.0
      case .exponential: 2.0
      case .logNormal(let sigma): exp(sigma * sigma)
      }
    let mean = total / Double(spots.count)
    #expect(abs(squares / Double(spots.count) / (mean * mean) / expected - 1) < 0.06)
  }

  @Test func oneSpotHoldsItsPhotons() throws {
    // A single spot by a mean far below one; the sum over the plate is its photons times the polarisation.
    var spottiness = spotty
    spottiness.grains = 1
    for seed in 1...400 {
      spottiness.seed = UInt64(seed)
      let spotty = phase(spottiness)
      let spots = try spotty.spots(wavelength: wavelength)
      guard spots.count == 1 else { continue }
      let image = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(spotty))
      let total = image.reduce(0.0) { $0 + Double($1) }
      let sigma = spots[0].azimuthalWidth / 2.354_82
      // The mean of cos 2χ over a Gaussian falls by exp(−2σ²).
      let square = pow(cos(line), 2)
      let factor = (1 + square - 0.99 * cos(2 * spots[0].azimuth) * exp(-2 * sigma * sigma) * (1 - square)) / 2
      #expect(abs(total / (spots[0].photons * factor) - 1) < 1e-5)
      // And it lies where it says.
      var row = 0.0
      var column = 0.0
      for (index, value) in image.enumerated() where value > 0 {
        row += (Double(index / 420) + 0.5) * Double(value) / total
        column += (Double(index % 420) + 0.5) * Double(value) / total
      }
      #expect(abs(geometry.twoTheta(row: row, column: column) - line) < 3e-5)
      #expect(abs(remainder(geometry.azimuth(row: row, column: column) - spots[0].azimuth, 2 * .pi)) < 2e-4)
    }
  }

  @Test func manyGrainsMakeTheSmoothRing() throws {
    let smooth = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(phase(nil)))
    var spottiness = spotty
    spottiness.grains = 20_000 / (6 * degree / 2)
    spottiness.azimuthalWidth = 1.5 * degree
    let image = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(phase(spottiness)), threads: 2)
    compare(image, smooth, spots: 20_000, width: 1.5 * degree)
  }

  @Test func strainSpreadWidensTheMeanRing() throws {
    var spottiness = spotty
    spottiness.grains = 20_000 / (6 * degree / 2)
    spottiness.azimuthalWidth = 1.5 * degree
    spottiness.strainSpread = 0.01
    let added = 2 * tan(line / 2) * 0.01 * 2.354_82
    let wide = (0.04 * degree * degree + added * added).squareRoot()
    let smooth = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(phase(nil, fwhm: wide)))
    let image = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(phase(spottiness)), threads: 2)
    compare(image, smooth, spots: 20_000, width: 1.5 * degree)
  }

  @Test func spotsFollowATexture() throws {
    let texture = RingTexture.cosine(amplitude: 0.8, order: 2, phase: 0.4)
    let smooth = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(phase(nil, texture: texture)))
    var spottiness = spotty
    spottiness.grains = 20_000 / (6 * degree / 2)
    let image = try DetectorModel(geometry: geometry).expectedPhotons(
      of: scene(phase(spottiness, texture: texture)), threads: 2)
    compare(image, smooth, spots: 20_000, width: 0.8 * degree)
  }

  /// Compares sums over blocks of 20 x 20 pixels; what differs is the number of spots in a block.
  private func compare(_ image: [Float], _ smooth: [Float], spots: Double, width: Double) {
    func blocks(_ image: [Float]) -> [Double] {
      var sums = [Double](repeating: 0, count: 400)
      for (index, value) in image.enumerated() {
        sums[index / 420 / 20 * 20 + min(index % 420 / 21, 19)] += Double(value)
      }
      return sums
    }
    let perSpot = 1e6 / spots
    var worst = 0.0
    for (found, expected) in zip(blocks(image), blocks(smooth)) where expected > 0.002 * 1e6 {
      // Exponential brightness: the variance of a sum of n spots is 2 n.
      worst = max(worst, abs(found - expected) / (2 * expected * perSpot).squareRoot())
    }
    #expect(worst < 4.2)
    let total = (image.reduce(0.0) { $0 + Double($1) }, smooth.reduce(0.0) { $0 + Double($1) })
    #expect(abs(total.0 / total.1 - 1) < 4 * (2 / spots).squareRoot())
  }

  @Test func seedsRepeatAndThreadsDoNotMatter() throws {
    let detector = DetectorModel(geometry: geometry, pointSpread: 1.5, sensorAttenuation: 1)
    let first = try detector.expectedPhotons(of: scene(phase(spotty)))
    #expect(try detector.expectedPhotons(of: scene(phase(spotty))) == first)
    #expect(try detector.expectedPhotons(of: scene(phase(spotty)), threads: 2) == first)
    var other = spotty
    other.seed = 2
    #expect(try detector.expectedPhotons(of: scene(phase(other))) != first)
  }

  @Test func aThirdOfThePositionsShowsThe003RingOfAParticle() throws {
    let found = try (1...1430).count { seed in
      let particle = PowderPhase(
        "NMC811", lines: [PowderLines.nmc811()[0]], scale: 1, profile: SeedInstrument.profile,
        spottiness: SeedInstrument.grains(seed: UInt64(seed)))
      return try !particle.spots(wavelength: SeedInstrument.wavelength).isEmpty
    }
    // The measured share is 53 of 143 positions; this is ten times as many.
    #expect(abs(Double(found) - 530) < 2.6 * (530.0 * 900 / 1430).squareRoot())
  }

  @Test func theSameGrainsAreSeenAtAnotherStrain() throws {
    let still = phase(spotty)
    var strained = still
    strained.strain = 2e-3
    let before = try still.spots(wavelength: wavelength)
    let after = try strained.spots(wavelength: wavelength)
    #expect(before.count == after.count && !before.isEmpty)
    for (one, other) in zip(before, after) {
      #expect(one.azimuth == other.azimuth)
      #expect(abs(other.twoTheta - one.twoTheta + 2 * tan(line / 2) * 2e-3) < 1e-6)
    }
  }
}
