/// What is wrong with a mesh or with a field on it.
public enum ElementMeshError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is nothing to solve on.
  case empty
  /// The elements are lines; a section or a body in space is expected.
  case wrongShape(ElementShape)
  /// An array whose length does not fit the mesh.
  case wrongCount(name: String, count: Int, expected: String)
  /// An element names a node that is not there; both are counted from 0.
  case unknownNode(element: Int, node: Int, nodeCount: Int)
  /// A side of a named boundary holds a node that is not there.
  case unknownBoundaryNode(boundary: String, node: Int, nodeCount: Int)
  /// A coordinate of a node is not a finite number.
  case notFinite(node: Int)
  /// An element is turned inside out or has no size; its size there in m³, or m² in a section.
  case invertedElement(element: Int, size: Double)
  /// No element holds a node.
  case looseNode(Int)
  /// A boundary that is needed and that the mesh does not have.
  case missingBoundary(String, present: [String])

  public var description: String {
    switch self {
    case .empty: "the mesh has no elements"
    case .wrongShape(let shape):
      "the mesh is made of \(shape.rawValue) elements; expected triangles, quadrilaterals or tetrahedra"
    case .wrongCount(let name, let count, let expected): "\(name) has \(count) values; expected \(expected)"
    case .unknownNode(let element, let node, let count):
      "element \(element) of the mesh holds node \(node); expected 0 to \(count - 1)"
    case .unknownBoundaryNode(let boundary, let node, let count):
      "the boundary “\(boundary)” of the mesh holds node \(node); expected 0 to \(count - 1)"
    case .notFinite(let node): "node \(node) of the mesh has a coordinate that is not a finite number"
    case .invertedElement(let element, let size):
      "element \(element) of the mesh is inverted or empty (size \(size) at a point of it); "
        + "order its nodes anticlockwise, or in space with the right-hand rule"
    case .looseNode(let node): "node \(node) of the mesh belongs to no element; remove it"
    case .missingBoundary(let name, let present):
      "the mesh has no boundary named “\(name)”; "
        + (present.isEmpty ? "it names none" : "it has \(present.map { "“\($0)”" }.joined(separator: ", "))")
    }
  }
}
