import Crystallography
import FileFormats
import Foundation

/// What a CIF says, in words, and what looks wrong about it.
public enum StructureDescription {
  /// Cell, symmetry, sites and the shortest distances of a structure, with warnings that name the sites.
  ///
  /// - Throws: `FormatError` when the file cannot be read.
  public static func text(of path: String) throws -> String {
    let content = try CIFFile.content(DiffractionInput.bytes(of: path), named: path)
    let structure = content.structure
    let cell = structure.cell
    let degrees = 180 / Double.pi
    var lines = [
      "structure: \(structure.name)",
      "space group: \(structure.spaceGroup.symbol)" + (structure.spaceGroup.number.map { ", number \($0)" } ?? ""),
      String(
        format: "cell: a %.6g, b %.6g, c %.6g angstrom, alpha %.6g, beta %.6g, gamma %.6g deg", cell.a * 1e10,
        cell.b * 1e10, cell.c * 1e10, cell.alpha * degrees, cell.beta * degrees, cell.gamma * degrees),
      String(format: "volume: %.6g angstrom3, density: %.5g g/cm3", cell.volume * 1e30, structure.density / 1e3),
    ]
    for site in structure.sites {
      lines.append(
        String(
          format: "site %@: %@ at %.5g, %.5g, %.5g, occupancy %.5g", site.label, site.element.symbol, site.position.x,
          site.position.y, site.position.z, site.occupancy))
    }
    for neighbour in structure.nearestNeighbours() where neighbour.first <= neighbour.second {
      lines.append(
        String(
          format: "shortest %@ - %@: %.4g angstrom, %d times", structure.sites[neighbour.first].label,
          structure.sites[neighbour.second].label, neighbour.distance * 1e10, neighbour.count))
    }
    lines += content.notes.map { "note: \($0)" }
    lines += structure.bondLengthWarnings().map { "warning: \($0)" }
    return lines.joined(separator: "\n")
  }
}
