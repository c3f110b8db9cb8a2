import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns in Oxford AZtec's HDF5, `.h5oina`: `<slice>/EBSD/Data/Processed Patterns`.
///
/// Angles are in radians, positions in micrometres, the pattern centre in widths of the screen from its lower left.
enum OxfordPatterns {
  static func open(_ file: HDF5Statements, scan name: String?) throws -> KikuchiPatternFile {
    let scan = try file.scan(name, holding: "EBSD/Header")
    let (header, data) = (scan + "/EBSD/Header/", scan + "/EBSD/Data/")
    guard let dataset = ["Processed Patterns", "Unprocessed Patterns"].first(where: { file.has(data + $0) }) else {
      throw FormatError(file.path, "holds an orientation map, but no patterns were saved in it")
    }
    let frames = try file.frames(data + dataset)
    var patterns = try KikuchiPatternFile(
      frames: frames, format: .oxfordHDF5,
      grid: MapGrid(
        rows: file.count(header + "Y Cells"), columns: file.count(header + "X Cells"),
        stepX: (file.number(header + "X Step") ?? 0) * 1e-6, stepY: (file.number(header + "Y Step") ?? 0) * 1e-6),
      paths: [file.path]
    ).checked()
    let centres = try ["Pattern Center X", "Pattern Center Y", "Detector Distance"].map {
      try file.numbers(data + $0) ?? []
    }
    if let count = centres.map(\.count).min(), count > 0, centres.allSatisfy({ $0.count == count }) {
      patterns.takeCentres(
        (0..<count).map {
          PatternCentre(oxford: SIMD3(centres[0][$0], centres[1][$0], centres[2][$0]), shape: frames.shape)
        })
    }
    patterns.sampleTilt = try file.number(header + "Tilt Angle")
    if let orientation = try file.numbers(header + "Detector Orientation Euler"), orientation.count == 3,
      orientation[1].isFinite
    {
      patterns.screenTilt = orientation[1] - .pi / 2
    }
    patterns.accelerationVoltage = try file.number(header + "Beam Voltage").flatMap { $0 > 0 ? $0 * 1000 : nil }
    patterns.takeBackground(try file.numbers(header + "Processed Static Background"))
    if dataset.hasPrefix("Un") { patterns.notes.append("the patterns are as they came from the camera, unprocessed") }
    return patterns
  }
}
