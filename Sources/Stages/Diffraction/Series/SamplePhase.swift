public import Crystallography
import FileFormats
import Foundation

/// The crystalline phase whose lattice is asked for.
public struct SamplePhase: Sendable {
  /// What it is called, for example "NMC811".
  public var name: String
  public var cell: UnitCell
  public var spaceGroup: SpaceGroup
  /// Where the cell comes from, in words.
  public var source: String

  /// The phase of a `.cif` file, or NMC811 by its name: R-3m, a = 2.8704, c = 14.1918 angstrom (Märker et al., Chem.
  /// Mater. 31, 2545 (2019)).
  ///
  /// - Throws: the reader's errors; `StageDocumentError` for another name.
  public init(named name: String) throws {
    if name.lowercased().hasSuffix(".cif") {
      let structure = try CIFFile.read(DiffractionInput.bytes(of: name), named: name)
      self.name = URL(filePath: name).deletingPathExtension().lastPathComponent
      (cell, spaceGroup) = (structure.cell, structure.spaceGroup)
      source = URL(filePath: name).lastPathComponent
      return
    }
    guard name == "NMC811" else {
      throw StageDocumentError(
        path: name, problem: "is no phase that is known by its name; give NMC811, or a file such as phase.cif")
    }
    self.name = name
    cell = UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10)
    spaceGroup = try SpaceGroup(number: 166)
    source = "Märker et al. 2019, pristine"
  }

  /// Reads the indices of a reflection: "104", "0 0 12" or "-1 1 1".
  ///
  /// - Returns: nil for what are not three whole numbers.
  public static func indices(_ text: String) -> MillerIndices? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "," })
    let numbers = words.count == 3 ? words.compactMap { Int($0) } : text.compactMap(\.wholeNumberValue)
    guard numbers.count == 3, words.count == 3 || text.count == 3, numbers.contains(where: { $0 != 0 }) else {
      return nil
    }
    return MillerIndices(numbers[0], numbers[1], numbers[2])
  }
}
