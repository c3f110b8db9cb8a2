import CGmsh
import Foundation
public import ParticleMechanics
public import Tomography

/// Makes meshes with Gmsh, whose library is opened at run time and need not be there.
///
/// Gmsh is licensed under the GPL, version 2 or later, and is no part of the program. A version of it gives the same mesh
/// for the same input; another version may give another.
///
/// Reference: C. Geuzaine and J.-F. Remacle, "Gmsh: a three-dimensional finite element mesh generator with built-in pre-
/// and post-processing facilities", Int. J. Numer. Meth. Eng. 79 (2009) 1309.
public struct GmshMesher: Sendable {
  /// For example "4.8.4".
  public let version: String
  private let library: String?

  /// Gmsh has one global state.
  private static let lock = NSLock()

  /// Opens the library.
  ///
  /// - Parameter library: its path; by its usual names where it is nil.
  /// - Throws: ``MeshingError/unavailable(_:)``.
  public init(library: String? = nil) throws(MeshingError) {
    var version = [CChar](repeating: 0, count: 64), message = [CChar](repeating: 0, count: 512)
    Self.lock.lock()
    defer { Self.lock.unlock() }
    guard operando_gmsh_open(library, &version, version.count, &message, message.count) == 1 else {
      throw .unavailable(Self.text(message))
    }
    self.library = library
    self.version = Self.text(version)
  }

  /// Meshes a section by triangles.
  ///
  /// - Parameters:
  ///   - order: 1 for triangles of 3 nodes, 2 for those of 6.
  ///   - boundaryNames: the boundaries that a side of the outside belongs to, by its middle in metres; see
  ///     `ElementMesh.BoundaryName`.
  /// - Returns: a mesh with a region for each of the section's and the boundary
  ///   ``SectionGeometry/interfaceName`` between them.
  /// - Throws: ``MeshingError`` where the section cannot be meshed.
  public func mesh(
    _ geometry: SectionGeometry, sizes: MeshSizes, order: Int = 2, curves: GmshScript.Curves = .straight,
    boundaryNames: (SIMD2<Double>) -> [String] = { _ in [ElementMesh.BoundaryName.surface] }
  ) throws(MeshingError) -> ElementMesh {
    let script = try GmshScript.text(
      geometry, sizes: sizes, order: order, curves: curves, sampling: samplingOption, boundaryNames: boundaryNames)
    return try run(script, dimension: 2)
  }

  /// Fills a closed surface with tetrahedra; its triangles become their sides.
  ///
  /// - Parameters:
  ///   - size: the longest that elements inside shall be, in metres.
  ///   - order: 1 for tetrahedra of 4 nodes, 2 for those of 10.
  /// - Returns: a mesh of the region `particle` with the boundary `surface`.
  /// - Throws: ``MeshingError`` where the surface is not closed or cannot be meshed.
  public func mesh(_ surface: SurfaceMesh, size: Double, order: Int = 2) throws(MeshingError) -> ElementMesh {
    guard order == 1 || order == 2 else { throw .geometry("elements of order \(order); 1 and 2 are known") }
    guard size > 0, size.isFinite else { throw .geometry("elements of size \(size) m; sizes are positive") }
    guard !surface.triangles.isEmpty, surface.isWatertight else { throw .geometry("the surface is not closed") }
    let expected = 12 * abs(surface.volume) / (size * size * size)
    guard expected <= 1e7 else {
      throw .geometry(
        "elements of \(size * 1e6) um would be about \(expected); at most 1e7 are made, choose larger ones")
    }
    var lines = ["Merge \"surface.msh\";", "Surface Loop(1) = {1};", "Volume(1) = {1};"]
    lines += ["Physical Volume(\"particle\", 1) = {1};", "Physical Surface(\"surface\", 2) = {1};"]
    lines += GmshScript.header(order: order)
    lines += ["Mesh.MeshSizeExtendFromBoundary = 1;", "Mesh.MeshSizeMax = \(size * 1e6);"]
    var mesh = try run(
      lines.joined(separator: "\n") + "\n", dimension: 3, files: ["surface.msh": GmshFile.write(surface)])
    // The name that the surface has in its own file.
    mesh.boundaries[GmshFile.surfaceName] = nil
    return mesh
  }

  /// What the density of samples along curves is called in this version.
  private var samplingOption: String {
    let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    return numbers.lexicographicallyPrecedes([4, 9]) ? "NumPointsPerCurve" : "Sampling"
  }

  /// Runs a script in a folder of its own and reads the mesh that comes of it.
  private func run(
    _ script: String, dimension: Int32, files: [String: String] = [:]
  ) throws(MeshingError) -> ElementMesh {
    let folder = FileManager.default.temporaryDirectory.appending(path: "operando-gmsh-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let geometry = folder.appending(path: "particle.geo"), output = folder.appending(path: "particle.msh")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
      try Data(script.utf8).write(to: geometry)
      var message = [CChar](repeating: 0, count: 512)
      let status = Self.lock.withLock {
        operando_gmsh_mesh(library, geometry.path, dimension, output.path, &message, message.count)
      }
      guard status == 1 else { throw MeshingError.failed(Self.text(message)) }
      return try GmshMeshFile.read([UInt8](Data(contentsOf: output)), named: "the mesh of Gmsh \(version)")
    } catch let error as MeshingError {
      throw error
    } catch let error as FormatError {
      throw .failed(error.description)
    } catch {
      throw .failed(error.localizedDescription)
    }
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
