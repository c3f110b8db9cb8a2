import ArrayMath
import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

/// The measured projections of shared/data/tomography.
@Suite struct TomographyMeasuredTests {
  @Test func phaseImagesOfACell() throws {
    guard let path = SharedData.path("tomography/hl60_qlsi/series.h5") else { return }
    let read = try ProjectionFile.read(path)
    #expect(read.frames.count == 140 && read.frames.shape == FrameShape(rows: 140, columns: 140))
    #expect(read.content == .negativePhase && read.pixel?.width == 1.39e-7 && read.wavelength == 6.47e-7)
    // The text beside it says radians.
    #expect(read.angles?.first == 1.828 && read.angleUnitIsStated)
    let totals = try (0..<140).map { try read.frames.floats(frame: $0).reduce(0.0) { $0 + Double($1) } }
    let mean = totals.reduce(0, +) / 140
    let deviation = (totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 140).squareRoot()
    #expect(abs(mean - 17_574) < 1 && abs(deviation / mean - 0.0047) < 0.0001)
    #expect(try ProjectionFile.description(ofHDF5: path)?.contains("series of qpimage") == true)
  }

  @Test func aToothInDXchange() throws {
    guard let path = SharedData.path("tomography/tooth/tooth.h5") else { return }
    let read = try ProjectionFile.read(path)
    #expect(read.frames.count == 181 && read.frames.shape == FrameShape(rows: 2, columns: 640))
    #expect(read.flats.count == 10 && read.darks.count == 10 && read.content == .intensity)
    let angles = try #require(read.angles)
    #expect(angles[0] == 0 && abs(angles[180] - 179.00552486 * .pi / 180) < 1e-9 && read.angleUnitIsStated)
  }

  @Test func aStackOfI12() throws {
    guard let path = SharedData.path("tomography/savu_i12/tiffs"),
      let angles = SharedData.path("tomography/savu_i12/angles.txt"),
      let flat = SharedData.path("tomography/savu_i12/flat_00001.tiff"),
      let dark = SharedData.path("tomography/savu_i12/dark_00001.tiff")
    else { return }
    // The list beside the folder has lines for flats and darks as well.
    let bare = try ProjectionFile.read(path)
    #expect(bare.angles == nil && bare.warnings.contains { $0.contains("111 angles for 91 projections") })
    var options = ProjectionReadOptions()
    options.anglesFile = angles
    options.angleLines = 11...101
    options.angleUnit = .degrees
    options.flats = [flat]
    options.darks = [dark]
    let read = try ProjectionFile.read(path, options: options)
    #expect(read.frames.count == 91 && read.frames.shape == FrameShape(rows: 135, columns: 160))
    #expect(read.frames.pixelType == .uint16 && read.flats.count == 1 && read.darks.count == 1)
    let turns = try #require(read.angles)
    #expect(
      turns.count == 91 && abs(turns[0] + 88.2 * .pi / 180) < 1e-12 && abs(turns[90] - 91.7999 * .pi / 180) < 1e-12)
    let transmission = try read.frames.floats(frame: 0).reduce(0, +) / read.flats[0].pixels.reduce(0, +)
    #expect(transmission > 0 && transmission < 1)
  }
}
