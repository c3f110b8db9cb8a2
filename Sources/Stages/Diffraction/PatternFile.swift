public import FileFormats
import Foundation
public import PowderDiffraction

/// Powder patterns in any file that is read: text columns, NXazint, or the file of an integration by this program.
public enum PatternFile {
  /// Reads patterns.
  ///
  /// - Parameters:
  ///   - axis: what the positions of a text file are, where it does not say it.
  ///   - wavelength: in metres, where the file does not state it.
  /// - Throws: the readers' errors.
  public static func read(
    _ path: String, axis: PatternAxis = .twoTheta, wavelength: Double? = nil
  ) throws -> PowderPatternSeries {
    guard ["nxs", "h5", "hdf5"].contains(URL(filePath: path).pathExtension.lowercased()) else {
      let pattern = try PatternTextFile.read(
        DiffractionInput.bytes(of: path), named: path, axis: axis, wavelength: wavelength)
      return try PowderPatternSeries(
        axis: pattern.axis, positions: pattern.positions, frameCount: 1, intensities: pattern.intensities,
        sigmas: pattern.sigmas, neighbourCovariances: pattern.neighbourCovariances, wavelength: pattern.wavelength)
    }
    let tree = try NeXusFile.read(path)
    if let entry = tree[group: "entry"], entry[group: "patterns"] != nil {
      return try PatternTable(entry: entry).series
    }
    return try AzimuthalIntegrationFile(tree: tree, named: path).series
  }

  /// The tree of an NXazint file of converted patterns, about whose making nothing is known.
  ///
  /// - Parameters:
  ///   - source: the file they come from.
  ///   - program: what converts, and its version.
  /// - Throws: `FormatError` for an axis that the definitions do not know, or without a wavelength.
  public static func nexusTree(
    of series: PowderPatternSeries, source: String, program: String, version: String
  ) throws -> NeXusGroup {
    let name = URL(filePath: source).lastPathComponent
    let record = AzimuthalIntegrationFile.Record(
      title: "Powder patterns of \(name)", instrumentName: "not stated", sourceName: "not stated",
      sourceType: "not stated", solidAngleApplied: false, polarisationApplied: false, normalisationApplied: false,
      program: program, programVersion: version, date: Date().ISO8601Format(), reference: "not stated",
      note: "Converted from \(name); what was corrected for in it is not known.")
    return try AzimuthalIntegrationFile(series: series, record: record).tree(creator: "\(program) \(version)")
  }

  /// What patterns are, in words.
  public static func description(of series: PowderPatternSeries) -> String {
    let (name, _, unit, factor) = series.axis.shown
    let known = series.intensities.filter { !$0.isNaN }
    var lines = [
      "patterns: \(series.frameCount)" + (series.azimuths.map { ", each in \($0.count) sectors of azimuth" } ?? ""),
      String(
        format: "%@ / %@: %.6g to %.6g in %d bins", name.replacing("_", with: " "), unit,
        (series.positions.first ?? .nan) * factor,
        (series.positions.last ?? .nan) * factor, series.binCount),
      String(format: "intensity: %.6g to %.6g", known.min() ?? .nan, known.max() ?? .nan),
      series.sigmas == nil ? "uncertainties: none" : "uncertainties: one a bin",
      series.wavelength.map { String(format: "wavelength: %.8g angstrom", $0 * 1e10) } ?? "wavelength: not stated",
    ]
    if known.count < series.intensities.count {
      lines.append("bins without pixels: \(series.intensities.count - known.count)")
    }
    return lines.joined(separator: "\n")
  }
}
