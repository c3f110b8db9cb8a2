internal import ArrayMath

/// The damage of least energy at fixed displacement, nowhere below a bound.
///
/// The local terms are taken at the nodes, so that on meshes without obtuse angles the matrix has no positive entry off
/// its diagonal: damage then stays within 0...1 by itself. The bound is met by a primal-dual active set: M. Hintermüller,
/// K. Ito, K. Kunisch, SIAM J. Optim. 13 (2002) 865.
final class FractureDamage {
  private let mesh: FractureMesh
  private let settings: FractureSettings
  /// Unknown of each node; −1 where nothing around it breaks.
  private let unknowns: [Int32]
  private let factor: CholeskyFactor
  /// Place in the matrix of each of the 9 entries of a triangle; −1 for the upper half and unbreakable triangles.
  private let places: [Int32]
  private let nodes: [Int]

  init(mesh: FractureMesh, elements: [FractureElement], settings: FractureSettings) throws(CrackingError) {
    var breaks = [Bool](repeating: false, count: mesh.nodeCount)
    for triangle in 0..<mesh.count where elements[triangle].toughness.isFinite {
      for corner in 0..<3 { breaks[Int(mesh.triangles[3 * triangle + corner])] = true }
    }
    nodes = breaks.indices.filter { breaks[$0] }
    var unknowns = [Int32](repeating: -1, count: mesh.nodeCount)
    for (unknown, node) in nodes.enumerated() { unknowns[node] = Int32(unknown) }
    var connectivity: [Int32] = []
    for triangle in 0..<mesh.count {
      let breakable = elements[triangle].toughness.isFinite
      for corner in 0..<3 {
        connectivity.append(breakable ? unknowns[Int(mesh.triangles[3 * triangle + corner])] : -1)
      }
    }
    let pattern = SparsityPattern(size: nodes.count, unknownsPerElement: 3, connectivity: connectivity)
    self.mesh = mesh
    self.settings = settings
    self.unknowns = unknowns
    places = pattern.elementPlaces(unknownsPerElement: 3, connectivity: connectivity)
    do { factor = try CholeskyFactor(pattern: pattern) } catch { throw .solverFailed(reason: "\(error)") }
  }

  /// The damage of each node.
  ///
  /// - Parameters:
  ///   - drive: the energy that damage takes away in each triangle, in J/m³.
  ///   - bound: the damage of each node that it must not fall below.
  ///   - start: where the search for the set on the bound begins.
  func solve(
    elements: [FractureElement], drive: [Double], bound: [Double], start: [Double]
  ) throws(CrackingError) -> [Double] {
    let count = nodes.count
    guard count > 0 else { return bound }
    var matrix = SymmetricSparseMatrix(pattern: factor.pattern)
    var load = [Double](repeating: 0, count: count)
    assemble(elements: elements, drive: drive, matrix: &matrix, load: &load)
    var isHeld = nodes.map { start[$0] <= bound[$0] }
    var solution = nodes.map { start[$0] }
    var product = load
    for _ in 0..<60 {
      try solve(matrix: matrix, load: load, isHeld: isHeld, bound: bound, into: &solution)
      matrix.multiply(solution, into: &product)
      var changed = false
      for index in 0..<count {
        // Held where the bound pushes upwards; freed nodes that have fallen below it are held again.
        let holds = isHeld[index] ? product[index] > load[index] : solution[index] < bound[nodes[index]]
        changed = changed || holds != isHeld[index]
        isHeld[index] = holds
      }
      if !changed { break }
    }
    var damage = bound
    for index in 0..<count { damage[nodes[index]] = min(max(solution[index], bound[nodes[index]]), 1) }
    return damage
  }

  private func assemble(
    elements: [FractureElement], drive: [Double], matrix: inout SymmetricSparseMatrix, load: inout [Double]
  ) {
    let length = settings.lengthScale
    for triangle in 0..<mesh.count where elements[triangle].toughness.isFinite {
      let toughness = elements[triangle].toughness
      let third = mesh.areas[triangle] / 3
      let (local, constant, across): (Double, Double, Double)
      switch settings.dissipation {
      case .at1: (local, constant, across) = (0, 3 * toughness / (8 * length), 0.75 * toughness * length)
      case .at2: (local, constant, across) = (toughness / length, 0, toughness * length)
      }
      for row in 0..<3 {
        let a = mesh.gradients[3 * triangle + row]
        load[Int(unknowns[Int(mesh.triangles[3 * triangle + row])])] += third * (2 * drive[triangle] - constant)
        for column in 0..<3 {
          let place = places[9 * triangle + 3 * row + column]
          guard place >= 0 else { continue }
          let stiff = across * mesh.areas[triangle] * (a * mesh.gradients[3 * triangle + column]).sum()
          matrix.values[Int(place)] += stiff + (row == column ? third * (local + 2 * drive[triangle]) : 0)
        }
      }
    }
  }

  /// Solves with the held nodes on their bound.
  private func solve(
    matrix: SymmetricSparseMatrix, load: [Double], isHeld: [Bool], bound: [Double], into solution: inout [Double]
  ) throws(CrackingError) {
    let pattern = matrix.pattern
    var values = matrix.values
    var right = load
    for index in isHeld.indices where isHeld[index] { right[index] = 0 }
    for column in 0..<pattern.size {
      for entry in Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1]) {
        let row = Int(pattern.rows[entry])
        guard isHeld[row] || isHeld[column] else { continue }
        if row == column {
          right[row] = values[entry] * bound[nodes[row]]
          continue
        }
        if isHeld[row], !isHeld[column] { right[column] -= values[entry] * bound[nodes[row]] }
        if isHeld[column], !isHeld[row] { right[row] -= values[entry] * bound[nodes[column]] }
        values[entry] = 0
      }
    }
    do {
      // AT1 has no local stiffness of its own: an unloaded free part would be singular, but there the bound holds.
      try factor.factorise(values)
      solution = try factor.solve(right)
    } catch {
      throw .solverFailed(reason: "\(error)")
    }
  }
}
