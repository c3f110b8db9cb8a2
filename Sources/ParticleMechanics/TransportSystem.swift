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
    var localMass = InlineArray<81, Double>(repeating: 0)
    var localStiffness = localMass
    for element in 0..<mesh.elementCount {
      for entry in 0..<81 {
        localMass[entry] = 0
        localStiffness[entry] = 0
      }
      mesh.points(ofElement: element, rule: GaussRule.four) { _, point in
        let d = diffusivity(point.x, point.y)
        for a in 0..<9 {
          let fluxX = point.area * (d.xx * point.alongX[a] + d.xy * point.alongY[a])
          let fluxY = point.area * (d.xy * point.alongX[a] + d.yy * point.alongY[a])
          let weighted = point.area * point.value[a]
          for b in 0..<9 {
            localMass[9 * a + b] += weighted * point.value[b]
            localStiffness[9 * a + b] += fluxX * point.alongX[b] + fluxY * point.alongY[b]
          }
        }
      }
      for a in 0..<9 {
        let row = Int(mesh.elements[9 * element + a])
        for b in 0..<9 {
          // Each pair once, from its lower half; the collapsed nodes of the centre meet on the diagonal.
          let column = Int(mesh.elements[9 * element + b])
          guard row >= column else { continue }
          mass.add(localMass[9 * a + b], row: row, column: column)
          stiffness.add(localStiffness[9 * a + b], row: row, column: column)
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
    let freeElements = mesh.elements.map { $0 < Int32(free) ? $0 : -1 }
    freePattern = SparsityPattern(size: free, unknownsPerElement: 9, connectivity: freeElements)
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
