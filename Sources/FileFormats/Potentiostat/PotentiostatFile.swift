public import Electrochemistry
import Foundation

/// Reads a potentiostat's file, whatever its format: BioLogic `.mpr` and `.mpt`, and Battery Data Format CSV.
public enum PotentiostatFile {
  /// The largest file that is read, in bytes.
  private static let largestFile = 1 << 31

  /// Reads a file; what it is, is told by its content.
  ///
  /// - Throws: ``FormatError`` when the file is absent, empty, too large, or not in one of the formats.
  public static func read(_ path: String) throws -> PotentiostatSeries {
    // The attributes of a link are its own; a record may well be linked into an experiment's folder.
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    guard let size = attributes?[.size] as? Int else {
      throw FormatError(path, "cannot be opened; check that it exists and may be read")
    }
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      throw FormatError(path, "is not a file; expected a potentiostat record such as cell.mpr")
    }
    guard size > 0 else { throw FormatError(path, "is empty; expected a potentiostat record, export or copy it again") }
    guard size <= largestFile else {
      throw FormatError(path, "has \(size) bytes; at most \(largestFile) are read")
    }
    guard let data = FileManager.default.contents(atPath: path) else { throw FormatError(path, "cannot be read") }
    return try read([UInt8](data), named: path)
  }

  /// Reads the bytes of a file; what it is, is told by its content.
  public static func read(_ bytes: [UInt8], named name: String) throws -> PotentiostatSeries {
    if BioLogicBinary.recognises(bytes) { return try BioLogicBinary.read(bytes, named: name) }
    if BioLogicText.recognises(bytes) { return try BioLogicText.read(bytes, named: name) }
    guard !bytes.prefix(4096).contains(0) else {
      throw FormatError(
        name, "is neither a BioLogic .mpr nor .mpt file nor a CSV file in the Battery Data Format, but binary data")
    }
    return try BatteryDataFormat.read(bytes, named: name)
  }
}
