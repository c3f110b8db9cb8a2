import Crystallography
import Foundation
public import Pipeline
import PowderDiffraction
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
  @Setting("crystalline phase of the sample: NMC811, or a file such as phase.cif", default: FilePath("NMC811"))
  public var phase: FilePath
  @Section("a line scan over the sample, pass after pass")
  public var scan: LineScanSettings?
  @Section("peaks that are fitted to the patterns")
  public var peaks: DiffractionPeaksStage.Parameters?
  @Section("spots of spotty rings, found in the frames and followed along the passes of the scan")
  public var spots: DiffractionSpotsStage.Parameters?
  @Section("lattice parameters from the peaks or from the whole patterns")
  public var lattice: LatticeParametersStage.Parameters?
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
    if let wrong = problem(ofMeasurementName: name, example: "scan-2") { found.append(wrong) }
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
    let needsFrames = [("peaks", peaks != nil), ("lattice", lattice != nil)].filter(\.1).map(\.0)
    if spots != nil, frames.isEmpty {
      found.append(
        SettingProblem(at: "spots", "there is nothing to search", detail: "give `frames`, whose rings are searched"))
    }
    if let first = needsFrames.first, frames.isEmpty {
      found.append(
        SettingProblem(at: first, "there are no patterns to work on", detail: "give `frames`, which become patterns"))
    }
    if let lattice, lattice.method == .peaks, peaks == nil {
      found.append(
        SettingProblem(
          at: "lattice", "the lattice has no peaks to come from",
          detail: "give a section `peaks`, or `method: pawley`"))
    }
    if let sectors = integration.sectors, let first = needsFrames.first {
      found.append(
        SettingProblem(
          at: first, "cakes have no patterns over the whole azimuth",
          detail: "the integration makes \(sectors) sectors; leave out `integration.sectors`"))
    }
    if let peaks, lattice?.method == .peaks {
      let known = peaks.reflections.compactMap(SamplePhase.indices).map(\.description)
      for needed in ["003", "104"] where !known.contains(needed) {
        found.append(
          SettingProblem(
            at: "peaks.reflections", "\(needed) is not among the reflections, which a and c come from",
            detail: "expected 003 and 104 for `lattice`"))
      }
    }
    return found + responseProblems
  }

  /// The name of the stage that calibrates the detector.
  var calibrationStage: String { "\(DetectorCalibrationStage.name)-\(name)" }

  /// The name of the stage that makes patterns.
  var integrationStage: String { "\(AzimuthalIntegrationStage.name)-\(name)" }
  /// The name of the stage that fits peaks.
  var peaksStage: String { "\(DiffractionPeaksStage.name)-\(name)" }
  /// The name of the stage that finds lattice parameters.
  var latticeStage: String { "\(LatticeParametersStage.name)-\(name)" }

  /// The file of the sample's phase; nil for one known by its name.
  private var phaseFile: FilePath? { phase.text.lowercased().hasSuffix(".cif") ? phase : nil }

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
    if let file = phaseFile { files.append(("phase", file)) }
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
    if let peaks { stages.append(plannedPeaks(peaks, sequenceIndex: count + stages.count + 1)) }
    if let spots {
      stages.append(plannedSpots(spots, phaseFile: phaseFile, sequenceIndex: count + stages.count + 1))
    }
    if let lattice { stages.append(plannedLattice(lattice, sequenceIndex: count + stages.count + 1)) }
    return stages
  }

  /// Patterns at one position follow each other in time where there is a scan.
  private func plannedPeaks(_ peaks: DiffractionPeaksStage.Parameters, sequenceIndex: Int) -> PlannedStage {
    let (name, phase, scan, source) = (name, phase, scan, integrationStage)
    let phaseName = phaseFile?.path ?? phase.text
    return DiffractionPeaksStage.planned(
      instance: name, peaks, canonical: "phase = \(phase.text)\n" + (scan?.canonicalText() ?? ""),
      inputFiles: phaseFile.map { [$0.path] } ?? [], upstream: [source], sequenceIndex: sequenceIndex
    ) { upstream in
      let patterns = try StageDocument.value(PatternTable.self, from: upstream[source] ?? "")
      var input = DiffractionPeaksStage.Input(patterns: patterns, phase: try SamplePhase(named: phaseName))
      input.name = name
      if let scan {
        let scan = try scan.scan(
          times: patterns.times, exposure: patterns.exposure, count: patterns.series.frameCount)
        input.chains = (0..<scan.plan.stepCount).map { step in
          (0..<scan.passCount).compactMap { scan.frame(pass: $0, step: step)?.index }
        }.filter { !$0.isEmpty }
      }
      return input
    }
  }

  private func plannedLattice(_ lattice: LatticeParametersStage.Parameters, sequenceIndex: Int) -> PlannedStage {
    let (name, phase, scan) = (name, phase, scan)
    let isWhole = lattice.method != .peaks
    let source = isWhole ? integrationStage : peaksStage
    let phaseName = phaseFile?.path ?? phase.text
    return LatticeParametersStage.planned(
      instance: name, lattice, canonical: "phase = \(phase.text)\n" + (scan?.canonicalText() ?? ""),
      inputFiles: isWhole ? phaseFile.map { [$0.path] } ?? [] : [], upstream: [source], sequenceIndex: sequenceIndex
    ) { upstream in
      let path = upstream[source] ?? ""
      var input = LatticeParametersStage.Input(
        isWhole
          ? .patterns(
            try StageDocument.value(PatternTable.self, from: path), phase: try SamplePhase(named: phaseName))
          : .peaks(try StageDocument.value(PeakTable.self, from: path)))
      input.name = name
      input.scan = scan
      return input
    }
  }
}
