import ArrayMath
import FileFormats
import Foundation
public import Pipeline
import Ptychography
public import Quantities

/// A ptychographic measurement: the scans of its projections, what their files do not state, and how they become phase
/// images.
public struct PtychographySettings: ExperimentDecodable {
  @Setting(
    "name of this measurement; its answers are called NAME.ptychography.pixel and so on", default: "ptychography")
  public var name: String
  @Setting(
    "scans, a file a projection: NXcxi_ptycho, CXI, Diamond NeXus, ptychodus product, or a YAML beside a frame stack; a folder, or a name with *, stands for its files in the order of their names",
    default: [], example: "raw/projection-*.cxi")
  public var scans: [FilePath]
  @Setting("angle of each projection, where the files do not state it", default: [], example: "[0 deg, 0.3 deg]")
  public var angles: [Angle]
  @Setting(
    "photon energy, instead of the one that the files state",
    in: Energy(0.01, .kiloelectronVolt)...Energy(200, .kiloelectronVolt),
    example: "9.7 keV")
  public var energy: Energy?
  @Setting(
    "distance from sample to detector, instead of the one that the files state",
    in: Length(si: 1e-6)...Length(si: 1000),
    example: "9.47 m")
  public var distance: Length?
  @Setting(
    "edge of a detector pixel, instead of the one that the files state", in: Length(si: 1e-9)...Length(si: 0.1),
    example: "55 um")
  public var pixel: Length?
  @Setting("how the wave travels to the detector: far-field or near-field", default: .farField)
  public var propagation: PropagationChoice
  @Setting(
    "near field: from the focus to the sample, downstream positive; left out, the beam is parallel",
    in: Length(si: -100)...Length(si: 100), example: "20 mm")
  public var focusDistance: Length?
  @Setting("image of pixels not to be used, beside the mask that the files hold", example: "mask.npy")
  public var mask: FilePath?
  @Setting("whether pixels of the masks that are not 0 are the good ones", default: false)
  public var maskMarksGood: Bool
  @Setting("the detector, in files with several", example: "excalibur")
  public var detector: String?
  @Setting("patterns that go with a product of ptychodus, FILE.h5::/path", default: [], example: "patterns.h5::/dp")
  public var patterns: [FilePath]
  @Setting("file of a scan or a reconstruction whose probe is taken for `probe: file`", example: "probe.h5")
  public var probeFile: FilePath?
  @Section("which pixels of the patterns count, and how positions lie on them")
  public var preparation: ScanPreparationParameters
  @Section("the optics in front of the sample, for a probe of `zone-plate`")
  public var optics: ZonePlateParameters?
  @Section("how object and probe are reconstructed")
  public var reconstruction: ReconstructionParameters
  @Section("what is made of the reconstructed object")
  public var phase: PhaseParameters
  @Section("what `operando simulate` makes of this measurement; an analysis reads none of it")
  public var simulation: SimulatedPtychographySettings?

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if let wrong = problem(ofMeasurementName: name, example: "particle-1") { found.append(wrong) }
    if scans.isEmpty, simulation == nil {
      found.append(
        SettingProblem(
          at: "", "there is nothing to work on", detail: "give `scans`, such as [raw/projection-*.cxi]"))
    }
    if propagation == .farField, focusDistance != nil {
      found.append(
        SettingProblem(
          at: "focus_distance", "the far field does not depend on the focus",
          detail: "leave it out, or write `propagation: near-field`"))
    }
    if let energy, let distance, let pixel, let window = preparation.window, propagation == .farField {
      found += geometryProblems(energy: energy, distance: distance, pixel: pixel, window: window)
    }
    return found + parameters.validate()
  }

  /// A geometry that cannot be meant: an object pixel below the wavelength, or a detector beyond the forward direction.
  private func geometryProblems(
    energy: Energy, distance: Length, pixel: Length, window: [Int]
  ) -> [SettingProblem] {
    let geometry = ScanGeometry(
      wavelength: ScanGeometry.wavelength(ofPhotonEnergy: energy.si), distance: distance.si, pixelHeight: pixel.si,
      pixelWidth: pixel.si)
    let largest = Double(window.max() ?? 1)
    let resolution = geometry.wavelength * distance.si / (largest * pixel.si)
    guard resolution < geometry.wavelength else { return [] }
    return [
      SettingProblem(
        at: "distance", "the geometry is impossible",
        detail: String(
          format:
            "%@ from the sample a detector of %.4g mm would see pixels of %.3g nm, below the wavelength of %.3g nm",
          "\(distance)", largest * pixel.si * 1e3, resolution * 1e9, geometry.wavelength * 1e9))
    ]
  }

  /// Everything that is wrong with the settings, those of their sections included.
  public var problems: [SettingProblem] {
    validate() + preparation.validate() + reconstruction.validate() + (optics?.validate() ?? [])
  }

  /// Looks whether the first scan can be read, before anything long begins.
  ///
  /// - Throws: the readers' errors, and `StageDocumentError` where neither settings nor file state the geometry.
  public func requireReadable() throws {
    guard let first = try ScanInput.files(scans).first else { return }
    _ = try ScanInput.open(first, self, angle: nil)
  }

  /// What the stage works by.
  public var parameters: PtychographyStage.Parameters {
    var parameters = PtychographyStage.Parameters()
    parameters.preparation = preparation
    parameters.optics = optics
    parameters.reconstruction = reconstruction
    parameters.phase = phase
    return parameters
  }

  /// The name of the stage.
  var stageName: String { "\(PtychographyStage.name)-\(name)" }

  /// Every file that is read, with the setting that names it.
  var files: [(key: String, path: FilePath)] {
    scans.enumerated().map { ("scans[\($0.offset)]", $0.element) }
      + [("mask", mask), ("probe_file", probeFile)].compactMap { key, path in path.map { (key, $0) } }
      + patterns.enumerated().map { ("patterns[\($0.offset)]", $0.element) }
  }

  /// The stages of this measurement.
  ///
  /// - Parameter preview: is shown what is known of a projection after each pass.
  func plannedStages(
    after count: Int, preview: (@Sendable (_ preview: () -> PtychographyPreview) -> Void)? = nil
  ) -> [PlannedStage] {
    guard !scans.isEmpty else { return [] }
    let settings = self
    // Files that cannot be listed are told when the stage is keyed.
    let paths = (try? ScanInput.files(scans)) ?? scans.map(\.path)
    let extra =
      paths.flatMap(ScanInput.companions)
      + ([mask, probeFile].compactMap(\.self) + patterns).map { DiffractionInput.plainPath($0.path) }
    var stage = PtychographyStage.planned(
      instance: name, parameters, canonical: geometryText, inputFiles: paths + extra, sequenceIndex: count + 1
    ) { _ in
      var input = try settings.input()
      input.preview = preview
      return input
    }
    stage.estimate = { settings.estimate() }
    return [stage]
  }

  /// Opens the scans for a run.
  ///
  /// - Throws: `StageDocumentError` where there are more or fewer angles than scans.
  public func input() throws -> PtychographyStage.Input {
    let paths = try ScanInput.files(scans)
    guard angles.isEmpty || angles.count == paths.count else {
      throw StageDocumentError(
        path: stageName, problem: "\(paths.count) scans and \(angles.count) `angles`; expected one a scan, or none")
    }
    let settings = self
    var input = PtychographyStage.Input(
      scans: paths.enumerated().map { index, path in
        PtychographyStage.ScanSource(name: URL(filePath: path).lastPathComponent) {
          try ScanInput.open(path, settings, angle: settings.angles.isEmpty ? nil : settings.angles[index].si)
        }
      })
    input.name = name
    return input
  }

  /// CPU seconds, memory and disk, from the first scan as it lies there.
  public func estimate() -> ResourceEstimate {
    guard let paths = try? ScanInput.files(scans), let first = paths.first,
      let scan = try? ScanInput.open(first, self, angle: nil)
    else { return ScanExtent(projections: max(scans.count, 1), patterns: 256, window: 512 * 512).estimate(parameters) }
    let shape = scan.frames.shape
    let window = preparation.window.map { Double($0[0] * $0[1]) } ?? Double(shape.count)
    return ScanExtent(projections: paths.count, patterns: scan.frames.count, window: window).estimate(parameters)
  }

  /// What changes the numbers beside the parameters and the content of the files.
  private var geometryText: String {
    """
    angles = \(angles.map { $0.canonical ?? "" })
    energy = \(energy?.canonical ?? "none")
    distance = \(distance?.canonical ?? "none")
    pixel = \(pixel?.canonical ?? "none")
    propagation = \(propagation.rawValue)
    focus_distance = \(focusDistance?.canonical ?? "none")
    mask = \(mask == nil ? "none" : "given, \(maskMarksGood ? "good" : "bad")")
    detector = \(detector ?? "none")
    patterns = \(patterns.count)
    probe_file = \(probeFile == nil ? "none" : "given")

    """
  }

  /// The conventions in force.
  var conventions: [Convention] {
    [
      Convention(subject: "phase of \(name)", choice: "n = 1 − δ + iβ: matter is negative"),
      Convention(subject: "defocus of \(name)", choice: "positive where the sample is downstream of the focus"),
      Convention(
        subject: "axes of \(name)",
        choice: preparation.axes.convention.map { "\($0), as stated" }
          ?? "the eight choices tested on the first scan; the one that the patterns support"),
    ]
  }
}

/// How the wave travels to the detector.
public enum PropagationChoice: String, SettingChoice {
  case farField = "far-field"
  case nearField = "near-field"

  var technique: Propagation { self == .farField ? .farField : .nearField }
}
