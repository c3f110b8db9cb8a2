import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction

enum DiffractionSamples {
  static func record(monitor: [Double]?) -> AzimuthalIntegrationFile.Record {
    AzimuthalIntegrationFile.Record(
      title: "LaB6", instrumentName: "beamline", sourceName: "laboratory", solidAngleApplied: true,
      polarisationApplied: false, normalisationApplied: true, monitorApplied: false, monitor: monitor,
      program: "operando", programVersion: "1", date: "2026-11-24T12:00:00Z", reference: "none",
      note: "azimuth 0 along axis 2", parameters: ["bins": NeXusDataset([4])])
  }

  static func series(_ axis: PatternAxis) throws -> PowderPatternSeries {
    let unit = axis == .twoTheta ? 0.1 : 1e10
    return try PowderPatternSeries(
      axis: axis, positions: [1, 2, 3, 4].map { $0 * unit }, edges: [0.5, 1.5, 2.5, 3.5, 4.5].map { $0 * unit },
      frameCount: 2, intensities: (0..<8).map(Double.init), sigmas: (0..<8).map { Double($0) / 10 },
      neighbourCovariances: [1, 2, 3, 4, 5, 6], pixelCounts: [10, 20, 30, 40], wavelength: 6.525484e-11)
  }

  static func cake() throws -> PowderPatternSeries {
    try PowderPatternSeries(
      axis: .twoTheta, positions: [0.1, 0.2], azimuths: [-2, 0, 2], azimuthEdges: [-3, -1, 1, 3], frameCount: 2,
      intensities: (0..<12).map(Double.init), sigmas: (0..<12).map(Double.init), pixelCounts: [1, 2, 3, 4, 5, 6],
      wavelength: 1e-10)
  }

  static func pattern() throws -> PowderPattern {
    try PowderPattern(
      axis: .twoTheta, positions: (1...50).map { Double($0) * 0.01 }, intensities: (1...50).map { Double($0) * 1.7 },
      sigmas: (1...50).map { Double($0).squareRoot() }, wavelength: 6.525484e-11)
  }

  static let chi =
    "image.tif\n2-Theta Angle (Degrees)\nIntensity\n       3\n 5.75E-03  0.0E+00\n 1.725E-02  1.5\n 2.9E-02  2\n"
}
