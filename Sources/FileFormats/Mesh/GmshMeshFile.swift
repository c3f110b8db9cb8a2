public import ParticleMechanics

/// Meshes of Gmsh for the solvers: MSH 2.2 and 4.1, in text and binary.
///
/// What a mesh consists of follows from its physical groups:
/// - elements of the highest dimension make the mesh; all are of one shape, of order 1 or 2, and those that run the wrong
///   way round are turned;
/// - their groups are the regions, numbered from 0 in ascending order of the groups' numbers; elements without a group
///   form the last region, and where a file has no groups at all each of its geometric entities is a region;
/// - groups of one dimension less are the named boundaries, those without a name are called `boundary 7` by their number;
///   a side may be in several.
///
/// The format has no units; coordinates are in micrometres unless said. A section lies in a plane z = constant.
///
/// Reference: Gmsh 4 reference manual, "MSH file format" and "MSH file format version 2 (legacy)".
public enum GmshMeshFile {
  /// The versions of the format.
  public enum Version: String, Sendable, Hashable, CaseIterable {
    case v2 = "2.2"
    case v4 = "4.1"
  }

  /// How numbers are stored.
  public enum Encoding: Sendable, Hashable, CaseIterable {
    case text
    case binary
  }

  /// Whether bytes begin as a file of Gmsh does.
  public static func recognises(_ start: [UInt8]) -> Bool {
    start.drop { $0 <= 0x20 }.starts(with: Array("$MeshFormat".utf8))
  }

  /// Reads a mesh.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - unit: of the coordinates in the file, in metres.
  /// - Throws: ``FormatError`` where the file is of another version, damaged, or holds what the solvers have no element
  ///   for: mixed shapes, a surface in space, elements without area or folded, overlapping regions, sides of no element.
  public static func read(_ bytes: [UInt8], named name: String, unit: Double = 1e-6) throws -> ElementMesh {
    var content = GmshContent()
    var cursor = GmshCursor(bytes, name)
    try content.read(&cursor)
    return try GmshAssembly(content, name: name, unit: unit).mesh()
  }

  /// The bytes of a mesh: its elements grouped by region, the sides of its boundaries, and the names of both.
  ///
  /// Regions get the physical numbers region + 1, boundaries those from 1 in alphabetical order.
  ///
  /// - Parameter unit: of the coordinates in the file, in metres; at 1 they read back to the last bit.
  /// - Throws: ``FormatError`` when counts do not belong together or a name has a quotation mark or a line break.
  public static func write(
    _ mesh: ElementMesh, version: Version = .v4, encoding: Encoding = .text, unit: Double = 1e-6
  ) throws -> [UInt8] {
    let content = try GmshContent(mesh, unit: unit)
    var output = GmshOutput(isBinary: encoding == .binary)
    switch version {
    case .v2: content.writeVersion2(to: &output)
    case .v4: content.writeVersion4(to: &output)
    }
    return output.bytes
  }
}
