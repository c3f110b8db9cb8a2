import ParticleMechanics

/// Gmsh's numbers of elements, and how its order of nodes differs from VTK's, which the solvers use.
enum GmshElementType {
  static let point = 15

  /// The shape of a type; nil for points and for what there is no element of.
  static func shape(_ type: Int) -> ElementShape? {
    switch type {
    case 1: .line2
    case 8: .line3
    case 2: .triangle3
    case 9: .triangle6
    case 10: .quadrilateral9
    case 4: .tetrahedron4
    case 11: .tetrahedron10
    default: nil
    }
  }

  static func number(_ shape: ElementShape) -> Int {
    switch shape {
    case .line2: 1
    case .line3: 8
    case .triangle3: 2
    case .triangle6: 9
    case .quadrilateral9: 10
    case .tetrahedron4: 4
    case .tetrahedron10: 11
    }
  }

  /// What an element that is not read is called.
  static func name(_ type: Int) -> String {
    switch type {
    case 3: "quadrilaterals of 4 nodes"
    case 5: "hexahedra"
    case 6: "prisms"
    case 7: "pyramids"
    case 16: "quadrilaterals of 8 nodes"
    case 21: "triangles of third order"
    default: "elements of type \(type)"
    }
  }

  /// Exchanges what the two orders have exchanged: the last two nodes of a tetrahedron of 10. Its own inverse.
  static func exchangeOrder<Nodes: MutableCollection<Int32> & RandomAccessCollection>(
    _ shape: ElementShape, _ nodes: inout Nodes
  ) where Nodes.Index == Int {
    guard shape == .tetrahedron10 else { return }
    nodes.swapAt(nodes.startIndex + 8, nodes.startIndex + 9)
  }

  /// The sides of an element as places among its nodes, corners first, seen from outside counter-clockwise (in a section:
  /// with the element on the left).
  static func sides(_ shape: ElementShape) -> [[Int]] {
    switch shape {
    case .line2, .line3: []
    case .triangle3: [[0, 1], [1, 2], [2, 0]]
    case .triangle6: [[0, 1, 3], [1, 2, 4], [2, 0, 5]]
    case .quadrilateral9: [[0, 1, 4], [1, 2, 5], [2, 3, 6], [3, 0, 7]]
    case .tetrahedron4: [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]
    case .tetrahedron10: [[0, 2, 1, 6, 5, 4], [0, 1, 3, 4, 8, 7], [1, 2, 3, 5, 9, 8], [0, 3, 2, 7, 9, 6]]
    }
  }

  /// The places of nodes that change when an element is turned round.
  static func turned(_ shape: ElementShape) -> [Int] {
    switch shape {
    case .line2: [1, 0]
    case .line3: [1, 0, 2]
    case .triangle3: [0, 2, 1]
    case .triangle6: [0, 2, 1, 5, 4, 3]
    case .quadrilateral9: [0, 3, 2, 1, 7, 6, 5, 4, 8]
    case .tetrahedron4: [1, 0, 2, 3]
    case .tetrahedron10: [1, 0, 2, 3, 4, 6, 5, 8, 7, 9]
    }
  }

  /// Corners of a shape.
  static func cornerCount(_ shape: ElementShape) -> Int {
    switch shape {
    case .line2, .line3: 2
    case .triangle3, .triangle6: 3
    case .quadrilateral9, .tetrahedron4, .tetrahedron10: 4
    }
  }
}
