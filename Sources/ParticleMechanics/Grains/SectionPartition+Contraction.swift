extension SectionPartition {
  /// The partition with short boundaries shrunk to vertices: they would only force tiny elements.
  ///
  /// - Parameters:
  ///   - shortest: boundaries shorter than this shrink, in metres; a group that shrinks together stays within twice that.
  ///   - fixed: the first so many points keep their places: the corners of the outline.
  func contracted(shortest: Double, fixed: Int) -> SectionPartition {
    var parent = Array(points.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parent[index] != index { index = parent[index] }
      return index
    }
    // A vertex of the outline outranks one inside, a corner outranks both.
    var rank = [Int](repeating: 0, count: points.count)
    for edge in edges where edge.left < 0 || edge.right < 0 {
      (rank[edge.start], rank[edge.end]) = (1, 1)
    }
    for index in 0..<min(fixed, points.count) { rank[index] = 2 }
    var members = points.indices.map { [$0] }
    let lengths = edges.map { $0.length(from: points[$0.start], to: points[$0.end]) }
    let order = edges.indices.filter { lengths[$0] < shortest }.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    for index in order {
      let (a, b) = (root(edges[index].start), root(edges[index].end))
      guard a != b, rank[a] < 2 || rank[b] < 2 else { continue }
      // Two vertices of the outline may only meet along it.
      let isOutline = edges[index].left < 0 || edges[index].right < 0
      guard isOutline || rank[a] == 0 || rank[b] == 0 else { continue }
      let isCompact = members[a].allSatisfy { p in
        members[b].allSatisfy { q in
          let d = points[p] - points[q]
          return (d * d).sum() < 4 * shortest * shortest
        }
      }
      guard isCompact else { continue }
      let (kept, gone) = (rank[a], -a) >= (rank[b], -b) ? (a, b) : (b, a)
      parent[gone] = kept
      members[kept] += members[gone]
    }
    var places = points
    for index in points.indices where parent[index] == index && rank[index] == 0 && members[index].count > 1 {
      places[index] = members[index].reduce(SIMD2<Double>.zero) { $0 + points[$1] } / Double(members[index].count)
    }
    var kept: [Edge] = []
    var between: [SIMD2<Int>: Int] = [:]
    for edge in edges {
      var edge = edge
      (edge.start, edge.end) = (root(edge.start), root(edge.end))
      guard edge.start != edge.end else { continue }
      let key = SIMD2(min(edge.start, edge.end), max(edge.start, edge.end))
      if let twin = between[key], let merged = Self.merged(kept[twin], edge, places, shortest) {
        kept[twin] = merged
      } else {
        between[key] = kept.count
        kept.append(edge)
      }
    }
    kept.removeAll { $0.left == $0.right }
    return SectionPartition(points: places, edges: kept).compacted()
  }

  /// One boundary for two between which a grain has shrunk to nothing; nil where something is left between them.
  private static func merged(
    _ first: Edge, _ second: Edge, _ places: [SIMD2<Double>], _ shortest: Double
  ) -> Edge? {
    for edge in [first, second] {
      let (a, b) = (places[edge.start], places[edge.end])
      let d = edge.point(from: a, to: b, fraction: 0.5) - (a + b) / 2
      if (d * d).sum() > shortest * shortest { return nil }
    }
    let isTurned = second.start != first.start
    let (left, right) = isTurned ? (second.right, second.left) : (second.left, second.right)
    var result = first
    if first.right == left {
      result.right = right
    } else if first.left == right {
      result.left = left
    } else {
      return nil
    }
    // The outline keeps its curve and its names.
    if first.names.isEmpty, !second.names.isEmpty {
      (result.start, result.end, result.arcCentre, result.names) = (
        second.start, second.end, second.arcCentre, second.names
      )
      if isTurned { (result.left, result.right) = (result.right, result.left) }
    }
    return result
  }

  /// Without points that no boundary ends at.
  func compacted() -> SectionPartition {
    var number = [Int](repeating: -1, count: points.count)
    var (kept, renumbered): ([SIMD2<Double>], [Edge]) = ([], [])
    for edge in edges {
      for vertex in [edge.start, edge.end] where number[vertex] < 0 {
        number[vertex] = kept.count
        kept.append(points[vertex])
      }
      var edge = edge
      (edge.start, edge.end) = (number[edge.start], number[edge.end])
      renumbered.append(edge)
    }
    return SectionPartition(points: kept, edges: renumbered)
  }
}
