import ParticleMechanics

/// What a file of Gmsh holds, before it is made a mesh.
struct GmshContent {
  /// A physical group or a geometric entity: its number is unique in its dimension alone.
  struct Tag: Hashable {
    var dimension: Int
    var number: Int
  }

  /// Elements of one type in one geometric entity.
  struct Block {
    var type: Int
    var entity: Tag
    /// Numbers of the physical groups, of the entity's dimension.
    var groups: [Int]
    /// Places among the nodes, in Gmsh's order.
    var nodes: [Int32]
  }

  /// In the unit of the file.
  var points: [SIMD3<Double>] = []
  var blocks: [Block] = []
  var groupNames: [Tag: String] = [:]
  /// The physical groups of the geometric entities (version 4).
  var groupsOfEntities: [Tag: [Int]] = [:]
  private var nodeNumbers = NodeNumbers()

  init() {}

  /// Reads the sections one after another.
  mutating func read(_ cursor: inout GmshCursor) throws {
    guard try cursor.nextSection() == "MeshFormat" else {
      throw cursor.refuse("is no file of Gmsh; it would begin with $MeshFormat")
    }
    let version = try readFormat(&cursor)
    var known: Set<String> = []
    while let section = try cursor.nextSection() {
      switch section {
      case "Nodes", "Elements", "Entities", "PhysicalNames":
        guard known.insert(section).inserted else { throw cursor.refuse("has a second section $\(section)") }
        switch (section, version) {
        case ("PhysicalNames", _): try readNames(&cursor)
        case ("Nodes", .v2): try readNodesOfVersion2(&cursor)
        case ("Elements", .v2): try readElementsOfVersion2(&cursor)
        case ("Nodes", .v4): try readNodesOfVersion4(&cursor)
        case ("Elements", .v4): try readElementsOfVersion4(&cursor)
        case ("Entities", .v4): try readEntities(&cursor)
        default: try cursor.skipSection(section)
        }
        if section != "Entities" || version == .v4 { try cursor.endSection(section) }
      case "PartitionedEntities":
        throw cursor.refuse("is a partitioned mesh; write it without partitions")
      default: try cursor.skipSection(section)
      }
    }
    guard known.contains("Nodes"), known.contains("Elements") else {
      throw FormatError(cursor.name, "ends without \(known.contains("Nodes") ? "$Elements" : "$Nodes")")
    }
  }

  private mutating func readFormat(_ cursor: inout GmshCursor) throws -> GmshMeshFile.Version {
    let number = try cursor.textNumber("the version of the format")
    let version: GmshMeshFile.Version
    switch number {
    case 2..<3: version = .v2
    case 4.1..<5: version = .v4
    default:
      throw cursor.refuse("is MSH \(number); MSH 2.2 and 4.1 are read, which gmsh -format msh2 and msh41 write")
    }
    let kind = try cursor.textInteger("the kind of file (0 for text, 1 for binary)")
    let width = try cursor.textInteger("the size of a number")
    guard (0...1).contains(kind), version == .v2 ? width == 8 : [4, 8].contains(width) else {
      throw cursor.refuse("has the kind of file \(kind) and numbers of \(width) bytes; expected 0 or 1, and 8")
    }
    _ = cursor.takeLine()
    if kind == 1 {
      cursor.isBinary = true
      cursor.sizeWidth = width
      switch try cursor.integer("the number 1 that tells the order of bytes") {
      case 1: break
      case 0x0100_0000: cursor.isSwapped = true
      default: throw cursor.refuse("has no number 1 by which the order of bytes is told")
      }
    }
    try cursor.endSection("MeshFormat")
    return version
  }

  /// Names are text in binary files too.
  private mutating func readNames(_ cursor: inout GmshCursor) throws {
    let count = try cursor.textInteger("the number of names")
    _ = try cursor.checked(count, of: "names", bytesEach: 8, numbersEach: 3)
    _ = cursor.takeLine()
    for _ in 0..<count {
      let dimension = try cursor.textInteger("the dimension of a group")
      let number = try cursor.textInteger("the number of a group")
      let text = String(decoding: cursor.takeLine(), as: UTF8.self)
      guard let first = text.firstIndex(of: "\""), let last = text.lastIndex(of: "\""), first < last else {
        throw cursor.refuse("has no name in quotation marks for the group \(number)")
      }
      groupNames[Tag(dimension: dimension, number: number)] = String(text[text.index(after: first)..<last])
    }
  }

  // MARK: - Nodes and elements, for both versions

  /// Adds a node.
  mutating func add(node number: Int, at point: SIMD3<Double>, _ cursor: GmshCursor) throws {
    guard number > 0 else { throw cursor.refuse("has the node \(number); nodes are numbered from 1") }
    guard points.count < Int32.max else { throw cursor.refuse("has more nodes than are read") }
    guard nodeNumbers.add(number) else { throw cursor.refuse("has the node \(number) twice") }
    points.append(point)
  }

  /// Adds elements to a block, which is a new one where the last is of another type or entity.
  ///
  /// - Parameter readNodes: the numbers of the next node of an element.
  mutating func addElement(
    type: Int, entity: Tag, groups: [Int], _ cursor: inout GmshCursor,
    _ readNode: (inout GmshCursor) throws -> Int
  ) throws {
    if blocks.last.map({ $0.type != type || $0.entity != entity || $0.groups != groups }) ?? true {
      blocks.append(Block(type: type, entity: entity, groups: groups, nodes: []))
    }
    let count = GmshElementType.shape(type)?.nodeCount ?? 1
    for _ in 0..<count {
      let number = try readNode(&cursor)
      guard let place = nodeNumbers.place(number) else {
        throw cursor.refuse("has an element at node \(number), which is not there")
      }
      blocks[blocks.count - 1].nodes.append(place)
    }
  }

  /// Refuses what there is no element for.
  func require(type: Int, _ cursor: GmshCursor) throws {
    guard type == GmshElementType.point || GmshElementType.shape(type) != nil else {
      throw cursor.refuse(
        "has \(GmshElementType.name(type)); triangles of 3 or 6 nodes, quadrilaterals of 9 and tetrahedra of 4 or 10 are "
          + "read (in gmsh: Mesh.ElementOrder 1 or 2, Mesh.SecondOrderIncomplete 0)")
    }
  }

  static func dimension(ofType type: Int) -> Int { GmshElementType.shape(type)?.dimension ?? 0 }
}

/// The places of nodes by their numbers: a table, since numbers are mostly dense, and a dictionary for the others.
private struct NodeNumbers {
  private var dense: [Int32] = []
  private var sparse: [Int: Int32] = [:]
  private var count: Int32 = 0

  /// False where the number is known already.
  mutating func add(_ number: Int) -> Bool {
    defer { count += 1 }
    // A table of twice the nodes at most, and some: no number makes it large by itself.
    guard number < 2 * Int(count) + 1024 else { return sparse.updateValue(count, forKey: number) == nil }
    if number >= dense.count {
      dense.append(contentsOf: repeatElement(-1, count: number + 1 - dense.count))
    }
    guard dense[number] < 0, sparse[number] == nil else { return false }
    dense[number] = count
    return true
  }

  func place(_ number: Int) -> Int32? {
    if number >= 0, number < dense.count, dense[number] >= 0 { return dense[number] }
    return sparse[number]
  }
}
