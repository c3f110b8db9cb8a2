public import ArrayMath
import Foundation
import HDF5

/// The formats of detector frames that are read.
public enum FrameFormat: String, Sendable, Hashable, CaseIterable {
  case tiff, hdf5, edf, cbf, npy
}

/// Detector frames of a file or of several, and what the files state about them.
public struct FrameFile: Sendable {
  /// The frames, read one by one from any thread.
  public let frames: any FrameSource
  /// What the file states; of several files what the first states, with the times of all.
  public let metadata: FrameMetadata
  public let format: FrameFormat
  /// The files, in the order of their frames.
  public let paths: [String]

  /// Opens a file; its format is recognised by its content.
  ///
  /// - Parameter path: a file, or `file.h5::/path/in/the/file` to name one dataset of an HDF5 file.
  /// - Throws: ``FormatError`` or `HDF5Error` when there is no such file, when it holds no frames, claims more than it
  ///   can hold, or is damaged.
  public static func open(path: String) throws -> FrameFile {
    let (file, dataset) = split(path)
    let bytes = try FrameBytes(path: file)
    let start = try bytes.bytes(at: 0, atMost: 1 << 12)
    if isHDF5(bytes) { return try openHDF5(file, dataset: dataset) }
    guard dataset == nil else {
      throw FormatError(file, "is not an HDF5 file, so there is no dataset \(dataset ?? "") in it")
    }
    return try open(bytes, start: start, paths: [file])
  }

  /// Opens several files as one series.
  ///
  /// - Parameters:
  ///   - paths: files, taken in this order; a folder stands for its files, and a name with `*` or `?` for the files of
  ///     its folder that match, both in the order of their names, numbers in them counted as numbers.
  /// - Throws: what ``open(path:)`` throws, and ``FormatError`` that names the first file whose frames are of another
  ///   shape or type than those of the first.
  public static func open(paths: [String]) throws -> FrameFile {
    let all = try paths.flatMap { try Self.files(of: $0) }
    guard let first = all.first else { throw FormatError(paths.joined(separator: ", "), "names no file") }
    if all.count == 1 { return try open(path: first) }
    let files = try all.map { try open(path: $0) }
    var metadata = files[0].metadata
    let times = files.compactMap(\.metadata.timestamps)
    let isTimed = zip(files, times).allSatisfy { $0.frames.count == $1.count } && times.count == files.count
    metadata.timestamps = isTimed ? times.flatMap(\.self) : nil
    metadata.scanShape = nil
    return FrameFile(
      frames: try FrameSeries(files.map(\.frames), names: all), metadata: metadata, format: files[0].format, paths: all)
  }

  /// The files that a path, a folder or a name with `*` or `?` stands for, in the order of their names.
  ///
  /// - Throws: ``FormatError`` when a folder cannot be listed or holds no file, or nothing matches.
  public static func files(of path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let url = URL(filePath: path)
    let pattern = url.lastPathComponent
    guard isFolder.boolValue || (!exists && pattern.contains { "*?".contains($0) }) else { return [path] }
    let folder = isFolder.boolValue ? url : url.deletingLastPathComponent()
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw FormatError(folder.path, "cannot be listed: \(error.localizedDescription)")
    }
    let chosen = names.filter { name in
      guard !name.hasPrefix(".") else { return false }
      guard isFolder.boolValue else { return fnmatch(pattern, name, 0) == 0 }
      var inner: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.appending(path: name).path, isDirectory: &inner)
        && !inner.boolValue
    }
    guard !chosen.isEmpty else {
      throw FormatError(path, isFolder.boolValue ? "is a folder without files" : "matches no file")
    }
    return chosen.sorted { $0.compare($1, options: [.numeric]) == .orderedAscending }
      .map { folder.appending(path: $0).path }
  }

  /// Reads frames from the bytes of a file other than HDF5.
  ///
  /// - Parameter name: for messages.
  public static func read(_ bytes: [UInt8], named name: String) throws -> FrameFile {
    try open(FrameBytes(bytes, named: name), start: Array(bytes.prefix(1 << 12)), paths: [name])
  }

  static func open(_ bytes: FrameBytes, start: [UInt8], paths: [String]) throws -> FrameFile {
    guard !start.isEmpty else { throw FormatError(bytes.name, "is empty") }
    if TIFFFrames.recognises(start) {
      let frames = try TIFFFrames(bytes)
      return FrameFile(frames: frames, metadata: frames.metadata, format: .tiff, paths: paths)
    }
    if EDFFile.recognises(start) {
      let (frames, metadata) = try EDFFile.read(bytes)
      return FrameFile(frames: frames, metadata: metadata, format: .edf, paths: paths)
    }
    if CBFFile.recognises(start) {
      let (frames, metadata) = try CBFFile.read(bytes)
      return FrameFile(frames: frames, metadata: metadata, format: .cbf, paths: paths)
    }
    if NPYFile.recognises(start) {
      return FrameFile(frames: try NPYFile.read(bytes), metadata: FrameMetadata(), format: .npy, paths: paths)
    }
    if GzipBytes.recognises(start) {
      let inner = try FrameBytes(GzipBytes.expand(bytes), named: bytes.name)
      let innerStart = try inner.bytes(at: 0, atMost: 1 << 12)
      guard !GzipBytes.recognises(innerStart) else { throw FormatError(bytes.name, "is a gzip file within another") }
      return try open(inner, start: innerStart, paths: paths)
    }
    throw FormatError(bytes.name, "is not a file of frames: neither TIFF, HDF5, EDF, CBF nor NPY")
  }

  private static func openHDF5(_ path: String, dataset: String?) throws -> FrameFile {
    let file = try HDF5OpenFile(path)
    var statements: [String: HDF5Place] = [:]
    var places: [HDF5Place]
    if let dataset {
      places = [try HDF5Place(file: file, path: dataset).resolved()]
      // The rest of the file only tells about the frames; where it cannot be read they are frames all the same.
      statements = (try? HDF5FrameSearch(file))?.statements ?? [:]
    } else {
      let search = try HDF5FrameSearch(file)
      statements = search.statements
      places = try search.frames()
    }
    let stacks = try places.map { place in try HDF5Frames(place.file.dataset(place.path), of: place.file) }
    guard let first = stacks.first else { throw FormatError(path, "holds no frames") }
    var metadata = HDF5FrameMetadata.read(statements, type: first.pixelType)
    if stacks.count == 1, first.scanShape.count > 1 { metadata.scanShape = first.scanShape }
    let frames: any FrameSource =
      stacks.count == 1 ? first : try FrameSeries(stacks, names: places.map(\.description))
    return FrameFile(frames: frames, metadata: metadata, format: .hdf5, paths: [path])
  }

  /// The file and the dataset of "file.h5::/entry/data".
  static func split(_ path: String) -> (file: String, dataset: String?) {
    guard let mark = path.range(of: "::", options: .backwards), !FileManager.default.fileExists(atPath: path) else {
      return (path, nil)
    }
    return (String(path[..<mark.lowerBound]), String(path[mark.upperBound...]))
  }

  /// The signature of HDF5, which may come after a block of the user's of 512, 1024, 2048 ... bytes.
  static func isHDF5(_ bytes: FrameBytes) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    var offset = 0
    while offset < bytes.count {
      if (try? bytes.bytes(at: offset, atMost: 8)) == signature { return true }
      offset = offset == 0 ? 512 : 2 * offset
    }
    return false
  }
}
