extension SectorMesh {
  /// The nodes in the order of a nested dissection along circles and rays: what a factorisation eliminates first comes
  /// first.
  ///
  /// The mesh is a grid, so halving it by the longer side finds at once what a partitioner of graphs would search for.
  /// Separators run along sides of elements; the centre, which all rays share, comes last.
  ///
  /// A. George, SIAM J. Numer. Anal. 10 (1973) 345.
  var eliminationOrder: [Int32] {
    var order: [Int32] = []
    order.reserveCapacity(nodeCount)
    dissect(circles: 1..<2 * ringCount + 1, angles: 0..<nodesPerCircle, into: &order)
    order.append(0)
    return order
  }

  private func dissect(circles: Range<Int>, angles: Range<Int>, into order: inout [Int32]) {
    // Sides of elements have even numbers.
    func split(_ range: Range<Int>) -> Int? {
      let middle = (range.lowerBound + range.upperBound - 1) / 2
      let even = middle % 2 == 0 ? middle : middle + 1
      return even > range.lowerBound && even < range.upperBound - 1 ? even : nil
    }
    func append(_ circles: Range<Int>, _ angles: Range<Int>) {
      for circle in circles {
        for angle in angles { order.append(Int32(node(circle: circle, angle: angle))) }
      }
    }
    let (along, across) = (split(circles), split(angles))
    if let along, circles.count >= angles.count || across == nil {
      dissect(circles: circles.lowerBound..<along, angles: angles, into: &order)
      dissect(circles: along + 1..<circles.upperBound, angles: angles, into: &order)
      append(along..<along + 1, angles)
    } else if let across {
      dissect(circles: circles, angles: angles.lowerBound..<across, into: &order)
      dissect(circles: circles, angles: across + 1..<angles.upperBound, into: &order)
      append(circles, across..<across + 1)
    } else {
      append(circles, angles)
    }
  }
}
