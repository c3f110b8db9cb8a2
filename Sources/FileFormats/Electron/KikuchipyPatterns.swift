import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns in kikuchipy's HDF5: `Scan 1/EBSD/Data/patterns` beside headers of the detector and the microscope.
enum KikuchipyPatterns {
  static func open(_ file: HDF5Statements, scan name: String?) throws -> KikuchiPatternFile {
    let scan = try file.scan(name, holding: "EBSD/Data/patterns")
    let header = scan + "/EBSD/Header/"
    let frames = try file.frames(scan + "/EBSD/Data/patterns")
    let (rows, columns) = (try file.count(header + "n_rows"), try file.count(header + "n_columns"))
    let stepX = try file.number(header + "step_x").map { $0 * 1e-6 }
    let stepY = try file.number(header + "step_y").map { $0 * 1e-6 }
    var patterns = try KikuchiPatternFile(
      frames: frames, format: .kikuchipy,
      grid: MapGrid(rows: rows, columns: columns, stepX: stepX ?? 0, stepY: stepY ?? 0), paths: [file.path]
    ).checked()
    let centres = try ["pcx", "pcy", "pcz"].map { try file.numbers(header + $0) ?? [] }
    if let count = centres.map(\.count).min(), count > 0, centres.allSatisfy({ $0.count == count }) {
      patterns.takeCentres((0..<count).map { PatternCentre(x: centres[0][$0], y: centres[1][$0], z: centres[2][$0]) })
    }
    func angle(_ name: String) throws -> Double? { try file.number(header + name).map { $0 * .pi / 180 } }
    patterns.sampleTilt = try angle("sample_tilt")
    patterns.screenTilt = try angle("elevation_angle")
    patterns.azimuth = try angle("azimuth_angle")
    patterns.twist = try angle("twist_angle")
    patterns.accelerationVoltage = try file.number(scan + "/SEM/Header/beam_energy").flatMap {
      $0 > 0 ? $0 * 1000 : nil
    }
    patterns.takeBackground(try file.numbers(header + "static_background"))
    let data = scan + "/EBSD/CrystalMap/crystal_map/data/"
    let angles = try ["phi1", "Phi", "phi2"].map { try file.numbers(data + $0) ?? [] }
    if angles.allSatisfy({ $0.count == frames.count && $0.allSatisfy { abs($0) < 1000 } }) {
      patterns.orientations = (0..<frames.count).map {
        Rotation(bunge: BungeEuler(phi1: angles[0][$0], Phi: angles[1][$0], phi2: angles[2][$0]))
      }
    }
    return patterns
  }
}

extension KikuchiPatternFile {
  /// The same, where there are as many patterns as points.
  func checked() throws -> KikuchiPatternFile {
    let (count, overflow) = grid.rows.multipliedReportingOverflow(by: grid.columns)
    guard !overflow, count == frames.count else {
      throw FormatError(
        paths.first ?? "patterns",
        "holds \(frames.count) patterns, but states a map of \(grid.rows) x \(grid.columns) points")
    }
    return self
  }
}
