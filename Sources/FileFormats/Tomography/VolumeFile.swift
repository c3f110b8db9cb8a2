public import ArrayMath
import Foundation

/// A reconstructed volume as files hold it.
///
/// | ending | format | keeps |
/// |---|---|---|
/// | `.nxs`, `.h5`, `.hdf5` | NeXus as NXtomoproc lays it out: `entry/data` with axes in micrometres, `entry/reconstruction` | all |
/// | `.tif`, `.tiff` | a stack of single precision, a page a slice, with the tags of ImageJ | quantity and voxel |
/// | `.mrc`, `.map`, `.rec` | MRC2014, mode 2 | quantity, in a label, and voxel |
///
/// All are read again, and so is any stack of frames that ``FrameFile`` reads, `file.h5::/dataset` among them, slices in
/// the order of the file.
public struct VolumeFile: Sendable {
  /// What the voxels hold.
  public struct Quantity: Sendable, Hashable {
    /// A name for a dataset: "delta", "electron_density".
    public var name: String
    /// As NeXus writes them: "1/m^3", "rad"; empty for a pure number.
    public var units: String
    /// In words, for axes and legends.
    public var title: String

    public init(name: String, units: String, title: String) {
      self.name = name
      self.units = units
      self.title = title
    }
  }

  /// The extents of a voxel along slices, rows and columns, in metres.
  public struct Voxel: Sendable, Hashable {
    public var slice: Double
    public var row: Double
    public var column: Double

    public init(slice: Double, row: Double, column: Double) {
      self.slice = slice
      self.row = row
      self.column = column
    }

    /// A cube.
    public init(edge: Double) { self.init(slice: edge, row: edge, column: edge) }
  }

  /// The name of the sample.
  public var name: String
  public var volume: ScalarVolume
  public var quantity: Quantity
  /// Nil where nothing tells it.
  public var voxel: Voxel?
  /// The program that made it and its version.
  public var program: (name: String, version: String)
  /// What it was made from.
  public var rawFile: String?
  /// When it was made, in ISO 8601; nil where identical runs must give identical files.
  public var date: String?
  /// Where the beam was from: its name, its NeXus type, such as "Synchrotron X-ray Source", and what it was made of.
  ///
  /// With it, a date and ``rawFile``, a file of NeXus is a complete NXtomoproc and calls itself so.
  public var source: (name: String, type: String, probe: String)?
  /// What was assumed or found, one sentence each.
  public var notes: [String]

  public init(
    name: String, volume: ScalarVolume, quantity: Quantity, voxel: Voxel?,
    program: (name: String, version: String) = ("operando", ""), rawFile: String? = nil, notes: [String] = []
  ) {
    self.name = name
    self.volume = volume
    self.quantity = quantity
    self.voxel = voxel
    self.program = program
    self.rawFile = rawFile
    self.notes = notes
  }

  /// Writes a file, replacing one of that name; the ending says which format.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it cannot be written.
  public func write(to path: String) throws {
    guard volume.shape.count > 0 else { throw FormatError(path, "is to hold a volume without voxels") }
    switch URL(filePath: path).pathExtension.lowercased() {
    case "nxs", "h5", "hdf5": try NeXusFile.write(tree, to: path)
    case "tif", "tiff":
      try TIFFFrameWriter.write(
        MemoryFrames(volume.voxels, shape: volume.shape.slice), to: path, description: TIFFVolumeText.write(self),
        pixel: voxel.map { ($0.row, $0.column) })
    case "mrc", "map", "rec":
      try MRCFile.write(
        volume, voxel: voxel.map { ($0.slice, $0.row, $0.column) },
        labels: [MRCQuantityLabel.write(quantity), "\(program.name) \(program.version): \(name)"], to: path)
    case let other:
      throw FormatError(
        path, "has the ending \"\(other)\"; a volume is written as .nxs, .h5, .hdf5, .tif, .tiff, .mrc, .map or .rec")
    }
  }

  /// Reads a volume.
  ///
  /// - Parameter path: a file, a folder of slices, or `file.h5::/dataset`.
  /// - Throws: ``FormatError`` or `HDF5Error` when it holds none, or is damaged.
  public static func read(_ path: String) throws -> VolumeFile { try VolumeSource.open(path).load() }

  /// What a file holds, in words; the voxels are not read.
  ///
  /// - Throws: what ``read(_:)`` throws.
  public static func description(of path: String) throws -> String { try VolumeSource.open(path).description }

  /// Whether an HDF5 file holds a volume as its default plot: three axes that are lengths.
  ///
  /// - Throws: `HDF5Error` when it is no HDF5 file, or damaged.
  public static func recognises(hdf5 path: String) throws -> Bool {
    try NeXusVolumeSearch.signal(ScanStatements(path)).map { $0.voxel != nil } ?? false
  }
}
