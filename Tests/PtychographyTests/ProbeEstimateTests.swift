import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct ProbeEstimateTests {
  private static func experiment() -> ParticleExperiment {
    var experiment = ParticleExperiment.reduced(by: 4, positions: 8)
    experiment.window = FrameShape(rows: 96, columns: 96)
    experiment.defocus = 1.5e-3
    return experiment
  }

  private static func scan() throws -> (SimulatedScan, PreparedScan) {
    let experiment = experiment()
    let scan = try experiment.run(angle: 0, simulation: try experiment.simulation(seed: 1), seed: 1)
    return (scan, try ScanPreparation().prepare(scan.scan()))
  }

  @Test func theSweepFindsTheSideAndSizeOfTheDefocus() throws {
    let (scan, prepared) = try Self.scan()
    let estimate = try ProbeEstimate.farFieldSweep(
      prepared.data, layout: prepared.layout, photons: prepared.photons, threads: 2)
    let defocus = try #require(estimate.defocus)
    // The side is that of the optics; the size is a start.
    #expect(defocus > 1.5e-3 / 1.5 && defocus < 1.5e-3 * 2, "\(defocus)")
    #expect(abs(estimate.probe.power / prepared.photons - 1) < 1e-3)
    let extent = ProbeExtent(of: [estimate.probe])
    #expect(abs(extent.centre.row - 48) < 1 && abs(extent.centre.column - 48) < 1)
    // From here the engine comes as far as from the true probe.
    func error(from probe: ComplexImage) -> Double {
      ScanSubset(prepared.data, positions: prepared.layout.positions).error(from: probe, passes: 30)
    }
    let reached = error(from: estimate.probe)
    let best = error(from: scan.probes[0].scaled(toPhotons: prepared.photons))
    #expect(reached < 1.2 * best, "\(reached) \(best)")
    let again = try ProbeEstimate.farFieldSweep(
      prepared.data, layout: prepared.layout, photons: prepared.photons, threads: 1)
    #expect(again.probe == estimate.probe)
  }

  @Test func anEmptyBeamsPatternGivesBackTheProbe() throws {
    var simulation = try Self.experiment().simulation(seed: 1)
    simulation.isNoisy = false
    simulation.photons = 1e8
    simulation.positions = Array(simulation.positions.prefix(4))
    let empty = ComplexImage(repeating: ComplexFloat(1), shape: simulation.objectShape())
    let scan = try simulation.run(object: empty, seed: 1)
    let estimate = try ProbeEstimate.farField(scan.data, defocus: 1.5e-3, photons: 1e8)
    // The pupil is real up to the defocus and the curvature of the focal plane.
    var overlap = (real: 0.0, imaginary: 0.0)
    for (a, b) in zip(estimate.probe.pixels, scan.probes[0].pixels) {
      let product = a.conjugate * b
      overlap.real += Double(product.real)
      overlap.imaginary += Double(product.imaginary)
    }
    #expect(hypot(overlap.real, overlap.imaginary) / 1e8 > 0.98)
  }

  @Test func theNearFieldIsCarriedBack() throws {
    let window = FrameShape(rows: 64, columns: 64)
    let geometry = ScanGeometry(
      wavelength: 1e-10, distance: 0.5, pixelHeight: 1e-6, pixelWidth: 1e-6, propagation: .nearField)
    // A flat phase at the detector comes back as it was there: an illumination known at the detector.
    var probe = ComplexImage(
      (0..<window.count).map { i in
        let square = pow(Double(i / 64) - 32, 2) + pow(Double(i % 64) - 30, 2)
        return ComplexFloat(Float(40 * exp(-square / 200)))
      }, shape: window)
    let pattern = probe.map { UInt32($0.squaredModulus.rounded()) }
    let data = DiffractionData(
      .wide(Array((0..<4).flatMap { _ in pattern.pixels })), window: window, count: 4, geometry: geometry)
    probe.pixels.withUnsafeMutableBufferPointer { WavePropagator(geometry: geometry, window: window).toSample($0) }
    let estimate = try ProbeEstimate.nearField(data, photons: probe.power)
    let difference = zip(estimate.probe.pixels, probe.pixels).reduce(0) { $0 + Double(($1.0 - $1.1).squaredModulus) }
    #expect((difference / probe.power).squareRoot() < 0.02)
    #expect(estimate.defocus == nil)
  }

  @Test func resamplingFollowsTheFunction() throws {
    func gaussian(_ window: FrameShape, _ pixel: Double) -> ComplexImage {
      ComplexImage(
        (0..<window.count).map { i in
          let y = Double(i / window.columns - window.rows / 2) * pixel
          let x = Double(i % window.columns - window.columns / 2) * pixel
          let square = y * y + (x - 0.5) * (x - 0.5)
          return ComplexFloat(modulus: Float(exp(-square / 6)), phase: Float(0.3 * square))
        }, shape: window)
    }
    let coarse = gaussian(FrameShape(rows: 64, columns: 64), 0.5)
    let fine = coarse.resampled(from: (0.5, 0.5), to: (0.31, 0.37), window: FrameShape(rows: 72, columns: 60))
    let expected = ComplexImage(
      (0..<fine.shape.count).map { i in
        let y = Double(i / 60 - 36) * 0.31
        let x = Double(i % 60 - 30) * 0.37
        let square = y * y + (x - 0.5) * (x - 0.5)
        return ComplexFloat(modulus: Float(exp(-square / 6)), phase: Float(0.3 * square))
      }, shape: fine.shape
    ).scaled(toPhotons: coarse.power)
    let difference = zip(fine.pixels, expected.pixels).reduce(0) { $0 + Double(($1.0 - $1.1).squaredModulus) }
    #expect((difference / expected.power).squareRoot() < 1e-3)
    // To the same pixels nothing changes; back and forth over the same extent neither.
    let same = coarse.resampled(from: (0.5, 0.5), to: (0.5, 0.5), window: coarse.shape)
    #expect(zip(same.pixels, coarse.pixels).allSatisfy { ($0 - $1).modulus < 1e-4 })
  }

  @Test func aGivenProbeKeepsItsMixture() throws {
    let window = FrameShape(rows: 32, columns: 32)
    let first = ComplexImage(
      (0..<1024).map { i in
        let square = pow(Double(i / 32) - 16, 2) + pow(Double(i % 32) - 16, 2)
        return ComplexFloat(Float(exp(-square / 30)))
      }, shape: window
    ).scaled(toPhotons: 7)
    let second = ComplexImage(
      (0..<1024).map { Float($0 % 32 - 16) * first.pixels[$0] }, shape: window
    ).scaled(toPhotons: 3)
    let same = try ProbeEstimate.given(
      [first, second], pixel: nil, newPixel: (1, 1), window: window, photons: 1000)
    #expect(abs(same[0].power - 700) < 0.1 && abs(same[1].power - 300) < 0.1)
    let finer = try ProbeEstimate.given(
      [first, second], pixel: (1, 1), newPixel: (0.5, 0.5), window: FrameShape(rows: 48, columns: 48), photons: 1000)
    #expect(abs(finer[0].power - 700) < 1 && abs(finer[1].power - 300) < 1)
    #expect(abs(ProbeExtent(of: [finer[0]]).diameter / ProbeExtent(of: [first]).diameter - 2) < 0.02)
    func refused(_ probes: [ComplexImage], _ pixel: (height: Double, width: Double)?, _ side: Int = 32) {
      #expect(throws: PtychographyError.self) {
        try ProbeEstimate.given(
          probes, pixel: pixel, newPixel: (1, 1), window: FrameShape(rows: side, columns: side), photons: 1)
      }
    }
    refused([], nil)
    refused([first], nil, 64)
    refused([first], (0, 1))
    refused([first.map { _ in .zero }], nil)
    refused([first.map { _ in ComplexFloat(.nan) }], nil)
    refused([first, second.cropped(rows: 0..<8, columns: 0..<8)], nil)
  }

  @Test func darknessGivesNoProbe() {
    let window = FrameShape(rows: 8, columns: 8)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
    let dark = DiffractionData(
      .narrow([UInt16](repeating: 0, count: 256)), window: window, count: 4, geometry: geometry)
    #expect(throws: PtychographyError.self) { try ProbeEstimate.farField(dark, defocus: 1e-3, photons: 1) }
    #expect(throws: PtychographyError.self) { try ProbeEstimate.nearField(dark, photons: 1) }
    #expect(throws: PtychographyError.self) {
      try ProbeEstimate.farFieldSweep(
        dark, layout: ScanLayout([ScanPosition](repeating: .init(y: 0, x: 0), count: 4), pixel: (1, 1), window: window),
        photons: 1)
    }
  }
}
