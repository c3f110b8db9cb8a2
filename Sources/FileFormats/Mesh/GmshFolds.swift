import ParticleMechanics

/// Elements of second order that are folded: where the map from the reference element turns over at a node.
///
/// A determinant of zero is let pass: elements with a collapsed side and those of crack tips, with nodes at quarters of the
/// side, have it at a corner.
enum GmshFolds {
  /// Whether an element in VTK's order is folded.
  static func isFolded(_ shape: ElementShape, _ nodes: [SIMD3<Double>]) -> Bool {
    switch shape {
    case .line2, .line3, .triangle3, .tetrahedron4: false
    case .triangle6: isFolded(nodes, corners: 3, middles: [(0, 1), (1, 2), (2, 0)])
    case .tetrahedron10: isFolded(nodes, corners: 4, middles: [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)])
    case .quadrilateral9: isFolded(quadrilateral: nodes)
    }
  }

  /// Quadratic simplices, x(L) = Σ L_i (2 L_i − 1) p_i + Σ 4 L_i L_j m_ij: ∂x/∂L_k = (4 L_k − 1) p_k + Σ_j 4 L_j m_kj.
  private static func isFolded(_ nodes: [SIMD3<Double>], corners: Int, middles: [(Int, Int)]) -> Bool {
    let places =
      (0..<corners).map { corner in (0..<corners).map { $0 == corner ? 1.0 : 0 } }
      + middles.map { pair in (0..<corners).map { $0 == pair.0 || $0 == pair.1 ? 0.5 : 0 } }
    for place in places {
      var slopes = (0..<corners).map { (4 * place[$0] - 1) * nodes[$0] }
      for (index, pair) in middles.enumerated() {
        slopes[pair.0] += 4 * place[pair.1] * nodes[corners + index]
        slopes[pair.1] += 4 * place[pair.0] * nodes[corners + index]
      }
      let a = slopes[1] - slopes[0], b = slopes[2] - slopes[0]
      let c = corners == 4 ? slopes[3] - slopes[0] : SIMD3(0, 0, 1)
      if isNegative(a, b, c) { return true }
    }
    return false
  }

  /// Slopes of the three quadratic functions of a line at its nodes −1, 0, 1.
  private static let lineSlopes: [SIMD3<Double>] = [SIMD3(-1.5, 2, -0.5), SIMD3(-0.5, 0, 0.5), SIMD3(0.5, -2, 1.5)]
  /// The node at each place of the grid of 3 x 3, in VTK's order.
  private static let gridNodes = [0, 4, 1, 7, 8, 5, 3, 6, 2]

  private static func isFolded(quadrilateral nodes: [SIMD3<Double>]) -> Bool {
    for row in 0..<3 {
      for column in 0..<3 {
        var along = SIMD3<Double>.zero, across = SIMD3<Double>.zero
        for step in 0..<3 {
          along += lineSlopes[column][step] * nodes[gridNodes[3 * row + step]]
          across += lineSlopes[row][step] * nodes[gridNodes[3 * step + column]]
        }
        if isNegative(along, across, SIMD3(0, 0, 1)) { return true }
      }
    }
    return false
  }

  /// Whether a · (b × c) is negative by more than rounding.
  private static func isNegative(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>) -> Bool {
    let normal = SIMD3(b.y * c.z - b.z * c.y, b.z * c.x - b.x * c.z, b.x * c.y - b.y * c.x)
    let lengths = (a * a).sum() * (b * b).sum() * (c * c).sum()
    return (a * normal).sum() < -1e-9 * lengths.squareRoot()
  }
}
