public import ParticleMechanics

/// A field on a mesh, at its nodes or in its elements, at one or several times.
public struct MeshField: Sendable, Hashable {
  /// Where a field has its values.
  public enum Location: Sendable, Hashable {
    case nodes
    case elements
  }

  public var name: String
  public var location: Location
  /// 1 for a number, 3 for a vector, 6 for a symmetric tensor in VTK's order xx, yy, zz, xy, yz, xz.
  public var components: Int
  /// `[(time × places + place) × components + component]`; a field that does not change may be given for one time alone.
  public var values: [Double]

  public init(name: String, location: Location = .nodes, components: Int = 1, values: [Double]) {
    self.name = name
    self.location = location
    self.components = components
    self.values = values
  }

  /// A field of vectors, places one after another, times one after another.
  public init(name: String, location: Location = .nodes, vectors: [SIMD3<Double>]) {
    self.init(name: name, location: location, components: 3, values: vectors.flatMap { [$0.x, $0.y, $0.z] })
  }

  /// A field of symmetric tensors, places one after another, times one after another.
  public init(name: String, location: Location = .nodes, tensors: [SymmetricTensor3]) {
    self.init(
      name: name, location: location, components: 6,
      values: tensors.flatMap { [$0.xx, $0.yy, $0.zz, $0.xy, $0.yz, $0.xz] })
  }

  /// How many values there are at one time.
  func count(nodes: Int, elements: Int) -> Int { components * (location == .nodes ? nodes : elements) }
}

extension [MeshField] {
  /// Holds fields against the mesh and the times that they are written with.
  ///
  /// - Parameter file: for messages.
  /// - Throws: ``FormatError`` when counts do not belong together or two fields have one name.
  func requireConsistency(nodes: Int, elements: Int, times: [Double], for file: String) throws {
    guard !times.isEmpty, times.allSatisfy(\.isFinite), zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw FormatError(file, "has times that do not ascend")
    }
    var names: Set<String> = []
    for field in self {
      let count = field.count(nodes: nodes, elements: elements)
      guard field.components > 0, field.values.count == count || field.values.count == count * times.count else {
        let places = field.location == .nodes ? "node" : "element"
        throw FormatError(
          file,
          "the field \(field.name) has \(field.values.count) values; expected \(field.components) for each \(places), once or "
            + "for each of \(times.count) times")
      }
      guard names.insert("\(field.location) \(field.name)").inserted else {
        throw FormatError(file, "two fields are called \(field.name)")
      }
    }
  }
}
