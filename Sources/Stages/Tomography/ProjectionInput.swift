import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography
import Quantities
import Tomography

/// Opens the projections of a measurement and fills in what their files do not state.
enum ProjectionInput {
  /// The files of the projections, in order; a folder or a pattern stands for its files.
  ///
  /// - Throws: `FormatError` when a folder cannot be listed or a pattern matches nothing.
  static func files(_ projections: [FilePath]) throws -> [String] {
    try projections.flatMap { try FrameFile.files(of: DiffractionInput.plainPath($0.path)) }
  }

  /// How large the projections are, as far as their files tell.
  static func extent(of settings: TomographySettings) throws -> TomogramExtent? {
    guard !settings.projections.isEmpty else { return nil }
    let frames = try settings.opened().frames
    return TomogramExtent(projections: frames.count, rows: frames.shape.rows, columns: frames.shape.columns)
  }
}

extension TomographySettings {
  fileprivate func opened() throws -> MeasuredProjections {
    let file = try FrameFile.open(paths: projections.map(\.path))
    return MeasuredProjections(name: projections[0].text, frames: file.frames)
  }

  /// Opens the projections of files.
  ///
  /// - Throws: the readers' errors; `StageDocumentError` where something is not known, or does not fit.
  public func input() throws -> TomogramStage.Input {
    var measured = try opened()
    if let content { measured.content = content }
    try state(&measured.angles, count: measured.frames.count)
    var input = TomogramStage.Input(
      .measured(measured), voxel: try voxel(measured.pixel), wavelength: stagedWavelength ?? measured.wavelength)
    input.name = name
    return input
  }

  /// Takes the objects of a ptychographic measurement as projections.
  ///
  /// - Throws: `StageDocumentError` where something is not known, or does not fit.
  func input(ofPtychography path: String) throws -> TomogramStage.Input {
    let phases = try StageDocument.value(PhaseProjections.self, from: path)
    let complete = phases.complete
    guard let first = complete.first else {
      throw StageDocumentError(path: tomogramStage, problem: "no scan of the measurement gave an object")
    }
    var angles: [Double]? = complete.compactMap(\.facts.angle)
    if angles?.count != complete.count { angles = nil }
    try state(&angles, count: complete.count)
    let projections = zip(complete, angles ?? []).compactMap { projection, angle -> TransmissionProjection? in
      guard let images = projection.images else { return nil }
      return TransmissionProjection(
        name: projection.facts.name, angle: angle, object: images.object, illumination: images.illumination,
        phase: images.phase)
    }
    var input = TomogramStage.Input(
      .transmissions(projections), voxel: try voxel(phases.pixel), wavelength: stagedWavelength ?? first.facts.wavelength)
    input.name = name
    return input
  }

  private var stagedWavelength: Double? { energy.map { ScanGeometry.wavelength(ofPhotonEnergy: $0.si) } }

  /// The edge of a pixel, in metres.
  private func voxel(_ found: (height: Double, width: Double)?) throws -> Double {
    if let pixel { return pixel.si }
    guard let found else {
      throw StageDocumentError(
        path: tomogramStage, problem: "the extent of a pixel at the sample is not known; give `pixel` such as 43 nm")
    }
    guard abs(found.height / found.width - 1) < 1e-3 else {
      throw StageDocumentError(
        path: tomogramStage,
        problem: String(
          format: "pixels are %.5g nm high and %.5g nm wide; expected square ones", found.height * 1e9,
          found.width * 1e9))
    }
    return (found.height * found.width).squareRoot()
  }

  /// Angles as they are stated here, or as the files state them.
  private func state(_ found: inout [Double]?, count: Int) throws {
    if let angleRange {
      found = (0..<count).map { angleRange.si * Double($0) / Double(count) }
    } else if !angles.isEmpty {
      guard angles.count == count else {
        throw StageDocumentError(
          path: tomogramStage, problem: "\(count) projections and \(angles.count) `angles`; expected one a projection")
      }
      found = angles.map(\.si)
    }
    guard found != nil else {
      throw StageDocumentError(
        path: tomogramStage,
        problem: "the projections state no angles; give `angle_range` such as 180 deg, or `angles`")
    }
  }
}
