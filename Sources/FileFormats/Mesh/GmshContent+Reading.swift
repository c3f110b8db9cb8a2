import ParticleMechanics

// MARK: - MSH 2.2

extension GmshContent {
  mutating func readNodesOfVersion2(_ cursor: inout GmshCursor) throws {
    let claim = try cursor.textInteger("the number of nodes")
    _ = cursor.takeLine()
    let count = try cursor.checked(claim, of: "nodes", bytesEach: 28, numbersEach: 4)
    points.reserveCapacity(count)
    for _ in 0..<count {
      let number = try cursor.integer("the number of a node")
      let place = SIMD3(try cursor.number("x"), try cursor.number("y"), try cursor.number("z"))
      try add(node: number, at: place, cursor)
    }
  }

  mutating func readElementsOfVersion2(_ cursor: inout GmshCursor) throws {
    let claim = try cursor.textInteger("the number of elements")
    _ = cursor.takeLine()
    let count = try cursor.checked(claim, of: "elements", bytesEach: 8, numbersEach: 4)
    var read = 0
    while read < count {
      // In binary, elements of one type follow a header; in text each has its own, the number of the element first.
      if !cursor.isBinary { _ = try cursor.integer("the number of an element") }
      let type = try cursor.integer("the type of an element")
      try require(type: type, cursor)
      let following = cursor.isBinary ? try cursor.integer("the number of elements of a type") : 1
      guard following > 0, following <= count - read else {
        throw cursor.refuse("has \(following) elements in a block where at most \(count - read) are expected")
      }
      let tagCount = try cursor.integer("the number of tags")
      guard (0...64).contains(tagCount) else {
        throw cursor.refuse("has \(tagCount) tags where at most a few are expected")
      }
      let dimension = Self.dimension(ofType: type)
      for _ in 0..<following {
        if cursor.isBinary { _ = try cursor.integer("the number of an element") }
        var tags = (physical: 0, entity: 0)
        for index in 0..<tagCount {
          let tag = try cursor.integer("a tag")
          // A sign would tell the direction of the entity in the group.
          if index == 0 { tags.physical = abs(tag) }
          if index == 1 { tags.entity = tag }
        }
        try addElement(
          type: type, entity: Tag(dimension: dimension, number: tags.entity),
          groups: tags.physical == 0 ? [] : [tags.physical], &cursor
        ) { try $0.integer("a node of an element") }
      }
      read += following
    }
  }
}

// MARK: - MSH 4.1

extension GmshContent {
  /// Keeps the physical groups of the geometric entities.
  mutating func readEntities(_ cursor: inout GmshCursor) throws {
    var counts: [Int] = []
    for dimension in 0...3 { counts.append(try cursor.size("the number of entities of dimension \(dimension)")) }
    for (dimension, claim) in counts.enumerated() {
      let coordinates = dimension == 0 ? 3 : 6
      let count = try cursor.checked(
        claim, of: "entities of dimension \(dimension)", bytesEach: 4 + 8 * coordinates, numbersEach: 1 + coordinates)
      for _ in 0..<count {
        let number = try cursor.integer("the number of an entity")
        for _ in 0..<coordinates { _ = try cursor.number("the extent of an entity") }
        let groupCount = try cursor.checked(
          cursor.size("the number of physical groups"), of: "physical groups", bytesEach: 4, numbersEach: 1)
        var groups: [Int] = []
        for _ in 0..<groupCount {
          // A sign tells the direction of the entity in the group.
          let group = abs(try cursor.integer("a physical group"))
          if group != 0, !groups.contains(group) { groups.append(group) }
        }
        groupsOfEntities[Tag(dimension: dimension, number: number)] = groups
        guard dimension > 0 else { continue }
        let sides = try cursor.checked(
          cursor.size("the number of bounding entities"), of: "bounding entities", bytesEach: 4, numbersEach: 1)
        for _ in 0..<sides { _ = try cursor.integer("a bounding entity") }
      }
    }
  }

  mutating func readNodesOfVersion4(_ cursor: inout GmshCursor) throws {
    let blocks = try cursor.checked(
      cursor.size("the number of blocks of nodes"), of: "blocks of nodes", bytesEach: 20, numbersEach: 4)
    for what in ["the number of nodes", "the smallest number of a node", "the largest number of a node"] {
      _ = try cursor.size(what)
    }
    for _ in 0..<blocks {
      let dimension = try cursor.integer("the dimension of an entity")
      _ = try cursor.integer("the number of an entity")
      let parametric = try cursor.integer("whether nodes have parameters (0 or 1)")
      guard (0...3).contains(dimension), (0...1).contains(parametric) else {
        throw cursor.refuse("has a block of nodes of dimension \(dimension) and kind \(parametric)")
      }
      let extra = parametric * dimension
      let count = try cursor.checked(
        cursor.size("the number of nodes of a block"), of: "nodes", bytesEach: 32 + 8 * extra, numbersEach: 4 + extra)
      var numbers: [Int] = []
      numbers.reserveCapacity(count)
      for _ in 0..<count { numbers.append(try cursor.size("the number of a node")) }
      for number in numbers {
        let place = SIMD3(try cursor.number("x"), try cursor.number("y"), try cursor.number("z"))
        for _ in 0..<extra { _ = try cursor.number("a parameter") }
        try add(node: number, at: place, cursor)
      }
    }
  }

  mutating func readElementsOfVersion4(_ cursor: inout GmshCursor) throws {
    let blocks = try cursor.checked(
      cursor.size("the number of blocks of elements"), of: "blocks of elements", bytesEach: 16, numbersEach: 4)
    for what in ["the number of elements", "the smallest number of an element", "the largest number of an element"] {
      _ = try cursor.size(what)
    }
    for _ in 0..<blocks {
      let dimension = try cursor.integer("the dimension of an entity")
      let number = try cursor.integer("the number of an entity")
      let type = try cursor.integer("the type of elements")
      try require(type: type, cursor)
      guard dimension == Self.dimension(ofType: type) else {
        throw cursor.refuse("has elements of type \(type) in an entity of dimension \(dimension)")
      }
      let nodes = GmshElementType.shape(type)?.nodeCount ?? 1
      let count = try cursor.checked(
        cursor.size("the number of elements of a block"), of: "elements",
        bytesEach: cursor.sizeWidth * (1 + nodes), numbersEach: 1 + nodes)
      let entity = Tag(dimension: dimension, number: number)
      let groups = groupsOfEntities[entity] ?? []
      for _ in 0..<count {
        _ = try cursor.size("the number of an element")
        try addElement(type: type, entity: entity, groups: groups, &cursor) {
          try $0.size("a node of an element")
        }
      }
    }
  }
}
