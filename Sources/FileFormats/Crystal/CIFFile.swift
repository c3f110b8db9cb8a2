public import Crystallography
import Foundation

/// Crystal structures in the Crystallographic Information File format, CIF 1.1.
public enum CIFFile {
  /// A structure and what was decided where the file leaves something open or contradicts itself.
  public struct Content: Sendable, Hashable {
    /// The structure.
    public var structure: CrystalStructure
    /// Sentences for the reader, for example that the symbol leaves the origin open; mostly none.
    public var notes: [String]
  }

  /// Reads a structure.
  ///
  /// Bond lengths are not checked here; see `CrystalStructure.bondLengthWarnings()`.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: the name of the file, for messages.
  ///   - block: the data block, without "data_"; nil takes the one that has a cell and atoms, which must be the only
  ///     one.
  /// - Throws: ``FormatError`` with the line.
  public static func read(_ bytes: [UInt8], named name: String, block: String? = nil) throws -> CrystalStructure {
    try content(bytes, named: name, block: block).structure
  }

  /// Reads a structure with the notes; see ``read(_:named:block:)``.
  public static func content(
    _ bytes: [UInt8], named name: String, block: String? = nil
  ) throws(FormatError) -> Content {
    guard bytes.count <= 1 << 28 else { throw FormatError(name, "has more than 256 MB, too much for a CIF") }
    let blocks = try CIFBlock.read(bytes, named: name)
    let chosen = try choose(blocks, block, name)
    let cell = try CIFCell.read(chosen, name)
    let (group, notes) = try CIFSymmetry.read(chosen, cell: cell, name)
    let sites = try CIFSites.read(chosen, name)
    do {
      let structure = try CrystalStructure(
        name: chosen.value("_chemical_name_common", "_chemical_name_mineral", "_chemical_name_systematic")?.text
          ?? chosen.name, cell: cell, spaceGroup: group, sites: sites)
      return Content(structure: structure, notes: notes)
    } catch {
      throw FormatError(name, at: "line \(chosen.line)", "data_\(chosen.name.prefix(60)): \(error)")
    }
  }

  /// The names of the data blocks.
  ///
  /// - Throws: ``FormatError`` when the syntax is broken.
  public static func blockNames(_ bytes: [UInt8], named name: String) throws(FormatError) -> [String] {
    try CIFBlock.read(bytes, named: name).map(\.name)
  }

  private static func choose(_ blocks: [CIFBlock], _ wanted: String?, _ name: String) throws(FormatError) -> CIFBlock {
    guard !blocks.isEmpty else { throw FormatError(name, "has no data block; a CIF starts with \"data_NAME\"") }
    let names = blocks.prefix(20).map { "\"\($0.name.prefix(60))\"" }.joined(separator: ", ")
    let found: [CIFBlock]
    if let wanted {
      found = blocks.filter { $0.name.lowercased() == wanted.lowercased() }
      guard !found.isEmpty else { throw FormatError(name, "has no data block \"\(wanted)\"; it has \(names)") }
    } else {
      let withCell = blocks.filter { $0.value("_cell_length_a") != nil }
      let withAtoms = withCell.filter { $0.loop("_atom_site_fract_x") != nil }
      found = withAtoms.isEmpty ? withCell : withAtoms
      guard !found.isEmpty else {
        throw FormatError(name, "no data block has a cell (_cell_length_a); there are \(names)")
      }
    }
    guard found.count == 1 else {
      let which = found.prefix(20).map { "\"\($0.name.prefix(60))\" (line \($0.line))" }.joined(separator: ", ")
      throw FormatError(name, "\(found.count) data blocks may be meant: \(which); name one")
    }
    return found[0]
  }
}

/// The numbers of a CIF, with their standard uncertainties in brackets: "14.192(3)".
enum CIFNumber {
  /// - Throws: ``FormatError`` when the value is no finite number.
  static func read(_ value: CIFBlock.Value, _ tag: String, _ file: String) throws(FormatError) -> Double {
    var digits = Array(value.text.trimmed.utf8)[...]
    if digits.last == UInt8(ascii: ")"), let open = digits.firstIndex(of: UInt8(ascii: "(")) {
      let uncertainty = digits[(open + 1)..<(digits.endIndex - 1)]
      // Some programs write "(.3)" and "()" when they mean none.
      if uncertainty.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) { digits = digits[..<open] }
    }
    guard let number = DecimalParser.number(digits, decimalComma: false), number.isFinite else {
      throw FormatError(
        file, at: "line \(value.line)", "\(tag) is \"\(value.text.prefix(40))\"; expected a number such as 2.872(3)")
    }
    return number
  }
}

/// The cell of a block.
enum CIFCell {
  static func read(_ block: CIFBlock, _ file: String) throws(FormatError) -> UnitCell {
    var edges: [Double] = []
    for axis in ["a", "b", "c"] {
      let tag = "_cell_length_\(axis)"
      guard let value = block.value(tag) else {
        throw FormatError(file, at: "line \(block.line)", "data_\(block.name.prefix(60)) has no \(tag)")
      }
      let edge = try CIFNumber.read(value, tag, file)
      guard edge > 0.1, edge < 1e5 else {
        throw FormatError(file, at: "line \(value.line)", "\(tag) is \(edge); expected angstroms, above 0.1")
      }
      edges.append(edge * 1e-10)
    }
    var angles: [Double] = []
    for angle in ["alpha", "beta", "gamma"] {
      let tag = "_cell_angle_\(angle)"
      // The dictionary's default is 90.
      let degrees = try block.value(tag).map { value throws(FormatError) in try CIFNumber.read(value, tag, file) } ?? 90
      guard degrees > 0, degrees < 180 else {
        throw FormatError(file, at: "line \(block.value(tag)?.line ?? 0)", "\(tag) is \(degrees); expected 0...180")
      }
      angles.append(radians(degrees))
    }
    guard
      UnitCell.isPossible(
        a: edges[0], b: edges[1], c: edges[2], alpha: angles[0], beta: angles[1], gamma: angles[2])
    else {
      throw FormatError(
        file, at: "line \(block.value("_cell_angle_alpha")?.line ?? block.line)",
        "the angles of the cell enclose no volume")
    }
    return UnitCell(a: edges[0], b: edges[1], c: edges[2], alpha: angles[0], beta: angles[1], gamma: angles[2])
  }

  /// The angles that symmetry fixes exactly as `UnitCell` writes them.
  private static func radians(_ degrees: Double) -> Double {
    switch degrees {
    case 90: .pi / 2
    case 120: 2 * .pi / 3
    case 60: .pi / 3
    default: degrees * .pi / 180
    }
  }
}
