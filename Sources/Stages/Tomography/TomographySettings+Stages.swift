import FileFormats
import Foundation
public import Pipeline
import Tomography

extension TomographySettings {
  /// The stages of this measurement.
  func plannedStages(of experiment: Experiment, after count: Int) -> [PlannedStage] {
    guard ptychography != nil || !projections.isEmpty else { return [] }
    var stages = [plannedTomogram(of: experiment, after: count)]
    if let particle { stages.append(plannedParticle(particle, of: experiment, after: count + 1)) }
    return stages
  }

  private func plannedTomogram(of experiment: Experiment, after count: Int) -> PlannedStage {
    let settings = self
    let scans = experiment.settings.ptychography.first { $0.name == ptychography }
    let source = ptychography.map { "\(PtychographyStage.name)-\($0)" }
    // Files that cannot be listed are told when the stage is keyed.
    let files = (try? ProjectionInput.files(projections)) ?? projections.map { DiffractionInput.plainPath($0.path) }
    let further = (flats + darks + (anglesFile.map { [$0] } ?? [])).map { DiffractionInput.plainPath($0.path) }
    var stage = TomogramStage.planned(
      instance: name, parameters, canonical: inputText, inputFiles: files + further,
      upstream: source.map { [$0] } ?? [],
      sequenceIndex: count + 1
    ) { upstream in
      if let source { return try settings.input(ofPtychography: upstream[source] ?? "") }
      return try settings.input()
    }
    stage.estimate = { settings.extent(showing: scans).estimate(settings.parameters) }
    return stage
  }

  private func plannedParticle(
    _ particle: ParticleVolumeStage.Parameters, of experiment: Experiment, after count: Int
  ) -> PlannedStage {
    let (name, source, settings) = (name, tomogramStage, self)
    let scans = experiment.settings.ptychography.first { $0.name == ptychography }
    let charge = experiment.settings.electrochemistry.first { $0.name == particle.charge }
    let material = experiment.settings.material
    var stage = ParticleVolumeStage.planned(
      instance: name, particle, canonical: material.canonicalText() + (charge?.canonicalText() ?? ""),
      inputFiles: charge?.file.map { [$0.path] } ?? [], upstream: [source], sequenceIndex: count + 1
    ) { upstream in
      var input = ParticleVolumeStage.Input(
        try StageDocument.value(TomogramResult.self, from: upstream[source] ?? ""),
        specificCapacity: material.specificCapacity.uncertainValue)
      input.name = name
      input.charge = try charge.map { try PassedCharge($0) } ?? particle.statedCharge
      return input
    }
    stage.estimate = { ParticleVolumeStage.estimate(of: settings.extent(showing: scans)) }
    return stage
  }

  /// What changes the numbers beside the parameters and the content of the files.
  private var inputText: String {
    """
    content = \(content?.rawValue ?? "none")
    angles = \(angles.map { $0.canonical ?? "" })
    angle_unit = \(angleUnit?.rawValue ?? "none")
    angles_file = \(anglesFile == nil ? "none" : "given")
    flats = \(flats.count)
    darks = \(darks.count)
    angle_range = \(angleRange?.canonical ?? "none")
    energy = \(energy?.canonical ?? "none")
    pixel = \(pixel?.canonical ?? "none")

    """
  }

  /// CPU seconds, memory and disk, from the projections as they lie there.
  public func estimate() -> ResourceEstimate { extent(showing: nil).estimate(parameters) }

  /// As far as it can be told before the projections are there.
  ///
  /// - Parameter scans: the ptychographic measurement whose objects they are; an object is about a quarter wider than the
  ///   window of its patterns.
  func extent(showing scans: PtychographySettings?) -> TomogramExtent {
    if let scans {
      let count = (try? ScanInput.files(scans.scans).count) ?? scans.scans.count
      let sides = scans.preparation.window ?? [512, 512]
      return TomogramExtent(projections: max(count, 1), rows: sides[0] * 5 / 4, columns: sides[1] * 5 / 4)
    }
    if let known = try? ProjectionInput.extent(of: self) { return known }
    return TomogramExtent(projections: max(angles.count, 180), rows: 512, columns: 512)
  }

  // MARK: - Across the experiment

  /// What does not fit between tomographic measurements and the others.
  static func problems(of settings: ExperimentSettings) -> [SettingProblem] {
    var found: [SettingProblem] = []
    let scans = settings.ptychography.map(\.name)
    let charges = settings.electrochemistry.map(\.name)
    func list(_ names: [String]) -> String { names.isEmpty ? "one to be described" : names.joined(separator: ", ") }
    var names: Set<String> = []
    for (index, measurement) in settings.tomography.enumerated() {
      let place = "tomography[\(index)]"
      if !names.insert(measurement.name).inserted {
        found.append(
          SettingProblem(
            at: "\(place).name", "two measurements are named \(measurement.name)", detail: "give each its own `name`"))
      }
      if let source = measurement.ptychography, !scans.contains(source) {
        found.append(
          SettingProblem(
            at: "\(place).ptychography", "there is no ptychographic measurement of that name",
            detail: "`\(source)`; expected \(list(scans))"))
      }
      if let charge = measurement.particle?.charge, !charges.contains(charge) {
        found.append(
          SettingProblem(
            at: "\(place).particle.charge", "there is no electrochemistry measurement of that name",
            detail: "`\(charge)`; expected \(list(charges))"))
      }
    }
    for (index, measurement) in settings.electrochemistry.enumerated() where measurement.massFrom == .tomography {
      let place = "electrochemistry[\(index)].mass_from"
      if settings.tomography(for: measurement) == nil {
        let known = settings.tomography.filter { $0.particle != nil }.map(\.name)
        found.append(
          SettingProblem(
            at: place, "it is not known which particle's mass this is",
            detail: known.isEmpty
              ? "give a section tomography with `particle`"
              : "write `tomography:` with one of \(known.joined(separator: ", "))"))
      }
    }
    return found
  }
}

extension ExperimentSettings {
  /// The tomographic measurement that a measurement of charge takes its mass from; nil for none, and where it is not told
  /// which.
  func tomography(for measurement: StateOfChargeStage.Parameters) -> TomographySettings? {
    guard measurement.mass == nil, measurement.massFrom == .tomography else { return nil }
    let weighed = tomography.filter { $0.particle != nil }
    if let wanted = measurement.tomography { return weighed.first { $0.name == wanted } }
    return weighed.count == 1 ? weighed[0] : nil
  }
}
