import Foundation
public import Pipeline
public import Quantities

/// A diffraction measurement: where its detector stands, its frames, and how they become patterns.
public struct DiffractionSettings: ExperimentDecodable {
  @Setting(
    "name of this measurement; its answers are called NAME.calibration.distance and so on", default: "diffraction")
  public var name: String
  @Section("calibration of the detector on images of a calibrant")
  public var calibration: DetectorCalibrationStage.Parameters?
  @Setting(
    "geometry of the detector, instead of a calibration: .poni, .fit2d, or a NeXus (DAWN) calibration",
    example: "detector.poni")
  public var geometry: FilePath?
  @Setting(
    "frames in the order of time: image or HDF5 files; FILE.h5::/path names a dataset", default: [],
    example: "scan.h5")
  public var frames: [FilePath]
  @Section("how frames become patterns")
  public var integration: AzimuthalIntegrationStage.Parameters
  @Section("a line scan over the sample, pass after pass")
  public var scan: LineScanSettings?
  @Section("how the lattice follows a charge: state of charge of every exposure, local state of charge, active mass")
  public var response: ChargeResponseStage.Parameters?
  @Setting(
    "height of the beam on the sample, full width at half maximum; left out, that of the scan",
    in: Length(si: 1e-9)...Length(si: 1), example: "2 mm")
  public var beamHeight: Length?
  @Setting(
    "width of the beam on the sample, full width at half maximum", in: Length(si: 1e-9)...Length(si: 1),
    example: "10.1 mm")
  public var beamWidth: Length?
  @Section("what stands around the sample, for the drawing of the setup")
  public var setup: DiffractionSetupSettings
  @Section("what `operando simulate` makes of this measurement; an analysis reads none of it")
  public var simulation: SimulatedDiffractionSettings?

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    let letters = name.utf8
    let isFit =
      (1...60).contains(letters.count) && letters.first != 45 && letters.last != 45
      && letters.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    if !isFit {
      found.append(
        SettingProblem(
          at: "name", "the name cannot be that of a stage",
          detail: "`\(name)`; expected at most 60 lower-case letters, digits and hyphens between them, such as scan-2"))
    }
    switch (calibration, geometry) {
    case (nil, nil):
      found.append(
        SettingProblem(
          at: "", "where the detector stands is not known",
          detail: "give `calibration`, or `geometry` as a file such as detector.poni")
      )
    case (.some, .some):
      found.append(
        SettingProblem(at: "geometry", "both a calibration and a geometry are given", detail: "keep one of them"))
    default: break
    }
    if calibration == nil && frames.isEmpty {
      found.append(
        SettingProblem(at: "frames", "there is nothing to do", detail: "give `frames`, or a `calibration`"))
    }
    return found + responseProblems
  }

  /// The name of the stage that calibrates the detector.
  var calibrationStage: String { "\(DetectorCalibrationStage.name)-\(name)" }

  /// Every file that is read, with the setting that names it.
  var files: [(key: String, path: FilePath)] {
    var files: [(key: String, path: FilePath)] = []
    if let calibration {
      for (index, frame) in calibration.frames.enumerated() {
        files.append(("calibration.frames[\(index)].file", frame.file))
      }
      files += [("calibration.start", calibration.start), ("calibration.mask", calibration.mask)]
        .compactMap { key, path in path.map { (key, $0) } }
    }
    if let geometry { files.append(("geometry", geometry)) }
    for (index, path) in frames.enumerated() { files.append(("frames[\(index)]", path)) }
    files += [
      ("integration.mask", integration.mask), ("integration.dark", integration.dark),
      ("integration.flat", integration.flat),
      ("response.curve", response?.curve),
    ].compactMap { key, path in path.map { (key, $0) } }
    return files
  }

  /// The stages of this measurement.
  func plannedStages(after count: Int) -> [PlannedStage] {
    var stages: [PlannedStage] = []
    let name = name
    if let calibration {
      stages.append(
        DetectorCalibrationStage.planned(
          instance: name, calibration, inputFiles: DiffractionInput.files(calibration), sequenceIndex: count + 1
        ) { _ in
          var input = try DiffractionInput.calibration(calibration)
          input.name = name
          return input
        })
    }
    guard !frames.isEmpty else { return stages }
    let (parameters, frames, geometry, calibrationStage) = (integration, frames, geometry, calibrationStage)
    stages.append(
      AzimuthalIntegrationStage.planned(
        instance: name, parameters,
        inputFiles: DiffractionInput.files(parameters, frames: frames) + (geometry.map { [$0.path] } ?? []),
        upstream: calibration == nil ? [] : [calibrationStage], sequenceIndex: count + stages.count + 1
      ) { upstream in
        let path = upstream[calibrationStage] ?? geometry?.path ?? ""
        var input = try DiffractionInput.integration(
          parameters, frames: frames, geometry: path,
          source: geometry.map { URL(filePath: $0.path).lastPathComponent } ?? "stage \(calibrationStage)")
        input.name = name
        return input
      })
    return stages
  }
}
