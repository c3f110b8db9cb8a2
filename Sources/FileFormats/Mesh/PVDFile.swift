import Foundation
public import ParticleMechanics

/// A series of `.vtu` files with a `.pvd` file that tells their times, which every version of ParaView opens.
///
/// Beside `run.pvd` there is a folder `run` with `run-0000.vtu`, `run-0001.vtu` and so on.
///
/// Source: ParaView wiki, "ParaView/Data formats", PVD file format.
public enum PVDFile {
  /// Writes the fields of a mesh, and the region of each element, at all times.
  ///
  /// The `.pvd` file is written last: where it is there, the series is whole.
  ///
  /// - Parameters:
  ///   - times: in seconds, ascending.
  ///   - path: of the `.pvd` file.
  /// - Throws: ``FormatError`` when counts do not belong together or a file cannot be written.
  public static func write(
    _ mesh: ElementMesh, times: [Double], fields: [MeshField], to path: String,
    compression: VTUFile.Compression = .zlib
  ) throws {
    try mesh.requireConsistency(for: path)
    try fields.requireConsistency(nodes: mesh.nodeCount, elements: mesh.elementCount, times: times, for: path)
    let file = URL(filePath: path)
    guard file.pathExtension == "pvd" else { throw FormatError(path, "is no name of a series; it would end in .pvd") }
    let name = file.deletingPathExtension().lastPathComponent
    let folder = file.deletingPathExtension()
    let grid = VTUFile.Grid(mesh)
    var collection =
      "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"1.0\" byte_order=\"LittleEndian\">\n"
    collection += "<Collection>\n"
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (step, time) in times.enumerated() {
        let number = String(step)
        let part = "\(name)-\(String(repeating: "0", count: max(0, 4 - number.count)))\(number).vtu"
        let bytes = VTUFile.document(grid, fields: fields, step: step, time: time, compression)
        try Data(bytes).write(to: folder.appending(path: part), options: .atomic)
        collection += "<DataSet timestep=\"\(time)\" group=\"\" part=\"0\" "
        collection += "file=\"\(VTUFile.escaped("\(name)/\(part)"))\"/>\n"
      }
      collection += "</Collection>\n</VTKFile>\n"
      try Data(collection.utf8).write(to: file, options: .atomic)
    } catch {
      throw FormatError(path, "cannot be written: \(error.localizedDescription)")
    }
  }
}
