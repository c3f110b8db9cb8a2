public import ArrayMath
public import FileFormats
import Foundation
import Pipeline
public import PowderDiffraction

/// Detector geometries in the files of this and other programs.
///
/// `.poni` with its sidecar for a transposed image, `.fit2d` (the numbers of FIT2D's forms), and NeXus: the file of a
/// calibration by this program, or a detector with a module as DAWN writes it.
public enum DetectorGeometryFile {
  /// Reads a geometry.
  ///
  /// - Parameter frame: the extent of the frames it is for, as they are stored; nil where the file has to state it.
  /// - Throws: the readers' errors, and `StageDocumentError` when the file is for other frames or states no extent.
  public static func read(_ path: String, frame: FrameShape? = nil) throws -> DetectorGeometry {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "nxs", "h5", "hdf5": return try matched(nexus(path), frame, path)
    case "fit2d":
      let file = try Fit2DFile.read(DiffractionInput.bytes(of: path), named: path)
      guard let shape = file.shape ?? frame else { throw missingShape(path) }
      let grid = DetectorGrid(
        shape: shape, pixelHeight: file.geometry.pixelHeight, pixelWidth: file.geometry.pixelWidth)
      let poni = try inFile(path) { try file.geometry.poni() }
      return try matched(DetectorGeometry(poni: poni, grid: grid, wavelength: file.wavelength), frame, path)
    default:
      let file = try PoniFile.read(DiffractionInput.bytes(of: path), named: path)
      let sidecar = DetectorTransformFile.name(beside: path)
      let isTransposed =
        FileManager.default.fileExists(atPath: sidecar)
        ? try DetectorTransformFile.read(DiffractionInput.bytes(of: sidecar), named: sidecar).transposed : false
      let own = file.shape.map { isTransposed ? transposed($0) : $0 }
      guard let shape = own ?? frame else { throw missingShape(path) }
      return try matched(file.geometry(frame: shape, isTransposed: isTransposed), frame, path)
    }
  }

  /// Writes a geometry as `.poni`, `.fit2d` or NeXus, after the ending of the path.
  ///
  /// - Parameters:
  ///   - version: of the PONI file; 1 and 2 hold no orientation of the image.
  ///   - comment: what the geometry is, in words.
  /// - Returns: the files written, and what the format cannot hold, in words.
  /// - Throws: `FormatError` and `GeometryError` for what the format cannot hold at all, and the errors of writing.
  public static func write(
    _ geometry: DetectorGeometry, to path: String, version: PoniFile.Version = .version2Point1, comment: String,
    creator: String
  ) throws -> (files: [String], notes: [String]) {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "poni":
      var file = PoniFile(geometry, comments: ["\(comment) by \(creator)"])
      file.version = version
      try AtomicFile.write(file.write(), to: path)
      guard geometry.isTransposed else { return ([path], []) }
      let sidecar = DetectorTransformFile.name(beside: path)
      try AtomicFile.write(DetectorTransformFile(transposed: true).write(), to: sidecar)
      return ([path, sidecar], ["the image is transposed, which \(sidecar) says; other programs do not read it"])
    case "fit2d":
      let grid = geometry.grid
      let file = Fit2DFile(
        geometry: try Fit2DGeometry(geometry.poni, pixelWidth: grid.pixelWidth, pixelHeight: grid.pixelHeight),
        shape: grid.shape, wavelength: geometry.wavelength)
      try AtomicFile.write(file.write(comments: ["\(comment) by \(creator)"]), to: path)
      return ([path], lostInFit2D(geometry))
    default:
      let file = NexusCalibrationFile(geometry: NexusDetectorGeometry(geometry), wavelength: geometry.wavelength)
      try AtomicFile.place(path) {
        try NeXusFile.write(file.tree(title: "Detector geometry \(comment)", creator: creator), to: $0)
      }
      return ([path], [])
    }
  }

  // MARK: - Parts

  private static func nexus(_ path: String) throws -> DetectorGeometry {
    let tree = try NeXusFile.read(path)
    if let entry = tree[group: "entry"], entry.dataset(at: "geometry/poni1") != nil {
      return try DetectorCalibration(entry: entry).geometry
    }
    let file = try NexusCalibrationFile(tree: tree, named: path)
    return try inFile(path) { try file.geometry.detectorGeometry(wavelength: file.wavelength) }
  }

  /// Names the file of numbers that make no geometry.
  private static func inFile<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as GeometryError {
      throw StageDocumentError(path: path, problem: error.description)
    }
  }

  private static func transposed(_ shape: FrameShape) -> FrameShape {
    FrameShape(rows: shape.columns, columns: shape.rows)
  }

  private static func matched(
    _ geometry: DetectorGeometry, _ frame: FrameShape?, _ path: String
  ) throws -> DetectorGeometry {
    let shape = geometry.grid.shape
    let stored = geometry.isTransposed ? transposed(shape) : shape
    guard let frame, stored != frame else { return geometry }
    throw StageDocumentError(
      path: path,
      problem: "is for frames of \(stored.rows) x \(stored.columns) pixels, these have \(frame.rows) x \(frame.columns)"
    )
  }

  static func missingShape(_ path: String) -> StageDocumentError {
    StageDocumentError(path: path, problem: "states no extent of the image; give it, such as --shape 3056x3056")
  }

  private static func lostInFit2D(_ geometry: DetectorGeometry) -> [String] {
    var lost: [String] = []
    if geometry.poni.rotation3 != 0 { lost.append("FIT2D has no third rotation: azimuths turn, angles of rings stay") }
    if geometry.isTransposed || geometry.grid.orientation != .bottomRight {
      lost.append(
        "FIT2D has no orientation of the image: the numbers hold for the image "
          + (geometry.isTransposed ? "transposed and then " : "")
          + "turned so that its first pixel is at the bottom right, looking towards the sample")
    }
    return lost
  }
}
