import ArrayMath
import FileFormats
import Foundation
import Ptychography
import Testing
import VirtualExperiment

/// Scans that never took place, and their files.
@Suite struct VirtualPtychographyTests {
  private static func virtual(_ axes: AxisConvention) throws -> VirtualPtychography {
    let geometry = ScanGeometry(
      wavelength: ScanGeometry.wavelength(ofPhotonEnergy: 9700 * 1.602_176_634e-19), distance: 9.47,
      pixelHeight: 880e-6, pixelWidth: 880e-6)
    let window = FrameShape(rows: 32, columns: 32)
    let probe = try FresnelZonePlate(orderSortingAperture: nil).probe(for: geometry, window: window, defocus: 0.5e-3)
    var generator = SeededGenerator(seed: 1)
    let positions = ScanPattern.jitteredRaster(rows: 4, columns: 5, step: 1e-7, jitter: 0.3).positions(
      using: &generator)
    var virtual = VirtualPtychography(
      phantom: ParticlePhantom.sphere(seed: 1).shrunk(by: 32),
      simulation: PtychographySimulation(
        geometry: geometry, window: window, probes: [probe], positions: positions, photons: 1e5),
      angles: [0, 1], seed: 1)
    virtual.axes = axes
    return virtual
  }

  @Test(arguments: AxisConvention.all) func theAxesOfTheFileLeadBackToTheObject(_ axes: AxisConvention) throws {
    let virtual = try Self.virtual(axes)
    let scan = try virtual.scan(1)
    for (read, isTrue) in zip(scan.positions.map(axes.applied), virtual.simulation.positions) {
      #expect(abs(read.y - isTrue.y) < 1e-18 && abs(read.x - isTrue.x) < 1e-18)
    }
    #expect(scan.angle == 1)
  }

  @Test func theFileReadsBackAsTheScan() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "virtual-\(UUID().uuidString).cxi").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let virtual = try Self.virtual(.asWritten)
    try virtual.write(0, to: path)
    let (read, made) = (try PtychographyFile.read(path), try virtual.scan(0))
    #expect(read.frames.count == 20 && read.frames.shape == made.frames.shape)
    for index in [0, 7, 19] { #expect(try read.frames.floats(frame: index) == made.frames.floats(frame: index)) }
    #expect(abs(read.geometry.wavelength / made.geometry.wavelength - 1) < 1e-12)
    #expect(read.geometry.distance == 9.47 && read.angle == 0)
    for (one, two) in zip(read.positions, made.positions) { #expect(abs(one.y - two.y) + abs(one.x - two.x) < 1e-15) }
    // Another angle shows another side; the same seed the same counts.
    #expect(try virtual.scan(0).frames.floats(frame: 3) == made.frames.floats(frame: 3))
    #expect(virtual.object(0) != virtual.object(1))
  }
}
