public import ArrayMath
import Foundation
import HDF5

/// The formats of detector frames that are read.
public enum FrameFormat: String, Sendable, Hashable, CaseIterable {
  case tiff, hdf5, edf, cbf
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

  /// Reads frames from the bytes of a file other than HDF5.
  ///
  /// - Parameter name: for messages.
  public static func read(_ bytes: [UInt8], named name: String) throws -> FrameFile {
    try open(FrameBytes(bytes, named: name), start: Array(bytes.prefix(1 << 12)), paths: [name])
  }

  private static func open(_ bytes: FrameBytes, start: [UInt8], paths: [String]) throws -> FrameFile {
    guard !start.isEmpty else { throw FormatError(bytes.name, "is empty") }
    if TIFFFrames.recognises(start) {
      let frames = try TIFFFrames(bytes)
      return FrameFile(frames: frames, metadata: frames.metadata, format: .tiff, paths: paths)
    }
    throw FormatError(bytes.name, "is not a file of frames: neither TIFF, HDF5, EDF nor CBF")
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
  private static func split(_ path: String) -> (file: String, dataset: String?) {
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
