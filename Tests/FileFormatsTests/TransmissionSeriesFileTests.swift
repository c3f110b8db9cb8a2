import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing
import Tomography

@Suite struct TransmissionSeriesFileTests {
  private func write(_ folder: FrameFolder, _ name: String, angle: Double?, pixel: Double = 1) throws {
    var result = PtychographySamples.reconstruction()
    result.angle = angle
    result.objectPixel.width *= pixel
    result.objectPixel.height *= pixel
    try result.write(to: folder.path(name))
  }

  @Test(arguments: ["h5", "cxi"]) func aFileAnAngle(_ ending: String) throws {
    try withFrameFolder { folder in
      for (index, angle) in [0, 0.5, 1].enumerated() { try write(folder, "p\(index).\(ending)", angle: angle) }
      let read = try TransmissionSeriesFile.read([folder.path("p*.\(ending)")])
      #expect(read.projections.map { ($0.angle * 1e9).rounded() / 1e9 } == [0, 0.5, 1])
      let sample = PtychographySamples.reconstruction()
      #expect(read.projections[1].object == sample.reconstruction.object && read.projections[1].name == "p1.\(ending)")
      #expect(abs(read.wavelength / sample.geometry.wavelength - 1) < 1e-9)
      #expect(abs(read.pixel.width / sample.objectPixel.width - 1) < 1e-9)
    }
  }

  @Test func theIlluminationIsTheSumOfTheProbes() throws {
    try withFrameFolder { folder in
      try write(folder, "a.cxi", angle: 0.5)
      let light = try #require(try TransmissionSeriesFile.read([folder.path("a.cxi")]).projections[0].illumination)
      // The slow twin: pixel by pixel over positions and modes.
      let sample = PtychographySamples.reconstruction().reconstruction
      var expected = ScalarImage(repeating: 0, shape: sample.object.shape)
      for position in sample.positions {
        for probe in sample.probes {
          for row in 0..<probe.rows {
            for column in 0..<probe.columns {
              let (y, x) = (row + Int(position.row.rounded()), column + Int(position.column.rounded()))
              guard (0..<expected.rows).contains(y), (0..<expected.columns).contains(x) else { continue }
              expected[y, x] += probe[row, column].squaredModulus
            }
          }
        }
      }
      let brightest = try #require(expected.pixels.max())
      #expect(zip(light.pixels, expected.pixels).allSatisfy { abs($0 - $1 / brightest) < 1e-6 })
      #expect(light.pixels.max() == 1 && light.pixels.min() == 0)
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    try withFrameFolder { folder in
      func refusal(_ options: ProjectionReadOptions = ProjectionReadOptions()) -> String {
        do {
          _ = try TransmissionSeriesFile.read([folder.path("p*.h5")], options: options)
          return ""
        } catch { return "\(error)" }
      }
      for index in 0..<2 { try write(folder, "p\(index).h5", angle: nil) }
      // Products of Ptychodus then state 0 for both.
      #expect(refusal().contains("state the same angle"))
      var options = ProjectionReadOptions()
      options.angles = [0, 90]
      #expect(refusal(options).contains("unit"))
      options.angleUnit = .degrees
      #expect(refusal(options).isEmpty)
      options.angles = [0]
      #expect(refusal(options).contains("holds 1 angles for 2 reconstructions"))
      try write(folder, "p1.h5", angle: 1, pixel: 1.01)
      #expect(refusal().contains("the projections of one sample have the same"))
    }
  }
}
