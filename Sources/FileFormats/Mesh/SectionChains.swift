/// Sides of a section joined into curves.
struct SectionChains {
  /// Nodes along each curve; a closed one ends where it begins.
  private(set) var chains: [[Int]] = []
  /// An edge of each curve.
  private(set) var firstEdges: [Int] = []
  /// The curve of each edge, and whether it runs as the edge does.
  private var curveOfEdge: [(curve: Int, isForward: Bool)]

  /// - Parameters:
  ///   - names: the boundaries of each edge.
  ///   - isSmooth: whether edges are joined; otherwise each is a curve.
  init(_ graph: SectionGraph, names: [[String]], isSmooth: Bool) {
    curveOfEdge = Array(repeating: (-1, true), count: graph.edges.count)
    guard isSmooth else {
      for (index, edge) in graph.edges.enumerated() {
        chains.append([edge.nodes.x, edge.nodes.y])
        firstEdges.append(index)
        curveOfEdge[index] = (index, true)
      }
      return
    }
    var edgesAtNodes = [[Int]](repeating: [], count: graph.nodes.count)
    for (index, edge) in graph.edges.enumerated() {
      edgesAtNodes[edge.nodes.x].append(index)
      edgesAtNodes[edge.nodes.y].append(index)
    }
    func other(_ edge: Int, _ node: Int) -> Int {
      graph.edges[edge].nodes.x == node ? graph.edges[edge].nodes.y : graph.edges[edge].nodes.x
    }
    /// Whether two edges at a node go over into each other.
    func isJoined(_ node: Int) -> Bool {
      let edges = edgesAtNodes[node]
      guard edges.count == 2, names[edges[0]] == names[edges[1]] else { return false }
      let sides = edges.map { Set([graph.edges[$0].left, graph.edges[$0].right]) }
      guard sides[0] == sides[1] else { return false }
      let a = graph.nodes[node] - graph.nodes[other(edges[0], node)]
      let b = graph.nodes[other(edges[1], node)] - graph.nodes[node]
      let cosine = (a * b).sum() / ((a * a).sum() * (b * b).sum()).squareRoot()
      return cosine > 0.766
    }
    let joined = graph.nodes.indices.map(isJoined)
    // Curves that end somewhere first, those that are closed afterwards.
    let starts = graph.edges.indices.sorted { first, second in
      let ends = [first, second].map { joined[graph.edges[$0].nodes.x] && joined[graph.edges[$0].nodes.y] }
      return ends[0] == ends[1] ? first < second : !ends[0]
    }
    for start in starts where curveOfEdge[start].curve < 0 {
      let nodes = graph.edges[start].nodes
      let from = joined[nodes.x] && !joined[nodes.y] ? nodes.y : nodes.x
      var chain = [from]
      var (node, edge) = (from, start)
      while true {
        curveOfEdge[edge] = (chains.count, graph.edges[edge].nodes.x == node)
        node = other(edge, node)
        chain.append(node)
        guard joined[node], let next = edgesAtNodes[node].first(where: { curveOfEdge[$0].curve < 0 }) else { break }
        edge = next
      }
      chains.append(chain)
      firstEdges.append(start)
    }
  }

  /// The numbers of the curves of a loop, from 1, negative where they are walked backwards.
  func curves(of loop: SectionGraph.Loop) -> [Int] {
    var result: [Int] = []
    for (edge, isForward) in loop.edges {
      let own = curveOfEdge[edge]
      let curve = own.isForward == isForward ? own.curve + 1 : -(own.curve + 1)
      if result.last != curve { result.append(curve) }
    }
    // A loop may begin in the middle of a curve.
    if result.count > 1, result.first == result.last { result.removeLast() }
    return result
  }
}

extension SectionGraph {
  /// The length of the longest curve, in metres.
  func longestChain(_ chains: SectionChains) -> Double {
    chains.chains.reduce(0) { longest, chain in
      max(
        longest,
        zip(chain, chain.dropFirst()).reduce(0) { sum, pair in
          let d = nodes[pair.1] - nodes[pair.0]
          return sum + (d * d).sum().squareRoot()
        })
    }
  }
}
