internal import ArrayMath

/// Steady diffusion through a section, which tells how well its grains conduct together.
public enum SectionDiffusion {
  /// The diffusivity of a rectangular sample between two of its sides, the others closed, in m²/s: flux times length over
  /// width for a unit difference of lithiation.
  ///
  /// - Parameters:
  ///   - mesh: of a section.
  ///   - from: the named boundary that holds 0.
  ///   - to: the named boundary that holds 1.
  ///   - length: between them, in metres.
  ///   - width: of each, in metres.
  ///   - diffusivity: in m²/s; symmetric and positive definite in the plane.
  /// - Throws: ``ElementMeshError`` for a boundary that is missing; `CholeskyError` where D blocks everywhere.
  public static func effectiveDiffusivity(
    _ mesh: ElementMesh, from: String, to: String, length: Double, width: Double,
    diffusivity: (MaterialPoint) -> SymmetricTensor3
  ) throws -> Double {
    var held = [Double?](repeating: nil, count: mesh.nodeCount)
    for (name, value) in [(from, 0.0), (to, 1.0)] {
      guard let nodes = mesh.boundaries[name] else {
        throw ElementMeshError.missingBoundary(name, present: mesh.boundaries.keys.sorted())
      }
      for node in nodes { held[Int(node)] = value }
    }
    let field = try solve(mesh, held: held, source: 0, diffusivity: diffusivity)
    return energy(mesh, field, diffusivity) * length / width
  }

  /// The mean time in seconds that lithium spends on its way out: the mean of T with ∇·(D ∇T) = −1 inside and T = 0 on
  /// the wetted surface. R²/(8 D) for a disc of radius R and constant isotropic D.
  ///
  /// - Parameters:
  ///   - mesh: of a section.
  ///   - diffusivity: in m²/s; symmetric and positive definite in the plane.
  public static func meanExitTime(
    _ mesh: ElementMesh, diffusivity: (MaterialPoint) -> SymmetricTensor3
  ) throws -> Double {
    var held = [Double?](repeating: nil, count: mesh.nodeCount)
    for node in mesh.wettedFacets() { held[Int(node)] = 0 }
    let field = try solve(mesh, held: held, source: 1, diffusivity: diffusivity)
    var (sum, area) = (0.0, 0.0)
    field.withUnsafeBufferPointer { field in
      ElementQuadrature(mesh).forEachElement { points in
        for point in 0..<points.pointCount {
          sum += points.volumes[point] * points.value(point, of: field)
          area += points.volumes[point]
        }
      }
    }
    return sum / area
  }

  /// The field that solves ∇·(D ∇u) = −source with given values at some nodes, no flux elsewhere.
  private static func solve(
    _ mesh: ElementMesh, held: [Double?], source: Double, diffusivity: (MaterialPoint) -> SymmetricTensor3
  ) throws -> [Double] {
    var number = [Int32](repeating: -1, count: mesh.nodeCount)
    var size = 0
    for node in number.indices where held[node] == nil {
      number[node] = Int32(size)
      size += 1
    }
    let count = mesh.shape.nodeCount
    let pattern = SparsityPattern(
      size: size, unknownsPerElement: count, connectivity: mesh.elements.map { number[Int($0)] })
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    var right = [Double](repeating: 0, count: size)
    ElementQuadrature(mesh).forEachElement { points in
      for point in 0..<points.pointCount {
        let tensor = diffusivity(points.material(point))
        let volume = points.volumes[point]
        for row in 0..<count {
          let i = number[Int(points.nodes[row])]
          guard i >= 0 else { continue }
          right[Int(i)] += volume * source * points.values[point * count + row]
          let flux = volume * tensor(points.gradients[point * count + row])
          for column in 0..<count {
            let value = (flux * points.gradients[point * count + column]).sum()
            let node = Int(points.nodes[column])
            let j = number[node]
            if j < 0 {
              right[Int(i)] -= value * (held[node] ?? 0)
            } else if j <= i {
              matrix.add(value, row: Int(i), column: Int(j))
            }
          }
        }
      }
    }
    let factor = try CholeskyFactor(pattern: pattern)
    try factor.factorise(matrix.values)
    let solution = try factor.solve(right)
    return held.indices.map { held[$0] ?? solution[Int(number[$0])] }
  }

  /// ∫ ∇u · D ∇u.
  private static func energy(
    _ mesh: ElementMesh, _ field: [Double], _ diffusivity: (MaterialPoint) -> SymmetricTensor3
  ) -> Double {
    var sum = 0.0
    field.withUnsafeBufferPointer { field in
      ElementQuadrature(mesh).forEachElement { points in
        for point in 0..<points.pointCount {
          let gradient = points.gradient(point, of: field)
          sum += points.volumes[point] * (gradient * diffusivity(points.material(point))(gradient)).sum()
        }
      }
    }
    return sum
  }
}
