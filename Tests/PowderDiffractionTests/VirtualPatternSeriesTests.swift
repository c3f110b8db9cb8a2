import ArrayMath
import Foundation
import Testing

@testable import PowderDiffraction

private let pixel = 124e-6
private let geometry = DetectorGeometry(
  poni: PoniGeometry(distance: 131.67e-3, poni1: 382 * pixel, poni2: 382 * pixel),
  grid: DetectorGrid(shape: FrameShape(rows: 764, columns: 764), pixelHeight: pixel, pixelWidth: pixel),
  wavelength: SeedInstrument.wavelength)

@Suite struct VirtualPatternSeriesTests {
  let edges = (0...800).map { (5 + 15 * Double($0) / 800) * Double.pi / 180 }
  let scene = PowderScene(
    beam: IncidentBeam(wavelength: SeedInstrument.wavelength, polarisation: 0.99),
    phases: [
      PowderPhase("NMC811", lines: PowderLines.nmc811(), scale: 2e4, profile: .constant(fwhm: 0.0014, mixing: 0.3))
    ],
    background: ScatteringBackground(
      flat: 2, humps: [AmorphousHump(twoTheta: 0.13, fwhm: 0.06, height: 5)], air: AirScatter(height: 20, decay: 0.05)))

  private func patterns() throws -> VirtualPatternSeries {
    try VirtualPatternSeries(edges: edges, geometry: geometry, wavelength: SeedInstrument.wavelength)
  }

  /// The pattern that azimuthal integration makes of the noiseless image of the same scene.
  @Test func theMeanIsThatOfAnIntegratedImage() throws {
    let image = try DetectorModel(geometry: geometry).expectedPhotons(of: scene)
    var settings = IntegrationSettings(
      points: 800, range: edges[0]...edges[800], splitting: .full, polarisation: BeamPolarisation(factor: 0.99))
    settings.correctsSolidAngle = true
    var scratch = IntegrationScratch()
    let frames = MemoryFrames(image, shape: FrameShape(rows: 764, columns: 764))
    let integrated = try AzimuthalIntegrator(geometry, settings).integrate(frames, scratch: &scratch)
    let series = try patterns()
    let expected = try series.expected(scene)
    // A ring of 5 bins, read with pixels of 3.6 bins: the areas of peaks and the background between them agree.
    func sum(_ values: [Double], _ degrees: ClosedRange<Double>) -> Double {
      zip(values, edges).reduce(0) { degrees.contains($1.1 * 180 / .pi) ? $0 + $1.0 : $0 }
    }
    for range in [5.5...7.0, 7.3...8.5, 9.0...14.0, 14.8...16.5, 17.6...19.2] {
      #expect(abs(sum(expected, range) / sum(integrated.intensity, range) - 1) < 5e-3, "\(range)")
    }
  }

  @Test func theNoiseIsPoisson() throws {
    let series = try patterns()
    let expected = try series.expected(scene)
    let scene = scene
    let count = 400
    let made = try series.series(frames: count, seed: 1, threads: 2) { _ in scene }
    #expect(made.frameCount == count && made.binCount == 800)
    var chi = 0.0
    var pulls = 0.0
    for frame in 0..<count {
      for bin in 0..<800 {
        let deviation = made.intensities[frame * 800 + bin] - expected[bin]
        let sigma = try #require(made.sigmas)[frame * 800 + bin]
        chi += deviation * deviation / (sigma * sigma)
        pulls += deviation / sigma
      }
    }
    let samples = Double(count * 800)
    #expect(abs(chi / samples - 1) < 0.02, "\(chi / samples)")
    #expect(abs(pulls / samples) < 0.05, "\(pulls / samples)")
    // The same numbers for any number of threads, others for another seed.
    #expect(try series.series(frames: 5, seed: 1) { _ in scene }.intensities == Array(made.intensities.prefix(4000)))
    #expect(try series.series(frames: 1, seed: 2) { _ in scene }.intensities != Array(made.intensities.prefix(800)))
  }

  @Test func aDisplacedPhaseAppearsWhereItsRingIs() throws {
    var displaced = scene
    displaced.background = ScatteringBackground()
    displaced.phases[0].lines = [scene.phases[0].lines[4]]
    displaced.phases[0].displacement = 1e-3
    let expected = try patterns().expected(displaced)
    let crest = try #require(expected.indices.max { expected[$0] < expected[$1] })
    let twoTheta = try #require(displaced.phases[0].lines[0].twoTheta(wavelength: SeedInstrument.wavelength))
    let apparent = atan((131.67e-3 - 1e-3) * tan(twoTheta) / 131.67e-3)
    #expect(abs((edges[crest] + edges[crest + 1]) / 2 - apparent) < edges[1] - edges[0])
    displaced.phases[0].displacement = 1
    let tooFar = displaced
    #expect(throws: ForwardModelError.self) { _ = try patterns().expected(tooFar) }
  }

  @Test func spotsHoldTheirPhotons() throws {
    let series = try patterns()
    let shape = try RingShape(fwhm: 0.0014, mixing: 0)
    let spot = DiffractionSpot(line: 0, twoTheta: 0.2, azimuth: 1, photons: 1000, shape: shape, azimuthalWidth: 0.01)
    let expected = try series.expected(PowderScene(beam: scene.beam, phases: [], spots: [spot, spot]))
    // Photons of a bin: intensity times its part of the sphere over the solid angle of a pixel.
    let pixelAngle = pow(pixel / 131.67e-3, 2)
    var sum = 0.0
    for bin in expected.indices {
      sum += expected[bin] * 2 * .pi * (cos(edges[bin]) - cos(edges[bin + 1])) / pixelAngle
    }
    #expect(abs(sum / 2000 - 1) < 1e-9)
  }

  @Test func pixelsAreCounted() throws {
    let series = try patterns()
    let total = series.pixelCounts.reduce(0, +)
    // Rings beyond 19.8 degrees reach over the plate's edges.
    func area(_ lower: Double, _ upper: Double) -> Double {
      .pi * (pow(tan(upper), 2) - pow(tan(lower), 2)) * pow(131.67e-3 / pixel, 2)
    }
    let whole = area(edges[0], edges[800])
    #expect(total < whole && total > 0.97 * whole)
    for index in [10, 300, 600] {
      let counted = series.pixelCounts[index..<index + 40].reduce(0, +)
      #expect(abs(counted / area(edges[index], edges[index + 40]) - 1) < 0.01)
    }
  }

  @Test func badBinsAreRefused() {
    #expect(throws: ForwardModelError.self) {
      try VirtualPatternSeries(edges: [0.1], geometry: geometry, wavelength: 1e-10)
    }
    #expect(throws: ForwardModelError.self) {
      try VirtualPatternSeries(edges: [0.1, 0.1], geometry: geometry, wavelength: 1e-10)
    }
    #expect(throws: ForwardModelError.self) {
      try VirtualPatternSeries(edges: [0.1, 0.2], geometry: geometry, wavelength: 0)
    }
  }
}
