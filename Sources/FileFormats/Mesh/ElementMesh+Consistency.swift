import ParticleMechanics

extension ElementMesh {
  /// Holds the counts of a mesh against each other before it is written.
  ///
  /// - Parameter file: for messages.
  /// - Throws: ``FormatError`` when counts do not belong together or a node is not there.
  func requireConsistency(for file: String) throws {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
      if !condition { throw FormatError(file, problem()) }
    }
    try require(!points.isEmpty && points.count.isMultiple(of: dimension), "nodes have \(dimension) coordinates each")
    try require(points.allSatisfy(\.isFinite), "a node has a coordinate that is no number")
    try require(
      !elements.isEmpty && elements.count.isMultiple(of: shape.nodeCount), "elements have \(shape.nodeCount) nodes each"
    )
    try require(
      regions.count == elementCount,
      "\(regions.count) regions are stated for \(elementCount) elements; one each is expected")
    try require(regions.allSatisfy { $0 >= 0 }, "regions are numbered from 0")
    let nodes = Int32(clamping: nodeCount)
    try require(elements.allSatisfy { $0 >= 0 && $0 < nodes }, "an element has a node that is not there")
    guard let facet = shape.facet else { return }
    for (name, sides) in boundaries {
      try require(
        sides.count.isMultiple(of: facet.nodeCount),
        "the sides of the boundary \(name) have \(facet.nodeCount) nodes each")
      try require(sides.allSatisfy { $0 >= 0 && $0 < nodes }, "the boundary \(name) has a node that is not there")
    }
  }
}
