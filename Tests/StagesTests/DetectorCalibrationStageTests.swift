import ArrayMath
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Testing
import VirtualExperiment

@testable import Stages

/// The calibration of simulated measurements whose detector stands at a known place.
@Suite struct DetectorCalibrationStageTests {
  static func input(_ virtual: VirtualPlate) throws -> DetectorCalibrationStage.Input {
    let image = try virtual.calibrant(threads: 2)
    let lines = try Calibrant(named: "LaB6").lines(wavelength: virtual.wavelength, maximumTwoTheta: 0.6)
    return DetectorCalibrationStage.Input(
      frames: [
        CalibrationFrame(pixels: try image.floats(frame: 0), shape: image.shape, wavelength: virtual.wavelength)
      ], calibrantName: "LaB6", calibrantSource: "",
      rings: lines.map { CalibrationRing(dSpacing: $0.dSpacing, label: $0.label) }, pixelHeight: virtual.pixel,
      pixelWidth: virtual.pixel, start: .distance(virtual.statedDistance))
  }

  static func virtual(_ seed: UInt64) -> VirtualPlate {
    VirtualPlate(wavelength: SeedInstrument.wavelength, pixel: 124e-6, statedDistance: 131.67e-3, seed: seed)
  }

  /// Bias and coverage of every parameter. The lines of the forward model spread their power along the cone: left out of
  /// the fit, that pulls the distance by eight standard deviations here.
  @Test func theTruthLiesWhereTheUncertaintiesSay() throws {
    let count = 8
    var pulls = [[Double]](repeating: [], count: 5)
    for seed in 1...count {
      let virtual = Self.virtual(UInt64(seed))
      let parameters = DetectorCalibrationStage.Parameters()
      let value = try DetectorCalibrationStage.run(Self.input(virtual), parameters, RunContext(threads: 2)).value
      let (found, truth) = (value.geometry.poni, virtual.geometry.poni)
      let differences = [
        found.distance - truth.distance, found.poni1 - truth.poni1, found.poni2 - truth.poni2,
        found.rotation1 - truth.rotation1, found.rotation2 - truth.rotation2,
      ]
      for index in 0..<5 { pulls[index].append(differences[index] / value.covariance[index * 9].squareRoot()) }
    }
    for (index, values) in pulls.enumerated() {
      let name = DetectorCalibration.parameterNames[index]
      let mean = values.reduce(0, +) / Double(count)
      #expect(abs(mean) < 0.2 + 2.6 / Double(count).squareRoot(), "\(name): \(values)")
      // 99 % of binomial counts with p = 0.6827 and n = 8 lie in 2...8.
      #expect(values.count { abs($0) < 1 } >= 2, "\(name): \(values)")
    }
  }

  @Test func theValueIsReadBackEqual() throws {
    let input = try Self.input(Self.virtual(1))
    let results = try [1, 2].map {
      try DetectorCalibrationStage.run(input, DetectorCalibrationStage.Parameters(), RunContext(threads: $0))
    }
    #expect(results[0].value == results[1].value)
    // Curves break with NaN, which equals nothing.
    #expect("\(results[0].summary)" == "\(results[1].summary)")
    let path = FileManager.default.temporaryDirectory.appending(path: "calibration-\(UUID().uuidString).nxs").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try StageDocument.write(results[0], parameters: "", to: path)
    let back = try StageDocument.value(DetectorCalibration.self, from: path)
    #expect(back.geometry == results[0].value.geometry && back.covariance == results[0].value.covariance)
    #expect(try DetectorGeometryFile.read(path) == back.geometry)
    #expect(results[0].summary.tables.contains { $0.title.contains("Correlations") })
  }

  @Test func settingsThatContradictAreRefused() {
    var parameters = DetectorCalibrationStage.Parameters()
    #expect(parameters.validate().map(\.message) == ["there is no image of the calibrant"])
    parameters.frames = [DetectorCalibrationStage.FrameParameters()]
    parameters.refine = []
    #expect(parameters.validate().map(\.key) == ["refine"])
    parameters.refine = [.distance, .wavelength]
    #expect(parameters.validate().map(\.key) == ["refine"])
  }
}
