import ArrayMath

/// Matrices that solvers are tried on, on a cube of `cells`³ elements of unit size, held on the face x = 0.
struct SolverMatrices {
  let cells: Int
  /// Points along an edge.
  private var edge: Int { cells + 1 }

  init(cells: Int) {
    self.cells = cells
  }

  private func point(_ x: Int, _ y: Int, _ z: Int) -> Int { (x * edge + y) * edge + z }

  /// Coordinates of the points.
  var points: [Double] {
    var result: [Double] = []
    for x in 0..<edge {
      for y in 0..<edge {
        for z in 0..<edge { result += [Double(x), Double(y), Double(z)] }
      }
    }
    return result
  }

  /// Unknowns of `components` a point, negative on x = 0.
  func unknowns(components: Int) -> [Int32] {
    let held = edge * edge * components
    return (0..<edge * edge * edge * components).map { $0 < held ? -1 : Int32($0 - held) }
  }

  private static let corners = [
    (0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1),
  ]

  /// An element's matrix assembled over all cells; `factor` scales it cell by cell.
  private func assembled(_ element: [Double], components: Int, factor: (Int, Int, Int) -> Double)
    -> SymmetricSparseMatrix
  {
    let numbers = unknowns(components: components)
    var connectivity: [Int32] = []
    for x in 0..<cells {
      for y in 0..<cells {
        for z in 0..<cells {
          for corner in Self.corners {
            let node = point(x + corner.0, y + corner.1, z + corner.2)
            for component in 0..<components { connectivity.append(numbers[components * node + component]) }
          }
        }
      }
    }
    let width = 8 * components
    let pattern = SparsityPattern(
      size: edge * edge * cells * components, unknownsPerElement: width, connectivity: connectivity)
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    for cell in 0..<cells * cells * cells {
      let scale = factor(cell / (cells * cells), cell / cells % cells, cell % cells)
      let scaled = element.map { scale * $0 }
      scaled.withUnsafeBufferPointer { values in
        connectivity.withUnsafeBufferPointer { all in
          matrix.add(element: values, unknowns: UnsafeBufferPointer(rebasing: all[width * cell..<width * (cell + 1)]))
        }
      }
    }
    return matrix
  }

  /// Gradients of the eight trilinear functions at the points of a 2 × 2 × 2 rule of weight 1/8.
  private static var gradients: [[SIMD3<Double>]] {
    let places = [0.5 - 0.5 / 3.0.squareRoot(), 0.5 + 0.5 / 3.0.squareRoot()]
    return (0..<8).map { point in
      let p = SIMD3(places[point / 4], places[point / 2 % 2], places[point % 2])
      return corners.map { corner in
        func value(_ side: Int, _ t: Double) -> Double { side == 1 ? t : 1 - t }
        func slope(_ side: Int) -> Double { side == 1 ? 1 : -1 }
        return SIMD3(
          slope(corner.0) * value(corner.1, p.y) * value(corner.2, p.z),
          value(corner.0, p.x) * slope(corner.1) * value(corner.2, p.z),
          value(corner.0, p.x) * value(corner.1, p.y) * slope(corner.2))
      }
    }
  }

  /// ∫ ∇N·D ∇N with D diagonal.
  func laplacian(
    diagonal: SIMD3<Double> = SIMD3(repeating: 1), factor: (Int, Int, Int) -> Double = { _, _, _ in 1 }
  ) -> SymmetricSparseMatrix {
    var element = [Double](repeating: 0, count: 64)
    for gradients in Self.gradients {
      for a in 0..<8 {
        for b in 0..<8 { element[8 * a + b] += (gradients[a] * diagonal * gradients[b]).sum() / 8 }
      }
    }
    return assembled(element, components: 1, factor: factor)
  }

  /// Isotropic elasticity with λ = 1.5, μ = 1 (ν = 0.3).
  func elasticity(factor: (Int, Int, Int) -> Double = { _, _, _ in 1 }) -> SymmetricSparseMatrix {
    let (lambda, mu) = (1.5, 1.0)
    var element = [Double](repeating: 0, count: 24 * 24)
    for gradients in Self.gradients {
      for a in 0..<8 {
        for b in 0..<8 {
          let product = (gradients[a] * gradients[b]).sum()
          for i in 0..<3 {
            for j in 0..<3 {
              var value = lambda * gradients[a][i] * gradients[b][j] + mu * gradients[a][j] * gradients[b][i]
              if i == j { value += mu * product }
              element[24 * (3 * a + i) + 3 * b + j] += value / 8
            }
          }
        }
      }
    }
    return assembled(element, components: 3, factor: factor)
  }

  /// Noise of a seed as a right-hand side.
  static func noise(_ size: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<size).map { _ in generator.normal() }
  }
}
