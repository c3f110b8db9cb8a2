import Electrochemistry
import FileFormats
import Foundation
import ParticleMechanics
public import Pipeline
import Quantities

/// An experiment file that was read and checked: typed settings, the stages they ask for, and what to say about them.
public struct Experiment: Sendable {
  /// The path as it was given.
  public let path: String
  /// The file, byte for byte.
  public let bytes: [UInt8]
  public let settings: ExperimentSettings

  public var title: String { settings.title }
  /// The experiment with every default filled in, as a file that gives the same run.
  public var resolvedText: String { settings.resolvedYAML() }

  /// The JSON schema of the experiment file.
  public static var schema: String { ExperimentSettings.jsonSchema(title: "Operando experiment") }
  /// Every setting with its unit, default, range and help, as text.
  public static var settingsHelp: String {
    ExperimentSettings.settingsHelp().map(\.description).joined(separator: "\n")
  }

  /// Reads and checks an experiment file.
  ///
  /// - Parameter requiringFiles: whether the files it names must exist.
  /// - Returns: the experiment, nil where it cannot be run, and everything that is wrong or odd.
  public static func load(
    _ path: String, requiringFiles: Bool = true
  ) -> (experiment: Experiment?, diagnostics: [Diagnostic]) {
    guard let data = FileManager.default.contents(atPath: path) else {
      let problem = FileManager.default.fileExists(atPath: path) ? "the file cannot be read" : "there is no such file"
      return (
        nil, [Diagnostic(file: path, message: problem, detail: "expected an experiment file such as experiment.yaml")]
      )
    }
    let bytes = [UInt8](data)
    let document = ExperimentDocument(bytes: bytes, file: path)
    let (settings, diagnostics) = document.decode(ExperimentSettings.self)
    guard let settings, !diagnostics.contains(where: { $0.severity == .error }) else { return (nil, diagnostics) }
    let files =
      settings.electrochemistry.enumerated().compactMap { index, measurement in
        measurement.file.map { (key: "electrochemistry[\(index)].file", path: $0) }
      }
      + settings.diffraction.enumerated().flatMap { index, measurement in
        measurement.files.map { (key: "diffraction[\(index)].\($0.key)", path: $0.path) }
      }
      + settings.orientation.enumerated().flatMap { index, measurement in
        measurement.files.map { (key: "orientation[\(index)].\($0.key)", path: $0.path) }
      }
      + (settings.particleCycling?.mesh.file.map { [(key: "particle_cycling.mesh.file", path: $0)] } ?? [])
    // Scans may be the files of a folder.
    let scans = settings.ptychography.enumerated().flatMap { index, measurement in
      measurement.files.map { (key: "ptychography[\(index)].\($0.key)", path: $0.path) }
    }
    let projections = settings.tomography.enumerated().flatMap { index, measurement in
      measurement.files.map { (key: "tomography[\(index)].\($0.key)", path: $0.path) }
    }
    let missing = (files + scans + projections).compactMap { key, file -> Diagnostic? in
      let mayBeFolder = key.hasPrefix("ptychography") || key.hasPrefix("tomography")
      guard requiringFiles, let problem = fileProblem(file.path, orFolder: mayBeFolder) else { return nil }
      return document.diagnostic(at: key, severity: .error, message: problem, detail: "looked for \(file.path)")
    }
    let all = diagnostics + missing
    return (missing.isEmpty ? Experiment(path: path, bytes: bytes, settings: settings) : nil, all)
  }

  /// Why a file cannot be read; nil where it can.
  private static func fileProblem(_ path: String, orFolder mayBeFolder: Bool) -> String? {
    // Files of frames may name a dataset, or a folder, or many files.
    let path = DiffractionInput.plainPath(path)
    if path.contains("*") || path.contains("?") { return nil }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return "there is no such file" }
    if isFolder.boolValue { return mayBeFolder ? nil : "this is a folder" }
    return FileManager.default.isReadableFile(atPath: path) ? nil : "the file cannot be read"
  }

  // MARK: - Stages

  /// The stages that the settings ask for, in order.
  ///
  /// - Parameter preview: is shown what is known of a ptychographic projection after each pass.
  public func plannedStages(
    preview: (@Sendable (_ preview: () -> PtychographyPreview) -> Void)? = nil
  ) -> [PlannedStage] {
    var stages: [PlannedStage] = []
    if let mass = settings.particleMass {
      stages.append(ParticleMassStage.planned(mass, sequenceIndex: 1) { _ in })
    }
    for parameters in settings.electrochemistry {
      stages.append(plannedStateOfCharge(parameters, sequenceIndex: stages.count + 1))
    }
    for measurement in settings.diffraction { stages += measurement.plannedStages(after: stages.count) }
    stages += DiffractionSettings.plannedResponses(of: settings.diffraction, after: stages.count)
    for measurement in settings.orientation { stages += measurement.plannedStages(after: stages.count) }
    for measurement in settings.ptychography {
      stages += measurement.plannedStages(after: stages.count, preview: preview)
    }
    for measurement in settings.tomography { stages += measurement.plannedStages(of: self, after: stages.count) }
    if let model = settings.particleModel {
      stages.append(
        ParticleModelStage.planned(
          model, canonical: "given = \(model.givenKeys)\n", sequenceIndex: stages.count + 1
        ) { _ in })
    }
    if let cycling = settings.particleCycling { stages.append(plannedCycling(cycling, after: stages.count)) }
    return stages
  }

  private func plannedStateOfCharge(_ parameters: StateOfChargeStage.Parameters, sequenceIndex: Int) -> PlannedStage {
    let material = settings.material
    let particleMass = ParticleMassStage.name
    let particle = settings.tomography(for: parameters)?.particleStage
    return StateOfChargeStage.planned(
      instance: parameters.name, parameters, canonical: material.canonicalText(),
      inputFiles: parameters.file.map { [$0.path] } ?? [],
      upstream: particle.map { [$0] } ?? (parameters.takesParticleMass ? [particleMass] : []),
      sequenceIndex: sequenceIndex
    ) { upstream in
      let value = try upstream[particleMass].map { try StageDocument.value(ParticleMass.self, from: $0) }
      var input = parameters
      if let particle, let path = upstream[particle] {
        let found = try StageDocument.value(TomographicParticle.self, from: path)
        input.mass = UncertainQuantity(
          Mass(si: found.mass.value), standardUncertainty: Mass(si: found.mass.uncertainty))
        var stated = try Self.stateOfChargeInput(input, material, particleMass: nil)
        stated.massSource = "\(found.facts.massSource), stage \(particle)"
        return stated
      }
      return try Self.stateOfChargeInput(input, material, particleMass: value)
    }
  }

  /// Reads the record of a measurement and finds out its mass: the stated one, the particle's, or the recorded one.
  ///
  /// - Throws: the reader's errors, and `StageDocumentError` where no mass is known.
  public static func stateOfChargeInput(
    _ parameters: StateOfChargeStage.Parameters, _ material: MaterialSettings, particleMass: ParticleMass?
  ) throws -> StateOfChargeStage.Input {
    let series = try parameters.file.map { try PotentiostatFile.read($0.path) }
    let mass: UncertainValue
    let source: String
    if let stated = parameters.mass {
      (mass, source) = (stated.uncertainValue, "as stated")
    } else if let particleMass {
      (mass, source) = (particleMass.mass, "volume × density, stage \(ParticleMassStage.name)")
    } else if let recorded = series?.recordedMass, recorded > 0 {
      (mass, source) = (UncertainValue(recorded), StateOfChargeStage.Input.recordedMassSource)
    } else {
      throw StageDocumentError(
        path: parameters.file?.path ?? parameters.name, problem: "the record states no mass; give one such as 4.69 ng")
    }
    return StateOfChargeStage.Input(
      series: series, mass: mass, massSource: source,
      specificCapacity: (parameters.specificCapacity ?? material.specificCapacity).uncertainValue,
      initialLithiation: material.initialLithiation.uncertainValue)
  }

  // MARK: - Words

  /// The conventions in force, for `check`.
  public var conventions: [Convention] {
    var found = [
      Convention(subject: "current", choice: "positive while lithium leaves the cathode"),
      Convention(
        subject: "state of charge",
        choice: "charge / (mass × \(settings.material.specificCapacity)), theoretical scale"),
      Convention(subject: "stress and strain", choice: "tension and expansion positive"),
    ]
    for measurement in settings.diffraction {
      found.append(
        Convention(
          subject: "detector orientation of \(measurement.name)",
          choice: measurement.integration.flip.map { "flip \($0.rawValue), as stated" }
            ?? (measurement.calibration == nil
              ? "as the geometry file states it"
              : "tested on the calibrant; rows run from the top where rings cannot tell")))
      found.append(
        Convention(
          subject: "polarisation of \(measurement.name)",
          choice: "\(measurement.integration.polarisation), (Ih − Iv)/(Ih + Iv), horizontal along axis 2"))
      found += measurement.responseConventions
    }
    for measurement in settings.orientation { found += measurement.conventions }
    for measurement in settings.ptychography { found += measurement.conventions }
    for measurement in settings.tomography { found += measurement.conventions }
    if let model = settings.particleModel {
      found.append(Convention(subject: "expansion", choice: model.expansion.rawValue))
      found.append(Convention(subject: "axial condition", choice: model.axialCondition.rawValue))
    }
    if let cycling = settings.particleCycling { found += cycling.conventions }
    return found
  }
}

extension StateOfChargeStage.Parameters {
  /// Whether the mass is that of the section `particle_mass`.
  var takesParticleMass: Bool { mass == nil && (massFrom == .particleMass || (massFrom == nil && file == nil)) }
}

extension UncertainQuantity {
  /// The value and its standard uncertainty in SI units; zero where none is stated.
  var uncertainValue: UncertainValue { UncertainValue(value.si, uncertainty: standardUncertainty?.si ?? 0) }
}
