import ParticleMechanics

extension GmshContent {
  /// What a file of a mesh holds: a geometric entity for each region, and one for each combination of boundaries that
  /// sides are in.
  ///
  /// - Throws: ``FormatError`` when counts do not belong together or a name cannot be written.
  init(_ mesh: ElementMesh, unit: Double) throws {
    self.init()
    try mesh.requireConsistency(for: "the mesh file")
    for name in Array(mesh.regionNames.values) + Array(mesh.boundaries.keys) where name.contains(where: \.isUnwritable)
    {
      throw FormatError("the mesh file", "cannot hold the name \(name): it has a quotation mark or a line break")
    }
    points = (0..<mesh.nodeCount).map { mesh.position($0) / unit }
    let dimension = mesh.dimension
    var nodesOfRegions: [Int32: [Int32]] = [:]
    for (element, region) in mesh.regions.enumerated() {
      var own = Array(mesh.elements[(element * mesh.shape.nodeCount)..<((element + 1) * mesh.shape.nodeCount)])
      GmshElementType.exchangeOrder(mesh.shape, &own)
      nodesOfRegions[region, default: []] += own
    }
    for (region, nodes) in nodesOfRegions.sorted(by: { $0.key < $1.key }) {
      let tag = Tag(dimension: dimension, number: Int(region) + 1)
      blocks.append(Block(type: GmshElementType.number(mesh.shape), entity: tag, groups: [tag.number], nodes: nodes))
      groupsOfEntities[tag] = [tag.number]
      groupNames[tag] = mesh.regionNames[region]
    }
    guard let facet = mesh.shape.facet else { return }
    var groups: [GmshCorners: [Int]] = [:]
    var sides: [(key: GmshCorners, nodes: ArraySlice<Int32>)] = []
    for (index, name) in mesh.boundaries.keys.sorted().enumerated() {
      groupNames[Tag(dimension: dimension - 1, number: index + 1)] = name
      let nodes = mesh.boundaries[name] ?? []
      for start in stride(from: 0, to: nodes.count, by: facet.nodeCount) {
        let side = nodes[start..<(start + facet.nodeCount)]
        let key = GmshCorners(side.prefix(GmshElementType.cornerCount(facet)))
        if groups[key] == nil { sides.append((key, side)) }
        groups[key, default: []].append(index + 1)
      }
    }
    var entities: [[Int]: Int] = [:]
    for side in sides {
      let own = groups[side.key] ?? []
      if let block = entities[own] {
        blocks[block].nodes += side.nodes
      } else {
        entities[own] = blocks.count
        let tag = Tag(dimension: dimension - 1, number: entities.count)
        groupsOfEntities[tag] = own
        blocks.append(
          Block(type: GmshElementType.number(facet), entity: tag, groups: own, nodes: Array(side.nodes)))
      }
    }
  }

  private func writeStart(_ version: GmshMeshFile.Version, to output: inout GmshOutput) {
    output.line("$MeshFormat")
    output.line("\(version.rawValue) \(output.isBinary ? 1 : 0) 8")
    if output.isBinary {
      output.integer(1)
      output.endLine()
    }
    output.line("$EndMeshFormat")
    guard !groupNames.isEmpty else { return }
    output.line("$PhysicalNames")
    output.line("\(groupNames.count)")
    for (tag, name) in groupNames.sorted(by: { ($0.key.dimension, $0.key.number) < ($1.key.dimension, $1.key.number) })
    {
      output.line("\(tag.dimension) \(tag.number) \"\(name)\"")
    }
    output.line("$EndPhysicalNames")
  }

  func writeVersion2(to output: inout GmshOutput) {
    writeStart(.v2, to: &output)
    output.line("$Nodes")
    output.line("\(points.count)")
    for (index, point) in points.enumerated() {
      output.integer(index + 1)
      for axis in 0..<3 { output.number(point[axis]) }
      output.endRow()
    }
    output.endBinaryLine()
    output.line("$EndNodes")
    // An element is repeated for each of its groups.
    let copies = blocks.flatMap { block in block.groups.map { (block: block, group: $0) } }
    func count(_ block: Block) -> Int { block.nodes.count / (GmshElementType.shape(block.type)?.nodeCount ?? 1) }
    output.line("$Elements")
    output.line("\(copies.reduce(0) { $0 + count($1.block) })")
    var number = 1
    for (block, group) in copies {
      let nodes = block.nodes.count / count(block)
      if output.isBinary { for value in [block.type, count(block), 2] { output.integer(value) } }
      for start in stride(from: 0, to: block.nodes.count, by: nodes) {
        output.integer(number)
        if !output.isBinary { for value in [block.type, 2] { output.integer(value) } }
        output.integer(group)
        output.integer(block.entity.number)
        for place in start..<(start + nodes) { output.integer(Int(block.nodes[place]) + 1) }
        output.endRow()
        number += 1
      }
    }
    output.endBinaryLine()
    output.line("$EndElements")
  }

  func writeVersion4(to output: inout GmshOutput) {
    writeStart(.v4, to: &output)
    output.line("$Entities")
    for dimension in 0...3 { output.size(blocks.count { $0.entity.dimension == dimension }) }
    output.endRow()
    for block in blocks.sorted(by: { ($0.entity.dimension, $0.entity.number) < ($1.entity.dimension, $1.entity.number) }
    ) {
      output.integer(block.entity.number)
      let places = block.nodes.map { points[Int($0)] }
      let first = places.first ?? .zero
      let lower = places.reduce(first, pointwiseMin), upper = places.reduce(first, pointwiseMax)
      for corner in [lower, upper] { for axis in 0..<3 { output.number(corner[axis]) } }
      output.size(block.groups.count)
      for group in block.groups { output.integer(group) }
      output.size(0)
      output.endRow()
    }
    output.endBinaryLine()
    output.line("$EndEntities")
    output.line("$Nodes")
    for value in [1, points.count, 1, points.count] { output.size(value) }
    output.endRow()
    // All nodes are put into the first region; solvers and Gmsh's views ask for no more.
    output.integer(blocks[0].entity.dimension)
    output.integer(blocks[0].entity.number)
    output.integer(0)
    output.size(points.count)
    output.endRow()
    for index in points.indices {
      output.size(index + 1)
      output.endRow()
    }
    for point in points {
      for axis in 0..<3 { output.number(point[axis]) }
      output.endRow()
    }
    output.endBinaryLine()
    output.line("$EndNodes")
    func nodeCount(_ block: Block) -> Int { GmshElementType.shape(block.type)?.nodeCount ?? 1 }
    let total = blocks.reduce(0) { $0 + $1.nodes.count / nodeCount($1) }
    output.line("$Elements")
    for value in [blocks.count, total, 1, total] { output.size(value) }
    output.endRow()
    var number = 1
    for block in blocks {
      let nodes = nodeCount(block)
      for value in [block.entity.dimension, block.entity.number, block.type] { output.integer(value) }
      output.size(block.nodes.count / nodes)
      output.endRow()
      for start in stride(from: 0, to: block.nodes.count, by: nodes) {
        output.size(number)
        for place in start..<(start + nodes) { output.size(Int(block.nodes[place]) + 1) }
        output.endRow()
        number += 1
      }
    }
    output.endBinaryLine()
    output.line("$EndElements")
  }
}

extension Character {
  /// What ends a name in a file of Gmsh.
  fileprivate var isUnwritable: Bool { self == "\"" || isNewline }
}
