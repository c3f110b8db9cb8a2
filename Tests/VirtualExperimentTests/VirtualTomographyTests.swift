import ArrayMath
import FileFormats
import Foundation
import Ptychography
import Testing
import Tomography
import VirtualExperiment

/// A tomography that never took place: its scans and what is true of it.
@Suite struct VirtualTomographyTests {
  @Test func everyAngleHoldsTheElectronsOfTheTruth() throws {
    var virtual = try VirtualTomography.reduced(angles: 3, seed: 1)
    virtual.particle.mount = nil
    #expect(abs(1e9 * virtual.pixel - 171.9) < 0.1)
    let scale = ContrastScale(wavelength: virtual.simulation.geometry.wavelength, voxel: virtual.pixel)
    for projection in 0..<3 {
      // The wave fades with its phase, by the ratio of absorption to refraction: the phase without unwrapping.
      let phase = virtual.object(projection).pixels.reduce(0.0) {
        $0 - Double(log($1.modulus)) / virtual.absorption
      }
      #expect(abs(scale.electrons * phase / virtual.truth.contrastElectrons - 1) < 1e-3)
    }
    #expect(virtual.truth.displacements.allSatisfy { abs($0.down) < 1e-6 && abs($0.right) < 1e-6 })
    #expect(virtual.object(0) != virtual.object(1))
  }

  @Test func theFileReadsBackAsTheScan() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "virtual-\(UUID().uuidString).cxi").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let virtual = try VirtualTomography.reduced(angles: 60, seed: 1)
    try virtual.write(7, to: path)
    let (read, made) = (try PtychographyFile.read(path), try virtual.scan(7))
    #expect(read.frames.count == 64 && read.frames.shape == FrameShape(rows: 128, columns: 128))
    #expect(try read.frames.floats(frame: 19) == made.frames.floats(frame: 19))
    #expect(read.angle.map { abs($0 - 7 * .pi / 60) < 1e-12 } ?? false)
  }
}
