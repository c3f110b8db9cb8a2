/// Stiffness in other frames and of aggregates of crystals.
extension Stiffness {
  /// A layered oxide near LiNi0.8Mn0.1Co0.1O2, in the crystal's frame: 270, 90, 65, −7, 185 and 50 GPa for c11, c12,
  /// c13, c14, c33 and c44.
  ///
  /// No measurement of a single crystal exists; these lie between computed values of the isostructural LiCrO2 and
  /// LiCuO2 (Materials Project mp-18793 and mp-25372). Their aggregate has E = 174.3 GPa and ν = 0.27.
  public static let nmc811Estimate = trigonal(c11: 270e9, c12: 90e9, c13: 65e9, c14: -7e9, c33: 185e9, c44: 50e9)

  /// The stiffness in another frame, in which the axes of its own are the unit vectors given (W. L. Bond, Bell Syst.
  /// Tech. J. 22 (1943) 1).
  public func rotated(x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>) -> Stiffness {
    let axes = [x, y, z]
    let pairs = Self.pairs
    // σ' = A σ Aᵀ as a matrix on Voigt's six; the stiffness transforms by it on both sides.
    var bond = [Double](repeating: 0, count: 36)
    for (row, (i, j)) in pairs.enumerated() {
      for (column, (k, l)) in pairs.enumerated() {
        let direct = axes[k][i] * axes[l][j]
        bond[6 * row + column] = k == l ? direct : direct + axes[l][i] * axes[k][j]
      }
    }
    var half = [Double](repeating: 0, count: 36)
    var result = half
    for row in 0..<6 {
      for column in 0..<6 {
        for k in 0..<6 { half[6 * row + column] += bond[6 * row + k] * values[6 * k + column] }
      }
    }
    for row in 0..<6 {
      for column in 0..<6 {
        for k in 0..<6 { result[6 * row + column] += half[6 * row + k] * bond[6 * column + k] }
      }
    }
    return Stiffness(result)
  }

  /// Voigt's six components as pairs of axes.
  private static let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]

  /// The Hill average of this stiffness in several frames: half of the mean stiffness (equal strains) and of the inverse
  /// of the mean compliance (equal stresses).
  ///
  /// R. Hill, Proc. Phys. Soc. A 65 (1952) 349.
  public func average(over frames: [(x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>)]) -> Stiffness {
    var stiffness = [Double](repeating: 0, count: 36)
    var compliance = stiffness
    for frame in frames {
      let rotated = rotated(x: frame.x, y: frame.y, z: frame.z)
      let inverse = Self.inverse(rotated.values)
      for n in 0..<36 {
        stiffness[n] += rotated.values[n] / Double(frames.count)
        compliance[n] += inverse[n] / Double(frames.count)
      }
    }
    let reuss = Self.inverse(compliance)
    return Stiffness((0..<36).map { (stiffness[$0] + reuss[$0]) / 2 })
  }

  /// The isotropic Hill average over all orientations.
  public var isotropicAverage: Stiffness {
    let compliance = Self.inverse(values)
    func invariants(_ m: [Double]) -> (diagonal: Double, off: Double, shear: Double) {
      (m[0] + m[7] + m[14], m[1] + m[2] + m[8], m[21] + m[28] + m[35])
    }
    let (c, cOff, cShear) = invariants(values)
    let (s, sOff, sShear) = invariants(compliance)
    let bulk = ((c + 2 * cOff) / 9 + 1 / (s + 2 * sOff)) / 2
    let shear = ((c - cOff + 3 * cShear) / 15 + 15 / (4 * (s - sOff) + 3 * sShear)) / 2
    let modulus = 9 * bulk * shear / (3 * bulk + shear)
    return .isotropic(youngsModulus: modulus, poissonRatio: modulus / (2 * shear) - 1)
  }

  /// The inverse of a positive definite 6 × 6 matrix, by Gauss and Jordan.
  private static func inverse(_ matrix: [Double]) -> [Double] {
    var left = matrix
    var right = (0..<36).map { $0 % 7 == 0 ? 1.0 : 0 }
    for pivot in 0..<6 {
      let scale = 1 / left[7 * pivot]
      for column in 0..<6 {
        left[6 * pivot + column] *= scale
        right[6 * pivot + column] *= scale
      }
      for row in 0..<6 where row != pivot {
        let factor = left[6 * row + pivot]
        for column in 0..<6 {
          left[6 * row + column] -= factor * left[6 * pivot + column]
          right[6 * row + column] -= factor * right[6 * pivot + column]
        }
      }
    }
    return right
  }
}
