import ArrayMath

/// The semi-discrete equation of transport, M du/dt + K u = f, on a mesh whose arc is held at a lithiation.
///
/// M and K are the consistent mass matrix and the stiffness of the full tensor D, integrated with 4 × 4 Gauss points an
/// element. The nodes of the arc have the highest numbers, so the free ones are 0..<freeCount.
struct TransportSystem {
  let mass: SymmetricSparseMatrix
  let stiffness: SymmetricSparseMatrix
  /// ∫ N dA of each node, in m²: content = weights · u.
  let weights: [Double]
  let freeCount: Int
  /// The block of the free nodes, and where its entries are in the full pattern.
  let freePattern: SparsityPattern
  /// The free nodes in the order in which a factorisation eliminates them.
  let eliminationOrder: [Int32]
  private let freePositions: [Int32]
  /// Entries of the full pattern that lie in a row or a mirrored row of the arc.
  private let arcEntries: [(position: Int, row: Int, column: Int)]

  /// - Parameters:
  ///   - mesh: the mesh.
  ///   - diffusivity: the tensor D at a point in metres, in m²/s.
  init(mesh: SectorMesh, diffusivity: (_ x: Double, _ y: Double) -> SymmetricTensor) {
    let pattern = SparsityPattern(size: mesh.nodeCount, unknownsPerElement: 9, connectivity: mesh.elements)
    var mass = SymmetricSparseMatrix(pattern: pattern)
    var stiffness = SymmetricSparseMatrix(pattern: pattern)
    let value = ShapeTable.four.value
    mesh.elements.withUnsafeBufferPointer { elements in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 162) { local in
        let localMass = UnsafeMutableBufferPointer(rebasing: local[..<81])
        let localStiffness = UnsafeMutableBufferPointer(rebasing: local[81...])
        mesh.forEachElement { element, points in
          var (xx, yy, xy) = (SIMD16<Double>.zero, SIMD16<Double>.zero, SIMD16<Double>.zero)
          for point in 0..<16 {
            let d = diffusivity(points.x[point], points.y[point])
            (xx[point], yy[point], xy[point]) = (d.xx, d.yy, d.xy)
          }
          for a in 0..<9 {
            let fluxX = points.area * (xx * points.alongX[a] + xy * points.alongY[a])
            let fluxY = points.area * (xy * points.alongX[a] + yy * points.alongY[a])
            let weighted = points.area * value[a]
            for b in 0...a {
              let mass = (weighted * value[b]).sum()
              let stiffness = (fluxX * points.alongX[b] + fluxY * points.alongY[b]).sum()
              (localMass[9 * a + b], localMass[9 * b + a]) = (mass, mass)
              (localStiffness[9 * a + b], localStiffness[9 * b + a]) = (stiffness, stiffness)
            }
          }
          let unknowns = UnsafeBufferPointer(rebasing: elements[9 * element..<9 * element + 9])
          mass.add(element: UnsafeBufferPointer(localMass), unknowns: unknowns)
          stiffness.add(element: UnsafeBufferPointer(localStiffness), unknowns: unknowns)
        }
      }
    }
    var weights = [Double](repeating: 0, count: mesh.nodeCount)
    mass.multiply([Double](repeating: 1, count: mesh.nodeCount), into: &weights)
    let free = mesh.arcNodes.lowerBound
    var freePositions: [Int32] = []
    var arcEntries: [(position: Int, row: Int, column: Int)] = []
    for column in 0..<mesh.nodeCount {
      for entry in Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1]) {
        let row = Int(pattern.rows[entry])
        if row < free {
          freePositions.append(Int32(entry))
        } else {
          arcEntries.append((entry, row, column))
        }
      }
    }
    freePattern = pattern.leading(free)
    eliminationOrder = mesh.eliminationOrder.filter { $0 < Int32(free) }
    freeCount = free
    self.mass = mass
    self.stiffness = stiffness
    self.weights = weights
    self.freePositions = freePositions
    self.arcEntries = arcEntries
  }

  /// The values of M + step K on the free nodes.
  func stepMatrix(_ step: Double) -> [Double] {
    freePositions.map { mass.values[Int($0)] + step * stiffness.values[Int($0)] }
  }

  /// Subtracts from the free rows what (M + step K) makes of a rate of change that only the arc has.
  func subtractArcRate(_ rate: [Double], step: Double, from rightHandSide: inout [Double]) {
    for entry in arcEntries where entry.column < freeCount {
      let value = mass.values[entry.position] + step * stiffness.values[entry.position]
      rightHandSide[entry.column] -= value * rate[entry.row]
    }
  }

  /// The sum over the arc's rows of (M + step K) times a rate of change.
  func arcRowSum(_ rate: [Double], step: Double) -> Double {
    var sum = 0.0
    for entry in arcEntries {
      let value = mass.values[entry.position] + step * stiffness.values[entry.position]
      sum += value * rate[entry.column]
      if entry.column >= freeCount, entry.row != entry.column { sum += value * rate[entry.row] }
    }
    return sum
  }
}
