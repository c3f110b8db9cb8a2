import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns in EDAX's HDF5: `<scan>/EBSD/Data/Pattern`.
enum EDAXPatterns {
  static func open(_ file: HDF5Statements, scan name: String?) throws -> KikuchiPatternFile {
    let scan = try file.scan(name, holding: "EBSD/Data/Pattern")
    let (header, data) = (scan + "/EBSD/Header/", scan + "/EBSD/Data/")
    let frames = try file.frames(data + "Pattern")
    let isHexagonal = file.text(header + "Grid Type")?.lowercased().contains("hex") ?? false
    let (x, y) = (try file.numbers(data + "X Position") ?? [], try file.numbers(data + "Y Position") ?? [])
    let hasPositions = x.count == frames.count && y.count == frames.count && (x + y).allSatisfy { abs($0) < 1e9 }
    let positions = hasPositions ? zip(x, y).map { SIMD2($0, $1) * 1e-6 } : nil
    var patterns: KikuchiPatternFile
    if isHexagonal {
      patterns = KikuchiPatternFile(
        frames: frames, format: .edaxHDF5,
        grid: MapGrid(rows: 1, columns: frames.count, stepX: 0, stepY: 0, kind: .scattered), paths: [file.path])
      patterns.notes.append("the scan is hexagonal; its patterns are kept in one row, with their positions")
    } else {
      patterns = try KikuchiPatternFile(
        frames: frames, format: .edaxHDF5,
        grid: MapGrid(
          rows: file.count(header + "nRows"), columns: file.count(header + "nColumns"),
          stepX: (file.number(header + "Step X") ?? 0) * 1e-6, stepY: (file.number(header + "Step Y") ?? 0) * 1e-6),
        paths: [file.path]
      ).checked()
    }
    patterns.positions = positions
    let calibration = header + "Pattern Center Calibration/"
    if let xStar = try file.number(calibration + "x-star"), let yStar = try file.number(calibration + "y-star"),
      let zStar = try file.number(calibration + "z-star")
    {
      patterns.takeCentres([PatternCentre(tsl: SIMD3(xStar, yStar, zStar), shape: frames.shape)])
    }
    func angle(_ name: String) throws -> Double? { try file.number(header + name).map { $0 * .pi / 180 } }
    // Some versions write the tilt with the sign of the stage.
    patterns.sampleTilt = try angle("Sample Tilt").map(abs)
    patterns.screenTilt = try angle("Camera Elevation Angle")
    patterns.azimuth = try angle("Camera Azimuthal Angle")
    return patterns
  }
}
