import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction

/// Reads series of powder patterns for the stages that analyse them.
public enum PatternSeriesInput {
  /// The patterns of one file, or of many text files of one pattern each, as a series.
  ///
  /// - Parameters:
  ///   - paths: files in the order of time; a folder stands for the patterns in it, in the order of their names.
  ///   - wavelength: in metres, where the files do not state it; nil otherwise.
  /// - Throws: the readers' errors, and `StageDocumentError` that names the first file on other bins.
  public static func read(_ paths: [String], wavelength: Double? = nil) throws -> PatternTable {
    let files = try paths.flatMap(expand)
    guard let first = files.first else {
      throw StageDocumentError(path: paths.joined(separator: ", "), problem: "there is no pattern")
    }
    if files.count == 1 { return try table(first, wavelength: wavelength) }
    var base: PowderPatternSeries?
    var intensities: [Double] = []
    var sigmas: [Double] = []
    for file in files {
      let series = try PatternFile.read(file, wavelength: wavelength)
      guard series.frameCount == 1, series.azimuths == nil else {
        throw StageDocumentError(path: file, problem: "holds more than one pattern; several files hold one each")
      }
      if let base {
        guard series.axis == base.axis, series.positions == base.positions else {
          throw StageDocumentError(path: file, problem: "has other bins than \(first)")
        }
        guard (series.sigmas == nil) == (base.sigmas == nil) else {
          throw StageDocumentError(
            path: file, problem: "\(series.sigmas == nil ? "states no" : "states") uncertainties, unlike \(first)")
        }
      } else {
        base = series
      }
      intensities += series.intensities
      sigmas += series.sigmas ?? []
    }
    guard let base else { throw StageDocumentError(path: first, problem: "there is no pattern") }
    let joined = try PowderPatternSeries(
      axis: base.axis, positions: base.positions, frameCount: files.count, intensities: intensities,
      sigmas: base.sigmas == nil ? nil : sigmas, wavelength: base.wavelength)
    return PatternTable(joined, times: nil, exposure: nil)
  }

  /// The table of a file that was made here keeps its times; of any other file the patterns alone are known.
  private static func table(_ path: String, wavelength: Double?) throws -> PatternTable {
    if ["nxs", "h5", "hdf5"].contains(URL(filePath: path).pathExtension.lowercased()),
      let entry = try NeXusFile.read(path)[group: "entry"], entry[group: "patterns"] != nil
    {
      return try StageDocument.value(PatternTable.self, from: path)
    }
    let series = try PatternFile.read(path, wavelength: wavelength)
    guard series.wavelength == nil, let wavelength else { return PatternTable(series, times: nil, exposure: nil) }
    return PatternTable(
      try PowderPatternSeries(
        axis: series.axis, positions: series.positions, edges: series.edges, azimuths: series.azimuths,
        azimuthEdges: series.azimuthEdges, frameCount: series.frameCount, intensities: series.intensities,
        sigmas: series.sigmas, neighbourCovariances: series.neighbourCovariances, pixelCounts: series.pixelCounts,
        wavelength: wavelength), times: nil, exposure: nil)
  }

  private static let endings: Set<String> = ["xy", "xye", "dat", "chi", "nxs", "h5", "hdf5"]

  /// The patterns of a folder; of one pattern in two formats, the one whose ending the folder has most of.
  private static func expand(_ path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [path]
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
    let byEnding = Dictionary(grouping: names) { URL(filePath: $0).pathExtension.lowercased() }
      .filter { endings.contains($0.key) }
    guard let most = byEnding.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) })?.value else {
      throw StageDocumentError(
        path: path, problem: "is a folder without patterns; expected .xy, .xye, .dat, .chi or .nxs files")
    }
    return most.sorted { $0.compare($1, options: [.numeric]) == .orderedAscending }
      .map { URL(filePath: path).appending(path: $0).path }
  }
}
