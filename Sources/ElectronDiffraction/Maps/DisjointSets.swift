/// Sets that only ever merge (union-find), each known by its lowest member.
///
/// Tarjan, J. ACM 22, 215 (1975), with paths halved on the way.
struct DisjointSets {
  private var parents: [Int32]

  /// Each of `count` members in a set of its own.
  init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

  /// The lowest member of the set of one.
  @inline(__always)
  mutating func root(_ member: Int) -> Int {
    var index = member
    while true {
      let parent = Int(parents[index])
      guard parent != index else { return index }
      let next = parents[parent]
      parents[index] = next
      index = Int(next)
    }
  }

  /// Makes one set of two.
  @inline(__always)
  mutating func join(_ first: Int, _ second: Int) {
    let (a, b) = (root(first), root(second))
    if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
  }
}
