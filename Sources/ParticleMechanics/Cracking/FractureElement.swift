/// What one triangle knows of its solid: constant in it.
struct FractureElement: Sendable {
  /// Stiffness between xx, yy and the engineering shear xy, in pascals: 11, 12, 22, 13, 23, 33.
  var c11 = 0.0
  var c12 = 0.0
  var c22 = 0.0
  var c13 = 0.0
  var c23 = 0.0
  var c33 = 0.0
  /// Reuss's bulk modulus, in pascals.
  var bulk = 0.0
  /// C : ε* along xx, yy and xy, in pascals, and ½ ε* : C : ε*, in J/m³, and tr ε*.
  var relaxedXX = 0.0
  var relaxedYY = 0.0
  var relaxedXY = 0.0
  var relaxedEnergy = 0.0
  var relaxedTrace = 0.0
  /// G_c with what the open row costs taken off, in J/m²; infinite where nothing breaks.
  var toughness = Double.infinity

  /// - Throws: ``CrackingError/invalidField(name:reason:)`` for a stiffness that is not positive definite.
  init(_ stiffness: Stiffness, toughness: Double) throws(CrackingError) {
    c11 = stiffness[0, 0]
    c12 = stiffness[0, 1]
    c22 = stiffness[1, 1]
    c13 = stiffness[0, 5]
    c23 = stiffness[1, 5]
    c33 = stiffness[5, 5]
    guard let compliance = Self.uniformCompliance(stiffness), compliance > 0 else {
      throw .invalidField(name: "the stiffness", reason: "it is not positive definite")
    }
    bulk = 1 / compliance
    self.toughness = toughness
  }

  mutating func relax(_ stiffness: Stiffness, eigenstrain: SymmetricTensor3) {
    let stress = stiffness(eigenstrain)
    relaxedXX = stress.xx
    relaxedYY = stress.yy
    relaxedXY = stress.xy
    let diagonal = stress.xx * eigenstrain.xx + stress.yy * eigenstrain.yy + stress.zz * eigenstrain.zz
    let shear = stress.yz * eigenstrain.yz + stress.xz * eigenstrain.xz + stress.xy * eigenstrain.xy
    relaxedEnergy = 0.5 * diagonal + shear
    relaxedTrace = eigenstrain.trace
  }

  /// The energy that damage takes away and the one that it leaves, in J/m³, for a total strain in the section.
  func energies(xx: Double, yy: Double, xy: Double, splits: Bool) -> (lost: Double, kept: Double) {
    let quadratic = 0.5 * (c11 * xx * xx + c22 * yy * yy + c33 * xy * xy)
    let mixed = c12 * xx * yy + xy * (c13 * xx + c23 * yy)
    let whole = quadratic + mixed - (relaxedXX * xx + relaxedYY * yy + relaxedXY * xy) + relaxedEnergy
    let trace = xx + yy - relaxedTrace
    guard splits, trace < 0 else { return (max(whole, 0), 0) }
    let kept = 0.5 * bulk * trace * trace
    return (max(whole - kept, 0), kept)
  }

  /// 1 : S : 1 of a stiffness, by elimination; nil where a pivot is not positive.
  private static func uniformCompliance(_ stiffness: Stiffness) -> Double? {
    var matrix = stiffness.values
    var load = [1.0, 1, 1, 0, 0, 0]
    for pivot in 0..<6 {
      guard matrix[7 * pivot] > 0 else { return nil }
      for row in pivot + 1..<6 {
        let factor = matrix[6 * row + pivot] / matrix[7 * pivot]
        for column in pivot..<6 { matrix[6 * row + column] -= factor * matrix[6 * pivot + column] }
        load[row] -= factor * load[pivot]
      }
    }
    for row in (0..<6).reversed() {
      for column in row + 1..<6 { load[row] -= matrix[6 * row + column] * load[column] }
      load[row] /= matrix[7 * row]
    }
    return load[0] + load[1] + load[2]
  }
}
