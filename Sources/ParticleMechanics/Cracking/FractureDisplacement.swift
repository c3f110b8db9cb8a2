internal import ArrayMath

/// Equilibrium of a damaged section in plane strain at fixed damage.
///
///     σ = g (C e − K_R tr⁻e I) + K_R tr⁻e I,    tr⁻e = min(tr e, 0) where the energy is split, else 0
///
/// is linear in each triangle as long as the sign of tr e is: the signs are found by repeated linear solution
/// (a semismooth Newton method), which ends with the exact one.
final class FractureDisplacement {
  /// Unknown of component `a` of node `n` at 2 n + a; negative where it is held.
  private let unknowns: [Int32]
  private let factor: CholeskyFactor
  /// Place in the matrix of each of the 36 entries of a triangle's stiffness; −1 for the upper half and held rows.
  private let places: [Int32]
  private let mesh: FractureMesh
  private let splits: Bool
  /// Whether each triangle was pressed together in the last solution.
  private var isPressed: [Bool]

  init(mesh: FractureMesh, held: Set<Int>, splits: Bool) throws(CrackingError) {
    var unknowns = [Int32](repeating: -1, count: 2 * mesh.nodeCount)
    var size: Int32 = 0
    for index in unknowns.indices where !held.contains(index) {
      unknowns[index] = size
      size += 1
    }
    let connectivity = mesh.triangles.flatMap { [unknowns[2 * Int($0)], unknowns[2 * Int($0) + 1]] }
    let pattern = SparsityPattern(size: Int(size), unknownsPerElement: 6, connectivity: connectivity)
    self.unknowns = unknowns
    places = pattern.elementPlaces(unknownsPerElement: 6, connectivity: connectivity)
    self.mesh = mesh
    self.splits = splits
    isPressed = [Bool](repeating: false, count: mesh.count)
    do { factor = try CholeskyFactor(pattern: pattern) } catch { throw .solverFailed(reason: "\(error)") }
  }

  /// Solves for the displacement.
  ///
  /// - Parameters:
  ///   - degradation: g of each triangle.
  ///   - displacement: two components a node; the held ones are given, the others replaced.
  func solve(
    elements: [FractureElement], degradation: [Double], displacement: inout [Double]
  ) throws(CrackingError) {
    for _ in 0..<30 {
      try solveOnce(elements: elements, degradation: degradation, displacement: &displacement)
      guard splits else { return }
      var changed = false
      for triangle in 0..<mesh.count {
        let strain = self.strain(triangle, displacement)
        let pressed = strain.x + strain.y < elements[triangle].relaxedTrace
        changed = changed || pressed != isPressed[triangle]
        isPressed[triangle] = pressed
      }
      if !changed { return }
    }
    // A triangle at the very edge between the two may flip for ever: both solutions are then the same but for it.
  }

  /// ε_xx, ε_yy and 2 ε_xy of a triangle.
  func strain(_ triangle: Int, _ displacement: [Double]) -> SIMD3<Double> {
    var strain = SIMD3<Double>.zero
    for corner in 0..<3 {
      let node = Int(mesh.triangles[3 * triangle + corner])
      let gradient = mesh.gradients[3 * triangle + corner]
      let (x, y) = (displacement[2 * node], displacement[2 * node + 1])
      strain += SIMD3(gradient.x * x, gradient.y * y, gradient.y * x + gradient.x * y)
    }
    return strain
  }

  /// The stress in the section, xx, yy, xy, of a triangle with a strain.
  func stress(_ element: FractureElement, degradation g: Double, strain: SIMD3<Double>) -> SIMD3<Double> {
    let xx = element.c11 * strain.x + element.c12 * strain.y + element.c13 * strain.z - element.relaxedXX
    let yy = element.c12 * strain.x + element.c22 * strain.y + element.c23 * strain.z - element.relaxedYY
    let xy = element.c13 * strain.x + element.c23 * strain.y + element.c33 * strain.z - element.relaxedXY
    let trace = strain.x + strain.y - element.relaxedTrace
    let pressure = splits && trace < 0 ? (1 - g) * element.bulk * trace : 0
    return g * SIMD3(xx, yy, xy) + SIMD3(pressure, pressure, 0)
  }

  private func solveOnce(
    elements: [FractureElement], degradation: [Double], displacement: inout [Double]
  ) throws(CrackingError) {
    var values = [Double](repeating: 0, count: factor.pattern.count)
    var force = [Double](repeating: 0, count: factor.pattern.size)
    for triangle in 0..<mesh.count {
      let element = elements[triangle]
      let g = degradation[triangle]
      let kept = isPressed[triangle] ? (1 - g) * element.bulk : 0
      let (c11, c12, c22) = (g * element.c11 + kept, g * element.c12 + kept, g * element.c22 + kept)
      let (c13, c23, c33) = (g * element.c13, g * element.c23, g * element.c33)
      let pressure = kept * element.relaxedTrace
      let (sxx, syy) = (g * element.relaxedXX + pressure, g * element.relaxedYY + pressure)
      let sxy = g * element.relaxedXY
      let area = mesh.areas[triangle]
      for first in 0..<3 {
        let a = mesh.gradients[3 * triangle + first]
        let rowNode = Int(mesh.triangles[3 * triangle + first])
        let (rowX, rowY) = (unknowns[2 * rowNode], unknowns[2 * rowNode + 1])
        if rowX >= 0 { force[Int(rowX)] += area * (a.x * sxx + a.y * sxy) }
        if rowY >= 0 { force[Int(rowY)] += area * (a.y * syy + a.x * sxy) }
        for second in 0..<3 {
          let b = mesh.gradients[3 * triangle + second]
          // C B of the second node, by column.
          let (xx0, yy0, xy0) = (c11 * b.x + c13 * b.y, c12 * b.x + c23 * b.y, c13 * b.x + c33 * b.y)
          let (xx1, yy1, xy1) = (c12 * b.y + c13 * b.x, c22 * b.y + c23 * b.x, c23 * b.y + c33 * b.x)
          let entries =
            area
            * SIMD4(
              a.x * xx0 + a.y * xy0, a.x * xx1 + a.y * xy1, a.y * yy0 + a.x * xy0, a.y * yy1 + a.x * xy1)
          let node = Int(mesh.triangles[3 * triangle + second])
          for i in 0..<2 {
            let row = i == 0 ? rowX : rowY
            guard row >= 0 else { continue }
            for j in 0..<2 {
              let value = entries[2 * i + j]
              let place = places[36 * triangle + 6 * (2 * first + i) + 2 * second + j]
              if place >= 0 {
                values[Int(place)] += value
              } else if unknowns[2 * node + j] < 0 {
                force[Int(row)] -= value * displacement[2 * node + j]
              }
            }
          }
        }
      }
    }
    do {
      try factor.factorise(values)
      try factor.solve(inPlace: &force)
    } catch {
      throw .solverFailed(reason: "\(error)")
    }
    for (index, unknown) in unknowns.enumerated() where unknown >= 0 { displacement[index] = force[Int(unknown)] }
  }
}
