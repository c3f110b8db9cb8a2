import ArrayMath
import Foundation
import PowderDiffraction

/// Spots of the forward model's grains, from photons on a plate through the cake.
public enum ForwardSpots {
  private static let degree = Double.pi / 180

  /// A plate of 1200 x 1200 pixels at the seed's distance, wide enough for 003.
  static let detector: DetectorModel = {
    let grid = DetectorGrid(shape: FrameShape(rows: 1240, columns: 1240), pixelHeight: 31e-6, pixelWidth: 31e-6)
    let poni = PoniGeometry(distance: 131.67e-3, poni1: 620 * 31e-6, poni2: 620 * 31e-6)
    return DetectorModel(
      geometry: DetectorGeometry(poni: poni, grid: grid, wavelength: SeedInstrument.wavelength), pointSpread: 1.5)
  }()

  /// Frames of more grains than the seed's, so that each has spots enough to count.
  ///
  /// Spots that overlap, or hold fewer photons than a clear spot needs, are not counted either way.
  public static func score(seeds: ClosedRange<Int>, grains: Double = 1500, threads: Int = 1) throws
    -> SpotSimulation.Score
  {
    let line = PowderLines.nmc811()[0]
    var settings = IntegrationSettings(points: 80, range: 7.4 * degree...8.4 * degree, splitting: .full)
    settings.errorModel = .poisson()
    settings.emptyValue = .nan
    let integrator = try CakeIntegrator(detector.geometry, settings, azimuthalPoints: 1440, threads: threads)
    var scratch = IntegrationScratch()
    var score = SpotSimulation.Score()
    for seed in seeds {
      var spottiness = SeedInstrument.grains(seed: UInt64(seed))
      spottiness.grains = grains
      spottiness.strainSpread = 5e-4
      let phase = PowderPhase(
        "NMC811", lines: [line], scale: 400, profile: .gaussian(fwhm: 25e-3 * degree), spottiness: spottiness)
      let scene = PowderScene(
        beam: SeedInstrument.beam, phases: [phase], background: ScatteringBackground(flat: 5))
      let truth = try phase.spots(wavelength: SeedInstrument.wavelength)
      let expected = try detector.expectedPhotons(of: scene, threads: threads)
      let frame = try detector.frame(expected: expected, seed: UInt64(seed), threads: threads)
      let cake = try integrator.integrate(
        MemoryFrames(frame, shape: detector.imageShape), scratch: &scratch)
      let map = try PolarMap(
        twoTheta: cake.radii, azimuths: cake.azimuths, intensities: cake.intensity,
        sigmas: cake.sem.map { $0.map { $0.isNaN ? 0 : $0 } }, pixelCounts: cake.count)
      let band = RingBand("003", about: truth.first?.twoTheta ?? SpotSimulation.ring, halfWidth: 0.15 * degree)
      let finder = try SpotFinder(
        bands: [band], settings: SpotSettings(filter: (twoTheta: 25e-3 * degree, azimuth: 0.5 * degree)))
      add(truth, try finder.spots(in: map), to: &score)
    }
    return score
  }

  private static func add(
    _ truth: [DiffractionSpot], _ found: [DetectedSpot], to score: inout SpotSimulation.Score
  ) {
    score.maps += 1
    func near(_ a: DiffractionSpot, _ azimuth: Double) -> Bool {
      abs(remainder(azimuth - a.azimuth, 2 * .pi)) < 1.2 * degree
    }
    for (index, spot) in truth.enumerated() where spot.photons > 1500 {
      guard !truth.enumerated().contains(where: { $0.offset != index && near($0.element, spot.azimuth) }) else {
        continue
      }
      score.expected += 1
      let close = found.filter { near(spot, $0.azimuth) }
      guard let match = close.max(by: { $0.intensity < $1.intensity }) else { continue }
      score.found += 1
      score.twoTheta.add(match.twoTheta, sigma: match.twoThetaSigma, truth: spot.twoTheta)
      score.azimuth.add(
        spot.azimuth + remainder(match.azimuth - spot.azimuth, 2 * .pi), sigma: match.azimuthSigma,
        truth: spot.azimuth)
    }
    score.falseAlarms += found.filter { spot in !truth.contains { near($0, spot.azimuth) } }.count
  }
}
