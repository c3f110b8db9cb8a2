import ArrayMath
import Foundation
import HDF5
public import Tomography

/// Reads projections for tomography, telling the layout by the content.
///
/// | layout | told by | angles |
/// |---|---|---|
/// | NXtomo | `entry/instrument/detector/data` with `image_key` and `sample/rotation_angle`, or the definition's name | there |
/// | DXchange | `/exchange/data` | `/exchange/theta` |
/// | series of qpimage | `/qpi_0/phase/raw` and on | `angles.txt` beside it |
/// | MRC | the word MAP, or the ending | `.rawtlt` or `.tlt` beside it, in degrees |
/// | any frames that ``FrameFile`` reads | a file, a folder, `file.h5::/dataset` | `angles.txt` beside it or given |
///
/// Frames stay in the file and are read one by one; flats and darks are read at once. In a folder, files whose names begin
/// with "flat" or "white" and with "dark" are flats and darks.
public enum ProjectionFile {
  /// The layouts that are told by their content.
  public enum Layout: String, Sendable, Hashable, CaseIterable {
    case nxTomo = "NXtomo"
    case dxchange = "DXchange"
    case phaseImages = "series of qpimage"
    case mrc = "MRC"
    case frames = "frames"
  }

  /// Reads projections.
  ///
  /// - Parameters:
  ///   - path: a file, a folder, a name with `*` or `?`, or `file.h5::/dataset`.
  ///   - options: what the user says about them; it wins over the file.
  /// - Throws: ``FormatError`` or `HDF5Error` that names the file, the place, what was found and what was expected.
  public static func read(
    _ path: String, options: ProjectionReadOptions = ProjectionReadOptions()
  ) throws -> MeasuredProjections {
    let (file, dataset) = FrameFile.split(path)
    guard dataset == nil, FileManager.default.fileExists(atPath: file), !isFolder(file) else {
      return try readFrames(path, options)
    }
    let bytes = try FrameBytes(path: file)
    if FrameFile.isHDF5(bytes) { return try readHDF5(file, options) }
    if MRCFile.recognises(try bytes.bytes(at: 0, atMost: MRCFile.headerSize), path: file) {
      return try readMRC(bytes, options)
    }
    return try readFrames(path, options)
  }

  /// Reads projections of several files as one series, in the order of their names where a path stands for several.
  ///
  /// - Throws: what reading one file throws.
  public static func read(
    _ paths: [String], options: ProjectionReadOptions = ProjectionReadOptions()
  ) throws -> MeasuredProjections {
    if paths.count == 1 { return try read(paths[0], options: options) }
    guard let first = paths.first else { throw FormatError("", "no file of projections is named") }
    let frames = try FrameFile.open(paths: paths)
    var found = assembly(first, frames, options)
    return try found.finish()
  }

  /// The layout of an HDF5 file; nil where it is none that is told by its content.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is no HDF5 file, or damaged.
  public static func layout(ofHDF5 path: String) throws -> Layout? {
    let statements = try ScanStatements(path)
    if try NXtomoReader.entry(statements) != nil { return .nxTomo }
    if try DXchangeReader.recognises(statements) { return .dxchange }
    return try PhaseImageSeriesReader.groups(statements).isEmpty ? nil : .phaseImages
  }

  private static func readHDF5(_ path: String, _ options: ProjectionReadOptions) throws -> MeasuredProjections {
    let statements = try ScanStatements(path)
    if let entry = try NXtomoReader.entry(statements) { return try NXtomoReader.read(statements, entry, options) }
    if try DXchangeReader.recognises(statements) { return try DXchangeReader.read(statements, options) }
    let groups = try PhaseImageSeriesReader.groups(statements)
    if !groups.isEmpty { return try PhaseImageSeriesReader.read(statements, groups, options) }
    return try readFrames(path, options)
  }

  // MARK: - MRC

  private static func readMRC(_ bytes: FrameBytes, _ options: ProjectionReadOptions) throws -> MeasuredProjections {
    let mrc = try MRCFile(bytes)
    let frames: any FrameSource = options.mrcStartsAtTop ? mrc.frames : FlippedFrames(source: mrc.frames)
    var assembly = ProjectionAssembly(bytes.name, frames: frames, options: options)
    assembly.projections.pixel = mrc.voxel.map { ($0.row, $0.column) }
    assembly.projections.notes.append(
      options.mrcStartsAtTop
        ? "the first row is taken as the top one, as given" : "the first row is the bottom one, by the format")
    let stem = URL(filePath: bytes.name).deletingPathExtension().path
    assembly.neighbours = [".rawtlt", ".tlt"].map { (stem + $0, .degrees) } + anglesBeside(bytes.name)
    return try assembly.finish()
  }

  // MARK: - Frames

  private static func readFrames(_ path: String, _ options: ProjectionReadOptions) throws -> MeasuredProjections {
    var references: (flats: [String], darks: [String]) = ([], [])
    var files = [path]
    if isFolder(path) {
      let all = try FrameFile.files(of: path).filter(isFrames)
      func begins(_ file: String, with words: [String]) -> Bool {
        let name = URL(filePath: file).lastPathComponent.lowercased()
        return words.contains { name.hasPrefix($0) }
      }
      references.darks = all.filter { begins($0, with: ["dark"]) }
      references.flats = all.filter { begins($0, with: ["flat", "white"]) }
      files = all.filter { !references.darks.contains($0) && !references.flats.contains($0) }
      guard !files.isEmpty else {
        throw FormatError(path, "is a folder without frames (.tif, .tiff, .edf, .cbf, .npy, .gz)")
      }
    }
    var found = assembly(path, try FrameFile.open(paths: files), options)
    if options.flats.isEmpty, !references.flats.isEmpty {
      let flats = try FrameFile.open(paths: references.flats).frames
      found.projections.flats = try ProjectionAssembly.images(
        flats, indices: Array(0..<flats.count), file: path, what: "flats")
      found.projections.notes.append("flats by their names: \(references.flats.count) files")
    }
    if options.darks.isEmpty, !references.darks.isEmpty {
      let darks = try FrameFile.open(paths: references.darks).frames
      found.projections.darks = try ProjectionAssembly.images(
        darks, indices: Array(0..<darks.count), file: path, what: "darks")
      found.projections.notes.append("darks by their names: \(references.darks.count) files")
    }
    return try found.finish()
  }

  /// What files of frames state.
  private static func assembly(
    _ path: String, _ frames: FrameFile, _ options: ProjectionReadOptions
  ) -> ProjectionAssembly {
    var assembly = ProjectionAssembly(path, frames: frames.frames, options: options)
    if let height = frames.metadata.pixelHeight, let width = frames.metadata.pixelWidth {
      assembly.projections.pixel = (height, width)
      assembly.projections.notes.append("the detector's pixel stands for the one at the sample: no magnification")
    }
    assembly.projections.wavelength = frames.metadata.wavelength
    assembly.neighbours = anglesBeside(FrameFile.split(path).file)
    return assembly
  }

  private static func isFrames(_ file: String) -> Bool {
    ["tif", "tiff", "edf", "cbf", "npy", "gz"].contains(URL(filePath: file).pathExtension.lowercased())
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// `angles.txt` in a folder of frames, or beside a file or a folder.
  static func anglesBeside(_ path: String) -> [(path: String, unit: ProjectionReadOptions.AngleUnit?)] {
    let url = URL(filePath: path)
    let folders = (isFolder(path) ? [url] : []) + [url.deletingLastPathComponent()]
    return folders.map { ($0.appending(path: "angles.txt").path, nil) }
  }
}
