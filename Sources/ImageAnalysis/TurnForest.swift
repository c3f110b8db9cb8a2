/// Sets of things whose phases are known relative to each other, up to whole turns: a disjoint-set forest in which each
/// member keeps the turns between it and its parent.
///
/// R. E. Tarjan, J. ACM 22 (1975) 215, with halving of paths.
struct TurnForest {
  struct Node {
    /// The parent, or minus the number of members where the node is a root.
    var parent: Int32
    /// Turns to add to the node so that it matches its parent.
    var offset: Int32
  }
  private(set) var nodes: [Node]

  init(count: Int) { nodes = [Node](repeating: Node(parent: -1, offset: 0), count: count) }

  /// Adds a set of one member and returns its number.
  mutating func append() -> Int32 {
    nodes.append(Node(parent: -1, offset: 0))
    return Int32(nodes.count - 1)
  }

  /// The root of a member and the turns between the two.
  mutating func root(_ member: Int32) -> (root: Int32, offset: Int32) {
    nodes.withUnsafeMutableBufferPointer { Self.root(member, $0) }
  }

  /// Joins the sets of two members, the second of which needs `step` turns relative to the first.
  ///
  /// - Returns: false where both are in one set already and disagree with `step`.
  mutating func join(_ first: Int32, _ second: Int32, _ step: Int32) -> Bool {
    nodes.withUnsafeMutableBufferPointer { Self.join(first, second, step, $0) }
  }

  @inline(__always) static func root(
    _ member: Int32, _ nodes: UnsafeMutableBufferPointer<Node>
  ) -> (root: Int32, offset: Int32) {
    var node = Int(member)
    var offset: Int32 = 0
    while nodes[node].parent >= 0 {
      let parent = nodes[node].parent
      let next = nodes[Int(parent)]
      guard next.parent >= 0 else { return (parent, offset + nodes[node].offset) }
      nodes[node] = Node(parent: next.parent, offset: nodes[node].offset + next.offset)
      offset += nodes[node].offset
      node = Int(next.parent)
    }
    return (Int32(node), offset)
  }

  @inline(__always) static func join(
    _ first: Int32, _ second: Int32, _ step: Int32, _ nodes: UnsafeMutableBufferPointer<Node>
  ) -> Bool {
    let a = root(first, nodes)
    let b = root(second, nodes)
    let between = step + a.offset - b.offset
    if a.root == b.root { return between == 0 }
    // The smaller set moves; of two equal ones the second.
    if nodes[Int(a.root)].parent <= nodes[Int(b.root)].parent {
      nodes[Int(a.root)].parent += nodes[Int(b.root)].parent
      nodes[Int(b.root)] = Node(parent: a.root, offset: between)
    } else {
      nodes[Int(b.root)].parent += nodes[Int(a.root)].parent
      nodes[Int(a.root)] = Node(parent: b.root, offset: -between)
    }
    return true
  }
}
