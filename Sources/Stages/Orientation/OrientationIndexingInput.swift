import ArrayMath
import ElectronDiffraction
import FileFormats
import Foundation
import Pipeline

extension OrientationIndexingStage.Input {
  /// Opens a file of patterns; what the settings leave out of the geometry is taken from it.
  ///
  /// - Throws: the readers' errors, and `StageDocumentError` where neither settings nor file state the pattern centre.
  public init(patterns path: String, geometry settings: KikuchiGeometrySettings, masters: KikuchiMasters) throws {
    let file = try KikuchiPatternFile.open(path: path)
    let shape = file.frames.shape
    var notes = file.notes.map { "\(URL(filePath: path).lastPathComponent): \($0)." }
    let centre: PatternCentre
    var centres: [PatternCentre] = []
    if let stated = settings.statedCentre(shape: shape) {
      centre = stated
    } else {
      guard let first = file.patternCentres.first else {
        throw StageDocumentError(
          path: path, problem: "states no pattern centre; give `pattern_centre` with `pattern_centre_convention`")
      }
      let count = Double(file.patternCentres.count)
      let sum = file.patternCentres.reduce(SIMD3<Double>.zero) { $0 + SIMD3($1.x, $1.y, $1.z) }
      centre =
        file.patternCentres.count == 1 ? first : PatternCentre(x: sum.x / count, y: sum.y / count, z: sum.z / count)
      if file.patternCentres.count == file.frames.count {
        centres = file.patternCentres
      } else if file.patternCentres.count > 1 {
        notes.append("The mean of the file's pattern centres is used for all patterns.")
      }
    }
    if let tilt = file.sampleTilt, abs(tilt - settings.tilts.sample) > 0.5 * .pi / 180 {
      notes.append(
        String(
          format: "%@ states a sample tilt of %.2f deg; the settings' %.2f deg is used.",
          URL(filePath: path).lastPathComponent, tilt * 180 / .pi, settings.tilts.sample * 180 / .pi))
    }
    self.init(
      frames: file.frames, grid: file.grid, geometry: settings.geometry(shape: shape, centre: centre), masters: masters,
      source: URL(filePath: path).lastPathComponent)
    staticBackground = file.staticBackground
    patternCentres = centres
    self.notes = notes
  }
}
