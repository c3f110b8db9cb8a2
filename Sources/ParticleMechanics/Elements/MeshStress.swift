/// The stress of one state on a mesh, in pascals.
///
/// It is given at the points of each element at which it is most accurate: one of a linear element, three of a triangle
/// and four of a tetrahedron of the second degree, 2 × 2 of a quadrilateral; O. C. Zienkiewicz, R. L. Taylor, The Finite
/// Element Method (2000), section 14.2. Between them it is continued linearly (bilinearly in a quadrilateral) over the
/// element, and never across the border of a region: an eigenstrain may jump there.
public struct MeshStress: Sendable, Hashable {
  public let mesh: ElementMesh
  /// ``pointsPerElement`` tensors an element.
  public let values: [SymmetricTensor3]
  /// The uniform total strain across a section.
  public let axialStrain: Double

  public var pointsPerElement: Int { values.count / mesh.elementCount }

  /// - Precondition: the same number of values for each element, as many as the shape has points.
  public init(mesh: ElementMesh, values: [SymmetricTensor3], axialStrain: Double = 0) {
    precondition(
      values.count == mesh.elementCount * QuadratureRule(mesh.shape, .stress).weights.count,
      "a tensor for each point of each element")
    self.mesh = mesh
    self.values = values
    self.axialStrain = axialStrain
  }

  /// The place of each value, in metres.
  public func positions() -> [SIMD3<Double>] {
    var places: [SIMD3<Double>] = []
    places.reserveCapacity(values.count)
    ElementQuadrature(mesh, .stress).forEachElement { places.append(contentsOf: $0.positions) }
    return places
  }

  /// The mean of each element over its volume.
  public func elementMeans() -> [SymmetricTensor3] {
    var means: [SymmetricTensor3] = []
    means.reserveCapacity(mesh.elementCount)
    let count = pointsPerElement
    ElementQuadrature(mesh, .stress).forEachElement { points in
      var (sum, volume) = (SymmetricTensor3(), 0.0)
      for point in 0..<count {
        sum = sum + points.volumes[point] * values[count * points.element + point]
        volume += points.volumes[point]
      }
      means.append((1 / volume) * sum)
    }
    return means
  }

  /// Inside an element, at local coordinates of its reference element.
  public func value(element: Int, at place: SIMD3<Double>) -> SymmetricTensor3 {
    combine(element, Self.weights(mesh.shape, at: place))
  }

  /// At each entry of the nodes of a mesh split by regions: the mean of what the elements of the region say there.
  public func nodalValues(_ split: RegionNodes) -> [SymmetricTensor3] {
    let weights = mesh.shape.nodePlaces.map { Self.weights(mesh.shape, at: $0) }
    let nodes = mesh.shape.nodeCount
    var sums = [SymmetricTensor3](repeating: SymmetricTensor3(), count: split.count)
    var counts = [Double](repeating: 0, count: split.count)
    for element in 0..<mesh.elementCount {
      for local in 0..<nodes {
        let entry = Int(split.elements[element * nodes + local])
        sums[entry] = sums[entry] + combine(element, weights[local])
        counts[entry] += 1
      }
    }
    return zip(sums, counts).map { (1 / $1) * $0 }
  }

  private func combine(_ element: Int, _ weights: [Double]) -> SymmetricTensor3 {
    var sum = SymmetricTensor3()
    for (point, weight) in weights.enumerated() { sum = sum + weight * values[weights.count * element + point] }
    return sum
  }

  /// How the value at a place follows from those at the points.
  static func weights(_ shape: ElementShape, at place: SIMD3<Double>) -> [Double] {
    switch shape {
    case .line2, .line3, .triangle3, .tetrahedron4: return [1]
    case .triangle6: return [1 - place.x - place.y, place.x, place.y].map { 2 * $0 - 1.0 / 3 }
    case .tetrahedron10:
      let near = (5 - 5.0.squareRoot()) / 20
      return [1 - place.x - place.y - place.z, place.x, place.y, place.z].map { ($0 - near) / (1 - 4 * near) }
    case .quadrilateral9:
      let root = 3.0.squareRoot()
      let (a, b) = (0.5 * (1 - root * place.x), 0.5 * (1 + root * place.x))
      let (c, d) = (0.5 * (1 - root * place.y), 0.5 * (1 + root * place.y))
      return [a * c, b * c, a * d, b * d]
    }
  }
}
