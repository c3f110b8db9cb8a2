extension ElementMesh {
  /// Holds a mesh against what the solvers need.
  ///
  /// - Throws: ``ElementMeshError`` that names the first thing that is wrong.
  public func validate() throws(ElementMeshError) {
    guard dimension >= 2, let facet = shape.facet else { throw .wrongShape(shape) }
    guard points.count % dimension == 0 else {
      throw .wrongCount(name: "the list of coordinates", count: points.count, expected: "\(dimension) a node")
    }
    guard elements.count % shape.nodeCount == 0 else {
      throw .wrongCount(name: "the list of elements", count: elements.count, expected: "\(shape.nodeCount) an element")
    }
    guard !elements.isEmpty else { throw .empty }
    guard regions.count == elementCount else {
      throw .wrongCount(name: "the list of regions", count: regions.count, expected: "\(elementCount)")
    }
    if let bad = points.firstIndex(where: { !$0.isFinite }) { throw .notFinite(node: bad / dimension) }
    var isUsed = [Bool](repeating: false, count: nodeCount)
    for (index, node) in elements.enumerated() {
      guard node >= 0, Int(node) < nodeCount else {
        throw .unknownNode(element: index / shape.nodeCount, node: Int(node), nodeCount: nodeCount)
      }
      isUsed[Int(node)] = true
    }
    if let loose = isUsed.firstIndex(of: false) { throw .looseNode(loose) }
    for name in boundaries.keys.sorted() {
      let nodes = boundaries[name] ?? []
      guard nodes.count % facet.nodeCount == 0 else {
        throw .wrongCount(name: "the boundary “\(name)”", count: nodes.count, expected: "\(facet.nodeCount) a side")
      }
      if let bad = nodes.first(where: { $0 < 0 || Int($0) >= nodeCount }) {
        throw .unknownBoundaryNode(boundary: name, node: Int(bad), nodeCount: nodeCount)
      }
    }
    try checkSizes()
  }

  private func checkSizes() throws(ElementMeshError) {
    var inverted: (element: Int, size: Double)?
    ElementQuadrature(self).forEachElement { points in
      guard inverted == nil, let size = points.volumes.min(), !(size > 0) else { return }
      inverted = (points.element, size)
    }
    if let inverted { throw .invertedElement(element: inverted.element, size: inverted.size) }
  }
}
