/// The shapes of elements that the solvers know; nodes in the order of VTK's cell of the same shape.
public enum ElementShape: String, Sendable, Hashable, CaseIterable {
  case triangle3 = "triangle-3"
  case triangle6 = "triangle-6"
  case quadrilateral9 = "quadrilateral-9"
  case tetrahedron4 = "tetrahedron-4"
  case tetrahedron10 = "tetrahedron-10"
  case line2 = "line-2"
  case line3 = "line-3"

  public var nodeCount: Int {
    switch self {
    case .line2: 2
    case .line3, .triangle3: 3
    case .tetrahedron4: 4
    case .triangle6: 6
    case .quadrilateral9: 9
    case .tetrahedron10: 10
    }
  }

  /// 1, 2 or 3.
  public var dimension: Int {
    switch self {
    case .line2, .line3: 1
    case .triangle3, .triangle6, .quadrilateral9: 2
    case .tetrahedron4, .tetrahedron10: 3
    }
  }

  /// The shape of its sides.
  public var facet: ElementShape? {
    switch self {
    case .line2, .line3: nil
    case .triangle3: .line2
    case .triangle6, .quadrilateral9: .line3
    case .tetrahedron4: .triangle3
    case .tetrahedron10: .triangle6
    }
  }

  /// VTK's number of the cell.
  public var vtkType: UInt8 {
    switch self {
    case .line2: 3
    case .line3: 21
    case .triangle3: 5
    case .triangle6: 22
    case .quadrilateral9: 28
    case .tetrahedron4: 10
    case .tetrahedron10: 24
    }
  }
}

/// A mesh of any shape: a section of the particle or the particle in space.
public struct ElementMesh: Sendable, Hashable {
  /// Named boundaries that the solvers know.
  public enum BoundaryName {
    /// In contact with the electrolyte: lithium passes here. Where a mesh has none, the whole outside is.
    public static let wetted = "wetted"
    /// The whole outside of the particle, free of traction.
    public static let surface = "surface"
    /// Planes of symmetry: no flux, no displacement along the normal.
    public static let symmetryX = "symmetry-x"
    public static let symmetryY = "symmetry-y"
    public static let symmetryZ = "symmetry-z"
  }

  /// 2 for a section, 3 in space.
  public var dimension: Int { shape.dimension }
  /// Coordinates of node `n` along `axis` at `dimension × n + axis`, in metres; y points up.
  public var points: [Double]
  public var shape: ElementShape
  /// ``ElementShape/nodeCount`` nodes an element, positively oriented.
  public var elements: [Int32]
  /// The region of each element: its grain, from 0; all 0 where there is one material.
  public var regions: [Int32]
  /// The name of a region where the mesh file gives one.
  public var regionNames: [Int32: String]
  /// The sides of elements that make a named boundary, `shape.facet` nodes each, the element on the left (in a section)
  /// or behind (in space).
  public var boundaries: [String: [Int32]]

  public init(
    points: [Double], shape: ElementShape, elements: [Int32], regions: [Int32]? = nil,
    regionNames: [Int32: String] = [:], boundaries: [String: [Int32]] = [:]
  ) {
    self.points = points
    self.shape = shape
    self.elements = elements
    self.regions = regions ?? [Int32](repeating: 0, count: elements.count / shape.nodeCount)
    self.regionNames = regionNames
    self.boundaries = boundaries
  }

  public var nodeCount: Int { points.count / dimension }
  public var elementCount: Int { elements.count / shape.nodeCount }

  /// The position of a node, z = 0 in a section.
  public func position(_ node: Int) -> SIMD3<Double> {
    SIMD3(points[dimension * node], points[dimension * node + 1], dimension == 3 ? points[dimension * node + 2] : 0)
  }
}
