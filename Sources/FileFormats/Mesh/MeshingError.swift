/// Why a mesh was not made.
public enum MeshingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Gmsh's library is not there, with the reason.
  case unavailable(String)
  /// What is to be meshed cannot be, with the place.
  case geometry(String)
  /// What Gmsh said, or what it handed over.
  case failed(String)

  public var description: String {
    switch self {
    case .unavailable(let reason):
      "Gmsh is needed here and cannot be used: \(reason); install it (Debian: libgmsh4.8, PyPI: gmsh) or give a mesh file"
    case .geometry(let problem): "cannot be meshed: \(problem)"
    case .failed(let problem): "Gmsh made no mesh: \(problem)"
    }
  }
}
