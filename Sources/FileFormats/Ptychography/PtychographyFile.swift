import ArrayMath
import Foundation
public import Ptychography

/// Reads scans of ptychography, telling the layout by the content.
///
/// | layout | told by | patterns | positions |
/// |---|---|---|---|
/// | NXcxi_ptycho, CXI 1.x | `entry_1/data_1/data` or `entry_1/instrument_1/detector_1/data` | there | `translation` (patterns, 3), or `data/{y,x}` |
/// | Diamond's NeXus | `entry*/instrument/<detector>/data` | there, three axes or four | the motors beside it |
/// | product of Ptychodus | `object`, `probe`, `probe_position_x_m` | in a file of their own, which is given | `probe_position_{x,y}_m` |
/// | anything else | ``PtychographyStackDescription`` | any frames that ``FrameFile`` reads | a table, a dataset, or in place |
///
/// The patterns stay in the file and are read one by one.
public enum PtychographyFile {
  /// The layouts that are told by their content.
  public enum Layout: String, Sendable, Hashable, CaseIterable {
    case cxi = "NXcxi_ptycho or CXI"
    case diamond = "NeXus of Diamond"
    case ptychodus = "product of Ptychodus"
    case reconstruction = "reconstruction in CXI"
  }

  /// The layout of a file; `nil` where it is none of these.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is no HDF5 file, or damaged.
  public static func layout(of path: String) throws -> Layout? { try layout(ScanStatements(path)) }

  private static func layout(_ statements: ScanStatements) throws -> Layout? {
    if try CXIScanReader.recognises(statements) { return .cxi }
    if CXIReconstructionFile.recognises(statements) { return .reconstruction }
    if try PtychodusProductFile.recognises(statements) { return .ptychodus }
    return try DiamondScanReader.entry(statements) == nil ? nil : .diamond
  }

  /// Reads a scan.
  ///
  /// - Parameters:
  ///   - path: an HDF5 file of one of the layouts.
  ///   - options: what the user says about the scan; it wins over the file.
  /// - Throws: ``FormatError`` or `HDF5Error` that names the file, the place, what was found and what was expected.
  public static func read(
    _ path: String, _ options: PtychographyReadOptions = PtychographyReadOptions()
  ) throws -> PtychographyScan {
    let statements = try ScanStatements(path)
    switch try layout(statements) {
    case .cxi: return try CXIScanReader.read(statements, options)
    case .diamond:
      guard let entry = try DiamondScanReader.entry(statements) else { throw FormatError(path, "holds no entry") }
      return try DiamondScanReader.read(statements, entry: entry, options)
    case .ptychodus: return try readProduct(statements, options)
    case .reconstruction: throw FormatError(path, "holds a reconstruction without the patterns it is from")
    case nil:
      throw FormatError(
        path,
        "holds no scan that is known: neither entry_1/data_1/data of CXI nor entry*/instrument/<detector>/data of NeXus "
          + "nor a product of Ptychodus; describe its datasets in a file of settings (frames, positions, energy)")
    }
  }

  /// The start of a reconstruction, with the patterns of another file.
  private static func readProduct(
    _ statements: ScanStatements, _ options: PtychographyReadOptions
  ) throws -> PtychographyScan {
    let product = try PtychodusProductFile.read(statements)
    guard !options.patterns.isEmpty else {
      throw FormatError(
        statements.path,
        "is a product of Ptychodus, which holds no patterns; give the file that does, such as file.h5::/dp")
    }
    let frames = try FrameFile.open(paths: options.patterns).frames
    var assembly = ScanAssembly(file: statements.path, options: options)
    if !product.name.isEmpty { assembly.name = product.name }
    assembly.energy.add(energy: product.geometry.photonEnergy, "@probe_energy_eV")
    assembly.distance = product.geometry.distance
    assembly.pixelHeight = product.geometry.pixelHeight
    assembly.pixelWidth = product.geometry.pixelWidth
    assembly.probe = product.reconstruction.probes
    assembly.probePixel = product.objectPixel
    assembly.angle = product.angle
    assembly.exposure = product.exposure
    assembly.notes.append("patterns from \(options.patterns.joined(separator: ", "))")
    assembly.notes.append(
      "the detector's pixel from the probe's, \(product.reconstruction.probes.first?.rows ?? 0) rows")
    // A position is where the probe's centre is; only their differences matter.
    return try assembly.scan(
      frames: frames, positions: product.scanPositions, from: "probe_position_x_m, probe_position_y_m")
  }
}
