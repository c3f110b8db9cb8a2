import Crystallography
import Foundation

/// A measured line, the plane that it is taken for, and the shape of its uncertainty.
struct MeasuredLine: Sendable {
  var theta, rho: Double
  /// Standard uncertainties of θ (radians) and ρ (pixels), up to a factor that all lines share.
  var sigmaTheta, sigmaRho: Double
  /// Index into the poles of the phase.
  var pole: Int
}

/// The orientation that fits a set of bands best, and how well it is known.
struct BandOrientation: Sendable {
  /// From the detector's frame to the crystal's.
  var rotation: Rotation
  /// Covariance of the small rotation in the crystal's frame.
  var covariance: SymmetricMatrix3
  /// Degrees of freedom with which the covariance is known.
  var degreesOfFreedom: Double
  /// The factor by which the lines' uncertainties are larger than stated.
  var scale: Double
  /// Mean angle between bands and planes, in radians.
  var fit: Double
}

extension PolePairs {
  /// Degrees of freedom of the distribution of a line's offsets.
  ///
  /// Offsets have tails: where a weaker line crosses or runs beside a band its peak is off by several times the usual.
  /// On simulated patterns the ratio of their 95 % and 68 % quantiles is 2.5 to 3 (2 for a normal distribution), that
  /// of Student's distribution with about four degrees of freedom.
  private static let tail = 5.0

  /// Turns the crystal until the lines of its planes agree with those measured; nil with fewer than three lines.
  ///
  /// Each line gives two residuals, its offsets in θ and ρ from the line of its plane. With the predicted normal m = Rᵀ p
  /// a small turn ω in the detector's frame changes it by −ω × m; Gauss and Newton's steps for ω converge in two or
  /// three. For equal uncertainties in all directions this is the problem of Wahba (SIAM Rev. 7, 409 (1965)), which the
  /// q-method solves in closed form.
  ///
  /// The pairs of residuals follow a Student distribution whose scale is estimated along with ω, by reweighting (Lange,
  /// Little and Taylor, J. Am. Stat. Assoc. 84, 881 (1989)); the covariance is the inverse of its Fisher information.
  func fitOrientation(start: Rotation, lines: [MeasuredLine], centre: ScreenCentre) -> BandOrientation? {
    guard lines.count >= 3 else { return nil }
    let screen = lines.map {
      ScreenLine(theta: $0.theta, rho: $0.rho, halfAngle: poles[$0.pole].halfAngle, centre: centre)
    }
    let freedom = Double(2 * lines.count - 3)
    var rotation = start
    var weights = [Double](repeating: 1, count: lines.count)
    var squares = weights
    for iteration in 0..<30 {
      let matrix = rotation.matrix
      let back = matrix.transposed
      var information = SymmetricMatrix3(xx: 0, yy: 0, zz: 0, yz: 0, xz: 0, xy: 0)
      var right = SIMD3<Double>.zero
      for index in lines.indices {
        let line = screen[index]
        var predicted = back * poles[lines[index].pole].normal
        if (predicted * line.normal).sum() < 0 { predicted = -predicted }
        let (offset, gradients) = (line.offset(to: predicted), line.gradients)
        let (theta, rho) = (offset.x / lines[index].sigmaTheta, offset.y / lines[index].sigmaRho)
        squares[index] = theta * theta + rho * rho
        // The change of u·m is −u·(ω × m) = −ω·(m × u).
        let alongTheta = -predicted.cross(gradients.theta) / lines[index].sigmaTheta
        let alongRho = -predicted.cross(gradients.rho) / lines[index].sigmaRho
        information.add(alongTheta, weight: weights[index])
        information.add(alongRho, weight: weights[index])
        right -= weights[index] * (theta * alongTheta + rho * alongRho)
      }
      // One step of the estimate of the scale for the weights, which depend on it.
      var variance = zip(weights, squares).reduce(0) { $0 + $1.0 * $1.1 } / freedom
      variance = max(variance, 1e-12)
      let covariance = information.inverse
      let turn = covariance * right
      let size = (turn * turn).sum()
      guard size < 0.1 else { return nil }
      // m turns by −ω in the detector's frame where R is followed by a turn of R ω in the crystal's.
      rotation = Rotation(vector: matrix * turn) * rotation
      if iteration > 2 && size < 1e-12 || iteration == 29 {
        let final = rotation.matrix
        let angle = lines.indices.reduce(0.0) {
          $0 + acos(min(abs((final * screen[$1].normal * poles[lines[$1].pole].normal).sum()), 1))
        }
        let factor = variance * (Self.tail + 4) / (Self.tail + 2)
        return BandOrientation(
          rotation: rotation, covariance: covariance.rotated(by: matrix).scaled(by: factor),
          degreesOfFreedom: freedom,
          scale: variance.squareRoot(), fit: angle / Double(lines.count))
      }
      for index in weights.indices { weights[index] = (Self.tail + 2) / (Self.tail + squares[index] / variance) }
    }
    return nil
  }

  /// The plane nearest to a direction of the crystal.
  func nearestPole(to direction: SIMD3<Double>, leastCosine: Double) -> Int? {
    var (best, largest): (Int?, Double) = (nil, leastCosine)
    for index in poles.indices {
      let cosine = abs((direction * poles[index].normal).sum())
      if cosine >= largest { (best, largest) = (index, cosine) }
    }
    return best
  }
}

extension SIMD3<Double> {
  func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }
}

extension SymmetricMatrix3 {
  /// Adds w v vᵀ.
  fileprivate mutating func add(_ v: SIMD3<Double>, weight: Double) {
    let u = weight * v
    (xx, yy, zz) = (xx + u.x * v.x, yy + u.y * v.y, zz + u.z * v.z)
    (yz, xz, xy) = (yz + u.y * v.z, xz + u.x * v.z, xy + u.x * v.y)
  }

  fileprivate func scaled(by factor: Double) -> SymmetricMatrix3 {
    SymmetricMatrix3(
      xx: factor * xx, yy: factor * yy, zz: factor * zz, yz: factor * yz, xz: factor * xz, xy: factor * xy)
  }

  fileprivate static func * (matrix: SymmetricMatrix3, v: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      matrix.xx * v.x + matrix.xy * v.y + matrix.xz * v.z, matrix.xy * v.x + matrix.yy * v.y + matrix.yz * v.z,
      matrix.xz * v.x + matrix.yz * v.y + matrix.zz * v.z)
  }

  /// M A Mᵀ.
  fileprivate func rotated(by m: Matrix3) -> SymmetricMatrix3 {
    let (row1, row2, row3) = (self * m.row1, self * m.row2, self * m.row3)
    return SymmetricMatrix3(
      xx: (m.row1 * row1).sum(), yy: (m.row2 * row2).sum(), zz: (m.row3 * row3).sum(),
      yz: (m.row2 * row3).sum(), xz: (m.row1 * row3).sum(), xy: (m.row1 * row2).sum())
  }
}
