import ArrayMath
import Foundation
import PowderDiffraction
import Testing

/// What can be wrong with a scene or a detector, and what the error has to name.
private struct Mistake: Sendable, CustomTestStringConvertible {
  let names: String
  let make: @Sendable (inout DetectorModel, inout PowderScene) -> Void
  var testDescription: String { names }

  init(_ names: String, _ make: @escaping @Sendable (inout DetectorModel, inout PowderScene) -> Void) {
    self.names = names
    self.make = make
  }
}

private let spots = Spottiness(grains: 10, acceptance: 0.02, azimuthalWidth: 0.02, seed: 1)

private let mistakes: [Mistake] = [
  Mistake("gain") { detector, _ in detector.gain = 0 },
  Mistake("gain") { detector, _ in detector.gain = .nan },
  Mistake("read noise") { detector, _ in detector.readNoise = -1 },
  Mistake("offset") { detector, _ in detector.offset = .infinity },
  Mistake("point spread") { detector, _ in detector.pointSpread = -0.1 },
  Mistake("attenuation") { detector, _ in detector.sensorAttenuation = 0 },
  Mistake("samples per edge") { detector, _ in detector.samplesPerEdge = 0 },
  Mistake("samples per edge") { detector, _ in detector.samplesPerEdge = 99 },
  Mistake("response has 3 entries") { detector, _ in detector.response = [1, 1, 1] },
  Mistake("response of a pixel") { detector, _ in detector.response = .init(repeating: -1, count: 120) },
  Mistake("deadPixels lists pixel 120") { detector, _ in detector.deadPixels = [3, 120] },
  Mistake("hotPixels lists pixel -1") { detector, _ in detector.hotPixels = [-1] },
  Mistake("distance") { detector, _ in detector.geometry.poni.distance = 0 },
  Mistake("poni1") { detector, _ in detector.geometry.poni.poni1 = .nan },
  Mistake("rotation2") { detector, _ in detector.geometry.poni.rotation2 = .infinity },
  Mistake("number of pixels") { detector, _ in
    detector.geometry.grid = DetectorGrid(shape: FrameShape(rows: 0, columns: 5), pixelHeight: 1, pixelWidth: 1)
  },
  Mistake("wavelength of 1e-10") { _, scene in scene.beam.wavelength = 1.1e-10 },
  Mistake("wavelength is") { _, scene in scene.beam.wavelength = 0 },
  Mistake("polarisation") { _, scene in scene.beam.polarisation = 1.01 },
  Mistake("footprint height") { _, scene in scene.beam.footprintHeight = -1 },
  Mistake("scale of a") { _, scene in scene.phases[0].scale = -1 },
  Mistake("strain of a") { _, scene in scene.phases[0].strain = .nan },
  Mistake("distance from a displaced sample") { _, scene in scene.phases[0].displacement = 0.2 },
  Mistake("displacement of a") { _, scene in scene.phases[0].displacement = .nan },
  Mistake("d spacing of line 003") { _, scene in scene.phases[0].lines[0].dSpacing = 0 },
  Mistake("intensity of line 003") { _, scene in scene.phases[0].lines[0].intensity = -2 },
  Mistake("multiplicity of line 003") { _, scene in scene.phases[0].lines[0].multiplicity = 0 },
  Mistake("pole angles of line 003") { _, scene in scene.phases[0].lines[0].poleAngles = [] },
  Mistake("width of a ring") { _, scene in scene.phases[0].profile = .gaussian(fwhm: 0) },
  Mistake("Lorentzian share") { _, scene in scene.phases[0].profile = .constant(fwhm: 0.01, mixing: 1.5) },
  Mistake("squared Gaussian width") { _, scene in
    scene.phases[0].profile = .instrument(u: 0, v: -1e-4, w: 1e-6)
  },
  Mistake("less than a tenth of a pixel") { _, scene in scene.phases[0].profile = .gaussian(fwhm: 1e-6) },
  Mistake("amplitude of a texture") { _, scene in
    scene.phases[0].texture = .cosine(amplitude: 2, order: 2, phase: 0)
  },
  Mistake("order of a texture") { _, scene in scene.phases[0].texture = .cosine(amplitude: 1, order: 0, phase: 0) },
  Mistake("March-Dollase") { _, scene in
    scene.phases[0].texture = .marchDollase(ratio: 0, axis: SIMD3(1, 0, 0))
  },
  Mistake("texture axis") { _, scene in scene.phases[0].texture = .marchDollase(ratio: 1, axis: SIMD3(0, 0, 0)) },
  Mistake("number of grains") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.grains = 0
  },
  Mistake("number of spots of a on ring 003") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.grains = 1e12
  },
  Mistake("acceptance") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.acceptance = -1
  },
  Mistake("azimuthal width") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.azimuthalWidth = 2
  },
  Mistake("along the ring") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.grains = 1e5
    scene.phases[0].spottiness?.azimuthalWidth = 1e-6
  },
  Mistake("strain spread") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.strainSpread = 0.5
  },
  Mistake("sigma of the brightness") { _, scene in
    scene.phases[0].spottiness = spots
    scene.phases[0].spottiness?.brightness = .logNormal(sigma: -1)
  },
  Mistake("flat background") { _, scene in scene.background.flat = -1 },
  Mistake("isotropic background") { _, scene in scene.background.isotropic = .nan },
  Mistake("width of a hump") { _, scene in
    scene.background.humps = [AmorphousHump(twoTheta: 0.1, fwhm: 0, height: 1)]
  },
  Mistake("decay of air scatter") { _, scene in scene.background.air = AirScatter(height: 1, decay: 0) },
]

@Suite struct ForwardModelErrorTests {
  private let detector = DetectorModel(
    geometry: DetectorGeometry(
      poni: PoniGeometry(distance: 0.1, poni1: 0.005, poni2: 0.006),
      grid: DetectorGrid(shape: FrameShape(rows: 10, columns: 12), pixelHeight: 1e-3, pixelWidth: 1e-3),
      wavelength: 1e-10))
  private let scene = PowderScene(
    beam: IncidentBeam(wavelength: 1e-10, polarisation: 0.99),
    phases: [
      PowderPhase(
        "a", lines: [DiffractionLine("003", dSpacing: 20e-10, intensity: 1)], scale: 10, profile: .gaussian(fwhm: 0.01))
    ])

  @Test func nothingIsWrongToBeginWith() throws {
    #expect(try detector.expectedPhotons(of: scene).count == 120)
  }

  @Test(arguments: mistakes)
  private func isNamed(_ mistake: Mistake) throws {
    var detector = detector
    var scene = scene
    mistake.make(&detector, &scene)
    let error = #expect(throws: ForwardModelError.self) { try detector.expectedPhotons(of: scene) }
    let description = try #require(error).description
    #expect(description.contains(mistake.names), "\(description)")
  }

  @Test func anImageOfAnotherSizeIsRefused() {
    #expect(throws: ForwardModelError.count(name: "the expected image", found: 7, expected: 120)) {
      try detector.frame(expected: .init(repeating: 0, count: 7), seed: 1)
    }
  }

  @Test func aSeriesIsRefusedWhenItIsMade() {
    #expect(throws: ForwardModelError.self) { try SimulatedFrames(scene, detector: detector, count: -1, seed: 1) }
    var broken = detector
    broken.gain = -1
    #expect(throws: ForwardModelError.self) {
      try SimulatedFrames(detector: broken, count: 1, seed: 1) { _ in self.scene }
    }
  }

  @Test func aLineThatTheWavelengthDoesNotReachIsLeftOut() throws {
    var scene = scene
    scene.phases[0].lines = [DiffractionLine("far", dSpacing: 0.4e-10, intensity: 1)]
    #expect(try detector.expectedPhotons(of: scene).allSatisfy { $0 == 0 })
    scene.phases[0].spottiness = spots
    #expect(try detector.expectedPhotons(of: scene).allSatisfy { $0 == 0 })
  }

  @Test func aRingBesideThePlateIsLeftOut() throws {
    var scene = scene
    scene.phases[0].lines = [DiffractionLine("aside", twoTheta: 2.9, wavelength: 1e-10, intensity: 1)]
    #expect(try detector.expectedPhotons(of: scene).allSatisfy { $0 == 0 })
    scene.phases[0].spottiness = spots
    #expect(try detector.expectedPhotons(of: scene).allSatisfy { $0 == 0 })
  }
}
