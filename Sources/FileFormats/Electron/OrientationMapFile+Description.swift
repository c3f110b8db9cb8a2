import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

extension OrientationMapFile {
  /// What a map holds and how it was read, in words.
  public var description: String {
    let grid = map.grid
    let indexed = map.points.count { $0.status != .notIndexed }
    var lines = ["format: orientation map (\(format.rawValue))"]
    if grid.kind == .scattered {
      lines.append("points: \(grid.count), scattered")
    } else {
      lines.append("points: \(grid.rows) rows x \(grid.columns) columns, \(grid.kind.rawValue)")
      lines.append(String(format: "steps: %.6g um along x, %.6g um along y", grid.stepX * 1e6, grid.stepY * 1e6))
    }
    lines.append(String(format: "indexed: %d (%.1f %%)", indexed, 100 * Double(indexed) / Double(max(grid.count, 1))))
    for (index, phase) in map.phases.enumerated() {
      let count = map.points.count { $0.status != .notIndexed && $0.phase == index }
      var line = "phase \(index + 1): \(phase.name), Laue class \(phase.laueClass.rawValue), \(count) points"
      if let cell = phase.cell {
        let numbers = cell.edgesInAngstrom + cell.anglesInDegrees
        line += String(
          format: ", cell %.5g %.5g %.5g angstrom, %.5g %.5g %.5g deg", numbers[0], numbers[1], numbers[2], numbers[3],
          numbers[4], numbers[5])
      }
      lines.append(line)
    }
    lines.append("Euler angles: \(eulerFrame.rawValue) frame, Bunge, crystals in the file \(crystalFrame.rawValue)")
    if let accelerationVoltage { lines.append(String(format: "energy: %.6g keV", accelerationVoltage / 1000)) }
    if let sampleTilt { lines.append(String(format: "tilt of the sample: %.6g deg", sampleTilt * 180 / .pi)) }
    return (lines + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}

extension KikuchiPatternFile {
  /// What a file of patterns holds and states, in words.
  public var description: String {
    var lines = [
      "format: Kikuchi patterns (\(format.rawValue))", "patterns: \(frames.count)",
      "pixels: \(frames.shape.rows) rows x \(frames.shape.columns) columns of \(frames.pixelType.rawValue)",
    ]
    if grid.kind != .scattered {
      lines.append("map: \(grid.rows) rows x \(grid.columns) columns")
      lines.append(String(format: "steps: %.6g um along x, %.6g um along y", grid.stepX * 1e6, grid.stepY * 1e6))
    }
    if patternCentres.isEmpty {
      lines.append("pattern centre: not stated")
    } else {
      let count = Double(patternCentres.count)
      let mean = patternCentres.reduce(SIMD3<Double>.zero) { $0 + SIMD3($1.x, $1.y, $1.z) } / count
      lines.append(
        String(format: "pattern centre (Bruker): %.5f %.5f %.5f", mean.x, mean.y, mean.z)
          + (patternCentres.count > 1 ? ", mean of \(patternCentres.count)" : ""))
    }
    func add(_ name: String, _ angle: Double?) {
      if let angle { lines.append(String(format: "%@: %.6g deg", name, angle * 180 / .pi)) }
    }
    add("tilt of the sample", sampleTilt)
    add("tilt of the screen", screenTilt)
    add("azimuth of the screen", azimuth)
    add("twist of the screen", twist)
    if let accelerationVoltage { lines.append(String(format: "energy: %.6g keV", accelerationVoltage / 1000)) }
    if staticBackground != nil { lines.append("static background: in the file") }
    if orientations != nil { lines.append("orientations: in the file") }
    return (lines + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}

extension EMsoftMasterFile {
  /// What a master pattern holds, in words.
  public var description: String {
    var lines = [
      "format: master pattern of EMsoft", "crystal: \(name)",
      "grid: \(master.size) x \(master.size) on two hemispheres",
      "energies: " + energies.map { String(format: "%.6g", $0 / 1000) }.joined(separator: ", ") + " keV",
    ]
    if let spaceGroupNumber { lines.append("space group: \(spaceGroupNumber)") }
    return lines.joined(separator: "\n")
  }
}

/// Files of electron diffraction, told by their content.
public enum ElectronFile {
  /// What an HDF5 file of Kikuchi patterns, of an orientation map or of a master pattern holds, in words; nil where it is
  /// none of them.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is one, and damaged.
  public static func description(ofHDF5 path: String) throws -> String? {
    let file = try HDF5Statements(path)
    if ["EBSDmaster", "TKDmaster"].contains(where: { file.has("EMData/\($0)/mLPNH") }) {
      return try EMsoftMasterFile.read(path).description
    }
    let maker = (file.manufacturer ?? "").lowercased()
    let isKnown = ["kikuchipy", "edax", "bruker", "oxford"].contains { maker.contains($0) }
    if file.has("entry/orientations/layout") { return try OrientationMapFile.open(path: path).description }
    guard isKnown || file.has("EMData/EBSD") else { return nil }
    // A file may hold both; either alone will do.
    let texts = [
      Result { try KikuchiPatternFile.open(path: path).description },
      Result { try OrientationMapFile.open(path: path).description },
    ]
    let found = texts.compactMap { try? $0.get() }
    return try found.isEmpty ? texts[0].get() : found.joined(separator: "\n")
  }

  /// What another file of Kikuchi patterns or of an orientation map holds, in words.
  ///
  /// - Parameter path: a `.ctf`, `.ang`, `.cpr`, `.crc`, `.up1`, `.up2`, `.ebsp`, a folder of NORDIF or a file of it.
  public static func description(of path: String) throws -> String {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "ctf", "ang", "cpr", "crc": try OrientationMapFile.open(path: path).description
    default: try KikuchiPatternFile.open(path: path).description
    }
  }
}
