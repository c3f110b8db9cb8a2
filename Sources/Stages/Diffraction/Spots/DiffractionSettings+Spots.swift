import Foundation
import Pipeline
import Quantities

/// How the spots of a diffraction measurement are planned.
extension DiffractionSettings {
  /// The name of the stage that finds spots.
  var spotsStage: String { "\(DiffractionSpotsStage.name)-\(name)" }

  /// - Parameter phaseFile: the file of the sample's phase; nil for one known by its name.
  func plannedSpots(
    _ spots: DiffractionSpotsStage.Parameters, phaseFile: FilePath?, sequenceIndex: Int
  ) -> PlannedStage {
    let (name, phase, scan, integration, frames) = (name, phase, scan, integration, frames)
    let (geometry, source, hasCalibration) = (geometry, calibrationStage, calibration != nil)
    return DiffractionSpotsStage.planned(
      instance: name, spots,
      canonical: "phase = \(phase.text)\n" + (scan?.canonicalText() ?? "") + integration.canonicalText(),
      inputFiles: DiffractionInput.files(integration, frames: frames)
        + [geometry, phaseFile].compactMap { $0?.path },
      upstream: hasCalibration ? [source] : [], sequenceIndex: sequenceIndex
    ) { upstream in
      let path = upstream[source] ?? geometry?.path ?? ""
      let opened = try DiffractionInput.integration(
        integration, frames: frames, geometry: path,
        source: geometry.map { URL(filePath: $0.path).lastPathComponent } ?? "stage \(source)")
      var input = DiffractionSpotsStage.Input(
        frames: opened, integration: integration, phase: try SamplePhase(named: phaseFile?.path ?? phase.text))
      input.name = name
      input.scan = scan
      return input
    }
  }
}
