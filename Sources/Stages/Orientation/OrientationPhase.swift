public import Crystallography
import FileFormats
import Foundation

/// A crystalline phase whose orientation is looked for, with its atoms.
public struct OrientationPhase: Sendable {
  /// What it is called, for example "NMC811".
  public var name: String
  public var structure: CrystalStructure
  /// Where cell and atoms come from, in words.
  public var source: String

  /// The phase of a `.cif` file, or NMC811 by its name.
  ///
  /// - Parameters:
  ///   - name: NMC811 or a path.
  ///   - a: edge a in metres instead of the stated one; nil keeps it.
  ///   - c: edge c in metres instead of the stated one; nil keeps it.
  /// - Throws: the reader's errors; `StageDocumentError` for another name or a cell that the symmetry does not allow.
  public init(named name: String, a: Double? = nil, c: Double? = nil) throws {
    if name.lowercased().hasSuffix(".cif") {
      structure = try CIFFile.read(DiffractionInput.bytes(of: name), named: name)
      self.name = URL(filePath: name).deletingPathExtension().lastPathComponent
      source = URL(filePath: name).lastPathComponent
    } else {
      guard name == "NMC811" else {
        throw StageDocumentError(
          path: name, problem: "is no phase that is known by its name; give NMC811, or a file such as phase.cif")
      }
      self.name = name
      structure = try Self.nmc811()
      source = "cell of Märker et al. 2019, pristine; oxygen at z = 0.2585"
    }
    guard a != nil || c != nil else { return }
    let cell = structure.cell
    do {
      structure = try CrystalStructure(
        name: structure.name,
        cell: UnitCell(
          a: a ?? cell.a, b: a.map { $0 * cell.b / cell.a } ?? cell.b, c: c ?? cell.c, alpha: cell.alpha,
          beta: cell.beta, gamma: cell.gamma), spaceGroup: structure.spaceGroup, sites: structure.sites)
    } catch {
      throw StageDocumentError(path: name, problem: "cannot have the stated edges: \(error)")
    }
    source += ", edges as stated"
  }

  /// LiNi0.8Mn0.1Co0.1O2, R-3m: transition metals on 3a, lithium on 3b, oxygen on 6c at z = 0.2585, which puts it
  /// 1.97 Å from the metal and 2.11 Å from lithium. (With lithium on 3a it would be z = 0.2415.)
  private static func nmc811() throws -> CrystalStructure {
    func site(_ label: String, _ symbol: String, _ z: Double, _ occupancy: Double, b: Double) throws -> AtomSite {
      AtomSite(
        label: label, element: try ChemicalElement(symbol: symbol), position: SIMD3(0, 0, z), occupancy: occupancy,
        displacement: .isotropic(b: b * 1e-20))
    }
    return try CrystalStructure(
      name: "LiNi0.8Mn0.1Co0.1O2", cell: UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10),
      spaceGroup: SpaceGroup(number: 166),
      sites: [
        try site("Ni", "Ni", 0, 0.8, b: 0.35), try site("Mn", "Mn", 0, 0.1, b: 0.35),
        try site("Co", "Co", 0, 0.1, b: 0.35), try site("Li", "Li", 0.5, 1, b: 1),
        try site("O", "O", 0.2585, 1, b: 0.7),
      ])
  }
}
