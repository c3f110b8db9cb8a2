import ParticleMechanics

/// Makes a mesh for the solvers of what a file of Gmsh holds.
struct GmshAssembly {
  private let content: GmshContent
  private let name: String
  private let unit: Double
  /// The blocks of the highest dimension, and their shape.
  private let top: [GmshContent.Block]
  private let shape: ElementShape

  init(_ content: GmshContent, name: String, unit: Double) throws {
    self.content = content
    self.name = name
    self.unit = unit
    let dimension = content.blocks.reduce(0) { max($0, $1.entity.dimension) }
    guard dimension >= 2 else {
      throw FormatError(name, "has no triangles, quadrilaterals or tetrahedra; mesh it first")
    }
    top = content.blocks.filter { GmshContent.dimension(ofType: $0.type) == dimension && !$0.nodes.isEmpty }
    let shapes = Set(top.compactMap { GmshElementType.shape($0.type) })
    guard let shape = shapes.first else { throw FormatError(name, "has no elements") }
    guard shapes.count == 1 else {
      let names = shapes.map(\.rawValue).sorted().joined(separator: " and ")
      throw FormatError(name, "has \(names) elements side by side; one shape is read")
    }
    self.shape = shape
  }

  /// The finished mesh.
  func mesh() throws -> ElementMesh {
    var elements: [Int32] = []
    elements.reserveCapacity(top.reduce(0) { $0 + $1.nodes.count })
    for block in top { elements += block.nodes }
    try orient(&elements)
    try refuseRepeats(elements)
    if shape.dimension == 2 { try requirePlane(elements) }
    let (regions, regionNames) = try regions()
    let boundaries = try boundaries(of: elements)

    var renumbered = [Int32](repeating: -1, count: content.points.count)
    for node in elements { renumbered[Int(node)] = 0 }
    var points: [Double] = []
    var used: Int32 = 0
    for (node, isUsed) in renumbered.enumerated() where isUsed == 0 {
      renumbered[node] = used
      used += 1
      for axis in 0..<shape.dimension { points.append(content.points[node][axis] * unit) }
    }
    guard points.allSatisfy(\.isFinite) else { throw FormatError(name, "has coordinates that are no lengths") }
    return ElementMesh(
      points: points, shape: shape, elements: elements.map { renumbered[Int($0)] }, regions: regions,
      regionNames: regionNames, boundaries: boundaries.mapValues { $0.map { renumbered[Int($0)] } })
  }

  // MARK: - Elements

  /// Brings nodes into VTK's order and turns the elements that run the wrong way round.
  private func orient(_ elements: inout [Int32]) throws {
    let count = shape.nodeCount
    let turned = GmshElementType.turned(shape)
    var nodes = [Int32](repeating: 0, count: count)
    for start in stride(from: 0, to: elements.count, by: count) {
      for place in 0..<count { nodes[place] = elements[start + place] }
      GmshElementType.exchangeOrder(shape, &nodes)
      let size = try signedSize(nodes)
      for place in 0..<count { elements[start + place] = nodes[size < 0 ? turned[place] : place] }
      guard !GmshFolds.isFolded(shape, elements[start..<(start + count)].map { content.points[Int($0)] }) else {
        let at = content.points[Int(nodes[0])]
        throw FormatError(
          name,
          "has a folded element at (\(at.x), \(at.y), \(at.z)): its nodes between corners lie too far off; make elements "
            + "smaller where the boundary is curved (in gmsh also: Mesh.HighOrderOptimize 1)")
      }
    }
  }

  /// The area or volume between the corners, negative where they run the wrong way round.
  private func signedSize(_ nodes: [Int32]) throws -> Double {
    let corners = nodes.prefix(GmshElementType.cornerCount(shape)).map { content.points[Int($0)] }
    let a = corners[1] - corners[0], b = corners[2] - corners[0]
    var lengths = [a, b, corners[2] - corners[1]]
    let size: Double
    if shape.dimension == 2 {
      var sum = a.x * b.y - a.y * b.x
      if corners.count == 4 {
        let c = corners[3] - corners[0]
        sum += b.x * c.y - b.y * c.x
        lengths.append(c)
      }
      size = sum
    } else {
      let c = corners[3] - corners[0]
      let normal = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
      size = (normal * c).sum()
      lengths.append(c)
    }
    let longest = lengths.reduce(0) { max($0, ($1 * $1).sum()) }.squareRoot()
    var bound = 1e-12 * longest * longest
    if shape.dimension == 3 { bound *= longest }
    guard abs(size) > bound else {
      let at = corners[0]
      throw FormatError(
        name,
        "has an element without \(shape.dimension == 2 ? "area in the plane of x and y" : "volume") at "
          + "(\(at.x), \(at.y), \(at.z)); a section lies in a plane z = constant, a particle in space has tetrahedra")
    }
    return size
  }

  /// Refuses an element that is there twice: MSH 2.2 repeats those that are in several groups.
  private func refuseRepeats(_ elements: [Int32]) throws {
    let count = shape.nodeCount
    let corners = GmshElementType.cornerCount(shape)
    var seen: Set<GmshCorners> = []
    seen.reserveCapacity(elements.count / count)
    for start in stride(from: 0, to: elements.count, by: count)
    where !seen.insert(GmshCorners(elements[start..<(start + corners)])).inserted {
      let at = content.points[Int(elements[start])]
      throw FormatError(
        name, "has an element twice, at (\(at.x), \(at.y), \(at.z)); physical groups of elements may not overlap")
    }
  }

  private func requirePlane(_ elements: [Int32]) throws {
    var lower = content.points[Int(elements[0])], upper = lower
    for node in elements {
      lower = pointwiseMin(lower, content.points[Int(node)])
      upper = pointwiseMax(upper, content.points[Int(node)])
    }
    let extent = upper - lower
    guard extent.z <= 1e-6 * max(extent.x, extent.y) else {
      throw FormatError(
        name,
        "is a surface in space, z from \(lower.z) to \(upper.z); a section lies in a plane z = constant, a particle in "
          + "space has tetrahedra")
    }
  }

  // MARK: - Groups

  private func regions() throws -> (regions: [Int32], names: [Int32: String]) {
    let isGrouped = top.contains { !$0.groups.isEmpty }
    for block in top where block.groups.count > 1 {
      let names = block.groups.map { groupName(GmshContent.Tag(dimension: shape.dimension, number: $0), or: "group") }
      throw FormatError(
        name,
        "has elements that are in \(names.joined(separator: " and ")); physical groups of elements may not overlap")
    }
    func key(_ block: GmshContent.Block) -> Int? { isGrouped ? block.groups.first : block.entity.number }
    let numbers = Set(top.compactMap(key)).sorted()
    let places = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, Int32($0)) })
    var regions: [Int32] = []
    for block in top {
      let region = key(block).flatMap { places[$0] } ?? Int32(numbers.count)
      regions.append(contentsOf: repeatElement(region, count: block.nodes.count / shape.nodeCount))
    }
    var names: [Int32: String] = [:]
    if isGrouped {
      for (number, region) in places {
        names[region] = content.groupNames[GmshContent.Tag(dimension: shape.dimension, number: number)]
      }
    }
    return (regions, names)
  }

  private func groupName(_ group: GmshContent.Tag, or kind: String) -> String {
    content.groupNames[group] ?? "\(kind) \(group.number)"
  }

  /// The sides of elements in each named boundary, as nodes of the file.
  private func boundaries(of elements: [Int32]) throws -> [String: [Int32]] {
    let dimension = shape.dimension - 1
    let blocks = content.blocks.filter { $0.entity.dimension == dimension && !$0.groups.isEmpty }
    guard let facet = shape.facet, !blocks.isEmpty else { return [:] }
    var members: [String: [GmshCorners]] = [:]
    var isOnBoundary = [Bool](repeating: false, count: content.points.count)
    var sides: [GmshCorners: [Int32]] = [:]
    for block in blocks {
      let names = block.groups.map {
        groupName(GmshContent.Tag(dimension: dimension, number: $0), or: "boundary")
      }
      guard GmshElementType.shape(block.type) == facet else {
        throw FormatError(
          name,
          "has sides of \(GmshElementType.shape(block.type)?.rawValue ?? "another shape") in the boundary \(names[0]); its "
            + "elements have sides of \(facet.rawValue)")
      }
      for start in stride(from: 0, to: block.nodes.count, by: facet.nodeCount) {
        let corners = block.nodes[start..<(start + GmshElementType.cornerCount(facet))]
        for node in corners { isOnBoundary[Int(node)] = true }
        let key = GmshCorners(corners)
        sides[key] = []
        for name in names { members[name, default: []].append(key) }
      }
    }
    findSides(&sides, of: elements, isOnBoundary)
    return try members.reduce(into: [:]) { result, boundary in
      var known: Set<GmshCorners> = []
      for key in boundary.value where known.insert(key).inserted {
        guard let nodes = sides[key], !nodes.isEmpty else {
          let at = content.points[Int(key.nodes[0])]
          throw FormatError(
            name, "has a side of the boundary \(boundary.key) at (\(at.x), \(at.y), \(at.z)) that no element has")
        }
        result[boundary.key, default: []] += nodes
      }
    }
  }

  /// Fills in the nodes of the sides that are looked for, seen from the first element that has each.
  private func findSides(_ sides: inout [GmshCorners: [Int32]], of elements: [Int32], _ isOnBoundary: [Bool]) {
    guard let facet = shape.facet else { return }
    let corners = GmshElementType.cornerCount(facet)
    let places = GmshElementType.sides(shape)
    for start in stride(from: 0, to: elements.count, by: shape.nodeCount) {
      for side in places where side.prefix(corners).allSatisfy({ isOnBoundary[Int(elements[start + $0])] }) {
        let nodes = side.map { elements[start + $0] }
        let key = GmshCorners(nodes[..<corners])
        if let found = sides[key], found.isEmpty { sides[key] = nodes }
      }
    }
  }
}

/// The corners of an element or a side in ascending order, by which it is known again.
struct GmshCorners: Hashable {
  /// Filled with −1 behind the corners that there are.
  private(set) var nodes = SIMD4<Int32>(repeating: -1)

  init(_ corners: ArraySlice<Int32>) {
    var count = 0
    for node in corners {
      var place = count
      while place > 0, nodes[place - 1] > node {
        nodes[place] = nodes[place - 1]
        place -= 1
      }
      nodes[place] = node
      count += 1
    }
  }
}
