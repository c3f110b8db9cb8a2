import ArrayMath
import Foundation
public import Ptychography

/// The result of a reconstruction as files hold it.
///
/// Three formats are written: NXcxi_ptycho or CXI (`.cxi`, `.nxs`) and products of Ptychodus (`.h5`, `.hdf5`), which are
/// read again, and TIFF (`.tif`, `.tiff`), two files for the eye.
public struct PtychographyReconstructionFile: Sendable {
  /// The name of the scan.
  public var name: String
  /// The geometry of the scan.
  public var geometry: ScanGeometry
  /// The extents of a pixel of the object and of the probe, in metres.
  public var objectPixel: (height: Double, width: Double)
  /// The position of the scan, in metres, whose window begins at row 0 and column 0 of the object.
  public var origin: ScanPosition
  /// Object, probes, positions in pixels, and the error of every pass.
  public var reconstruction: Reconstruction
  /// The angle of the projection, in radians, where it is known.
  public var angle: Double?
  /// The exposure of a pattern, in seconds, where it is known.
  public var exposure: Double?
  /// The program that made it and its version.
  public var program: (name: String, version: String)
  /// The settings of the reconstruction as a text, such as JSON.
  public var settings: String
  /// What a user says about it.
  public var comments: String
  /// What was assumed, one sentence each.
  public var notes: [String]

  public init(
    name: String, geometry: ScanGeometry, objectPixel: (height: Double, width: Double),
    origin: ScanPosition = ScanPosition(y: 0, x: 0), reconstruction: Reconstruction, angle: Double? = nil,
    exposure: Double? = nil, program: (name: String, version: String) = ("operando", ""), settings: String = "",
    comments: String = "", notes: [String] = []
  ) {
    self.name = name
    self.geometry = geometry
    self.objectPixel = objectPixel
    self.origin = origin
    self.reconstruction = reconstruction
    self.angle = angle
    self.exposure = exposure
    self.program = program
    self.settings = settings
    self.comments = comments
    self.notes = notes
  }

  /// The positions in metres, in the frame of the scan's own positions.
  public var scanPositions: [ScanPosition] {
    reconstruction.positions.map {
      ScanPosition(y: origin.y + $0.row * objectPixel.height, x: origin.x + $0.column * objectPixel.width)
    }
  }

  // MARK: - Files

  /// Reads a file that ``write(to:patterns:)`` wrote as NXcxi_ptycho or CXI, or a product of Ptychodus.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is neither, or damaged.
  public static func read(_ path: String) throws -> PtychographyReconstructionFile {
    let statements = try ScanStatements(path)
    if try PtychodusProductFile.recognises(statements) {
      return try PtychodusProductFile.read(statements).checked(path)
    }
    if CXIReconstructionFile.recognises(statements) {
      return try CXIReconstructionFile.read(statements).checked(path)
    }
    throw FormatError(path, "holds no reconstruction: neither a product of Ptychodus nor entry_1/image_1 of CXI")
  }

  /// Writes a file, replacing one of that name; the extension says which format.
  ///
  /// - Parameters:
  ///   - path: `.cxi` or `.nxs`, `.h5` or `.hdf5`; `result.tif` stands for `result-phase.tif` and `result-amplitude.tif`.
  ///   - patterns: the file and the dataset of the patterns, which a file of NXcxi_ptycho links to; without them the file
  ///     is CXI and does not call itself NXcxi_ptycho.
  /// - Returns: the files that were written.
  /// - Throws: ``FormatError`` or `HDF5Error` when it cannot be written.
  @discardableResult
  public func write(to path: String, patterns: (file: String, dataset: String)? = nil) throws -> [String] {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "cxi", "nxs":
      try CXIReconstructionFile.write(self, to: path, patterns: patterns)
      return [path]
    case "h5", "hdf5":
      try PtychodusProductFile.write(self, to: path)
      return [path]
    case "tif", "tiff": return try writeTIFF(to: path)
    case let other:
      throw FormatError(
        path, "has the extension \"\(other)\"; a reconstruction is written as .cxi, .nxs, .h5, .hdf5, .tif or .tiff")
    }
  }

  /// Itself, if its parts belong together.
  private func checked(_ path: String) throws -> PtychographyReconstructionFile {
    guard let window = reconstruction.probes.first?.shape,
      reconstruction.probes.allSatisfy({ $0.shape == window })
    else { throw FormatError(path, "has no probe, or modes of different extents") }
    let object = reconstruction.object.shape
    guard window.rows <= object.rows, window.columns <= object.columns else {
      throw FormatError(
        path,
        "has a probe of \(window.rows) x \(window.columns) pixels, larger than its object of \(object.rows) x "
          + "\(object.columns)")
    }
    return self
  }

  /// Phase in radians and amplitude in single precision, with the pixel in the tags of the resolution.
  private func writeTIFF(to path: String) throws -> [String] {
    let url = URL(filePath: path)
    let stem = url.deletingPathExtension().path
    let object = reconstruction.object
    let images = [("phase", object.map(\.phase)), ("amplitude", object.map(\.modulus))]
    return try images.map { name, image in
      let file = "\(stem)-\(name).\(url.pathExtension)"
      try TIFFFrameWriter.write(
        MemoryFrames(image.pixels, shape: image.shape), to: file, compression: .deflate,
        description: "\(name) of \(self.name)" + (name == "phase" ? ", radians" : ""), pixel: objectPixel)
      return file
    }
  }
}
