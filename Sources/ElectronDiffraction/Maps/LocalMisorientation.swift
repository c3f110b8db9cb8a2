import Crystallography

extension OrientationMap {
  /// Kernel average misorientation: the mean disorientation of a point to its neighbours, in radians.
  ///
  /// - Parameters:
  ///   - order: neighbours are at most so many steps from point to point away; 1 takes those that share an edge.
  ///   - threshold: neighbours that differ by more, in radians, are across a boundary and left out.
  /// - Returns: a value for each point in C order; NaN where nothing was indexed or no neighbour remains.
  /// - Precondition: the order is at least 1.
  public func kernelAverageMisorientation(order: Int = 1, threshold: Double) -> [Double] {
    precondition(order >= 1, "a kernel reaches at least the next point")
    let neighbourhood = MapNeighbourhood(self)
    let kernels = neighbourhood.kernel(order: order)
    return points.indices.map { index in
      let point = points[index]
      guard isIndexed(point) else { return .nan }
      let laueClass = phases[point.phase].laueClass
      let (row, column) = index.quotientAndRemainder(dividingBy: grid.columns)
      var (sum, count) = (0.0, 0)
      neighbourhood.forEach(row: row, column: column, of: kernels[row & 1]) { neighbour in
        let other = points[neighbour]
        guard isIndexed(other), other.phase == point.phase else { return }
        let angle = laueClass.disorientation(point.orientation, other.orientation)
        guard angle <= threshold else { return }
        sum += angle
        count += 1
      }
      return count > 0 ? sum / Double(count) : .nan
    }
  }

  /// Whether a point has an orientation in a phase that the map knows.
  func isIndexed(_ point: MapPoint) -> Bool {
    point.status != .notIndexed && phases.indices.contains(point.phase)
  }
}

extension GrainMap {
  /// Grain reference orientation deviation: the disorientation of each point to the mean of its grain, in radians.
  ///
  /// - Returns: a value for each point in C order; NaN where a point carries no orientation of a grain.
  public func referenceOrientationDeviation(of map: OrientationMap) -> [Double] {
    precondition(map.points.count == labels.count, "the grains are those of the map")
    return labels.indices.map { index in
      guard measured[index], labels[index] >= 0 else { return .nan }
      let grain = grains[Int(labels[index])]
      return map.phases[grain.phase].laueClass.disorientation(map.points[index].orientation, grain.meanOrientation)
    }
  }
}
