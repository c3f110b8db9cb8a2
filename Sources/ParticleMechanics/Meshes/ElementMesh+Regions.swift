/// What is said of a mesh grain by grain, for tables and drawings.
extension ElementMesh {
  /// A side between elements of two regions.
  public struct RegionBoundary: Sendable, Hashable {
    /// The nodes of the side in the order of its shape, the element of the lower region on the left (in a section) or
    /// behind (in space).
    public var nodes: [Int32]
    public var lower: Int32
    public var higher: Int32
    /// The elements of either region.
    public var lowerElement: Int
    public var higherElement: Int
  }

  /// One more than the highest number of a region.
  public var regionCount: Int { Int(regions.max() ?? -1) + 1 }

  /// The area of each region in m², or in space its volume in m³.
  public var regionSizes: [Double] {
    var sizes = [Double](repeating: 0, count: regionCount)
    ElementQuadrature(self).forEachElement { points in
      for volume in points.volumes { sizes[Int(points.region)] += volume }
    }
    return sizes
  }

  /// The mean of a nodal field over each region; NaN where a number has no elements.
  ///
  /// - Precondition: a value for each node.
  public func regionMeans(of field: [Double]) -> [Double] {
    precondition(field.count == nodeCount, "a value for each node")
    var sums = [(size: Double, value: Double)](repeating: (0, 0), count: regionCount)
    field.withUnsafeBufferPointer { field in
      ElementQuadrature(self).forEachElement { points in
        for point in 0..<points.pointCount {
          sums[Int(points.region)].size += points.volumes[point]
          sums[Int(points.region)].value += points.volumes[point] * points.value(point, of: field)
        }
      }
    }
    return sums.map { $0.value / $0.size }
  }

  /// The centroid of each region in metres; NaN where a number has no elements.
  public var regionCentroids: [SIMD3<Double>] {
    var sums = [(size: Double, moment: SIMD3<Double>)](repeating: (0, .zero), count: regionCount)
    ElementQuadrature(self).forEachElement { points in
      for point in 0..<points.pointCount {
        sums[Int(points.region)].size += points.volumes[point]
        sums[Int(points.region)].moment += points.volumes[point] * points.positions[point]
      }
    }
    return sums.map { $0.moment / $0.size }
  }

  /// The sides between different regions, in the order of the elements.
  public func regionBoundaries() -> [RegionBoundary] {
    guard regionCount > 1, let facet = shape.facet else { return [] }
    let sides = shape.facetNodes
    let corners = facet.cornerCount
    var first: [SIMD4<Int32>: (element: Int, side: Int)] = [:]
    var found: [RegionBoundary] = []
    for element in 0..<elementCount {
      let start = element * shape.nodeCount
      for (number, side) in sides.enumerated() {
        var nodes = side[..<corners].map { elements[start + $0] }
        nodes.sort()
        let key = SIMD4(nodes[0], nodes[1], corners == 3 ? nodes[2] : -1, -1)
        guard let other = first.removeValue(forKey: key) else {
          first[key] = (element, number)
          continue
        }
        guard regions[other.element] != regions[element] else { continue }
        let isLower = regions[element] < regions[other.element]
        let (low, high) = isLower ? (element, other.element) : (other.element, element)
        let lowSide = sides[isLower ? number : other.side]
        found.append(
          RegionBoundary(
            nodes: lowSide.map { elements[low * shape.nodeCount + $0] }, lower: regions[low], higher: regions[high],
            lowerElement: low, higherElement: high))
      }
    }
    return found
  }

  /// The boundaries between regions of a section as pieces of lines to draw, from corner to middle to corner, in metres.
  public func regionBoundaryLines() -> [[SIMD2<Double>]] {
    regionBoundaries().map { side in
      let order = side.nodes.count == 3 ? [0, 2, 1] : [0, 1]
      return order.map { local in
        let place = position(Int(side.nodes[local]))
        return SIMD2(place.x, place.y)
      }
    }
  }
}
