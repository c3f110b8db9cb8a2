/// Vectors that a matrix nearly takes to zero wherever it is looked at locally: what a multigrid method cannot smooth and
/// must represent on its coarse levels. The constant for diffusion, the motions of a rigid body for elasticity.
public struct NearNullSpace: Sendable, Hashable {
  /// The vectors, a value for each unknown of the matrix each.
  public let vectors: [[Double]]
  /// The node that each unknown belongs to, ascending: the unknowns of a node stay together.
  public let nodes: [Int32]

  /// - Precondition: one vector or more, all as long as `nodes`, which ascends.
  public init(vectors: [[Double]], nodes: [Int32]) {
    precondition(!vectors.isEmpty && vectors.allSatisfy { $0.count == nodes.count }, "a value for each unknown")
    precondition(zip(nodes, nodes.dropFirst()).allSatisfy { $0 <= $1 }, "the nodes of the unknowns ascend")
    self.vectors = vectors
    self.nodes = nodes
  }

  /// The constant, with an unknown a node: diffusion.
  ///
  /// - Parameter size: number of unknowns.
  public static func constant(size: Int) -> NearNullSpace {
    NearNullSpace(
      vectors: [[Double](repeating: 1, count: size)], nodes: size > 0 ? (0..<Int32(size)).map(\.self) : [])
  }

  /// The translations and rotations of a rigid body: three vectors in the plane, six in space.
  ///
  /// - Parameters:
  ///   - dimension: 2 or 3.
  ///   - points: coordinates of the nodes, `dimension` each.
  ///   - unknowns: the unknown of each component of each node's displacement, in the order of `points`, negative where
  ///     it is held; those that are free ascend from 0.
  /// - Precondition: `points` and `unknowns` are equally long and the free unknowns ascend.
  public static func rigidBody(dimension: Int, points: [Double], unknowns: [Int32]) -> NearNullSpace {
    precondition(dimension == 2 || dimension == 3, "a body in the plane or in space")
    precondition(points.count == unknowns.count && points.count % dimension == 0, "an unknown for each coordinate")
    var nodes: [Int32] = []
    nodes.reserveCapacity(points.count)
    var places: [Int] = []
    places.reserveCapacity(points.count)
    for (place, unknown) in unknowns.enumerated() where unknown >= 0 {
      precondition(Int(unknown) == nodes.count, "free unknowns are numbered in the order of their nodes")
      nodes.append(Int32(place / dimension))
      places.append(place)
    }
    // Rotations about the middle and over the size of the body, so that all vectors are of one order.
    let nodeCount = max(points.count / dimension, 1)
    var middle = SIMD3<Double>.zero
    for (place, value) in points.enumerated() { middle[place % dimension] += value / Double(nodeCount) }
    let reach = points.enumerated().reduce(0.0) { max($0, abs($1.element - middle[$1.offset % dimension])) }
    let scale = reach > 0 ? 1 / reach : 1
    let rotations = dimension == 2 ? [(0, 1)] : [(0, 1), (1, 2), (0, 2)]
    var vectors = [[Double]](repeating: [Double](repeating: 0, count: nodes.count), count: dimension + rotations.count)
    for (unknown, place) in places.enumerated() {
      let component = place % dimension
      let node = place - component
      vectors[component][unknown] = 1
      for (number, (first, second)) in rotations.enumerated() {
        if component == first {
          vectors[dimension + number][unknown] = -scale * (points[node + second] - middle[second])
        } else if component == second {
          vectors[dimension + number][unknown] = scale * (points[node + first] - middle[first])
        }
      }
    }
    return NearNullSpace(vectors: vectors, nodes: nodes)
  }
}
