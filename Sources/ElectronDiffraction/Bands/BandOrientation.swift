import Crystallography
import Foundation

/// The orientation that fits a set of bands best, and how well it is known.
struct BandOrientation: Sendable {
  /// From the detector's frame to the crystal's.
  var rotation: Rotation
  /// The pole that explains each band; nil where none does.
  var poles: [Int?]
  /// Sum of the squares of the offsets in standard uncertainties, two a band.
  var chiSquare: Double
  /// Covariance of the small rotation in the crystal's frame for the stated uncertainties of the bands.
  var covariance: SymmetricMatrix3
  /// Mean angle between bands and planes, in radians.
  var fit: Double

  /// Bands that are explained.
  var explained: Int { poles.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }
}

/// A measured line with the standard uncertainties of its θ (radians) and ρ (pixels).
struct MeasuredLine: Sendable {
  var theta, rho: Double
  var sigmaTheta, sigmaRho: Double
}

extension PolePairs {
  /// Assigns poles to bands and turns the crystal until both agree; nil with fewer than two explained bands.
  ///
  /// Each line gives two residuals, its offsets in θ and ρ from the line of its plane, weighted by their uncertainties.
  /// With the predicted normal m = Rᵀ p a small turn ω in the detector's frame changes it by −ω × m; Gauss and Newton's
  /// steps for ω converge in two or three. For equal uncertainties in all directions this is the problem of Wahba
  /// (SIAM Rev. 7, 409 (1965)), which the q-method solves in closed form.
  func fitOrientation(
    start: Rotation, lines: [MeasuredLine], centre: ScreenCentre, tolerance: Double
  ) -> BandOrientation? {
    let least = cos(tolerance)
    let rough = lines.map { ScreenLine(theta: $0.theta, rho: $0.rho, centre: centre).normal }
    var rotation = start
    var assignment: [Int?] = []
    var screen: [ScreenLine] = []
    var result: BandOrientation?
    for _ in 0..<8 {
      let matrix = rotation.matrix
      let next = rough.map { nearestPole(to: matrix * $0, leastCosine: least) }
      if next != assignment {
        assignment = next
        screen = zip(lines, next).map { line, pole in
          ScreenLine(
            theta: line.theta, rho: line.rho, halfAngle: pole.map { poles[$0].halfAngle } ?? 0, centre: centre)
        }
      }
      guard let step = improved(rotation, lines: lines, screen: screen, assignment: assignment) else { return nil }
      result = step.orientation
      rotation = step.orientation.rotation
      if step.turn < 1e-6 { break }
    }
    return result
  }

  private func nearestPole(to direction: SIMD3<Double>, leastCosine: Double) -> Int? {
    var (best, largest): (Int?, Double) = (nil, leastCosine)
    for index in poles.indices {
      let cosine = abs((direction * poles[index].normal).sum())
      if cosine >= largest { (best, largest) = (index, cosine) }
    }
    return best
  }

  /// One step of Gauss and Newton; the offsets and the fit are those before it.
  private func improved(
    _ rotation: Rotation, lines: [MeasuredLine], screen: [ScreenLine], assignment: [Int?]
  ) -> (orientation: BandOrientation, turn: Double)? {
    let matrix = rotation.matrix
    let back = matrix.transposed
    var normal = SymmetricMatrix3(xx: 0, yy: 0, zz: 0, yz: 0, xz: 0, xy: 0)
    var right = SIMD3<Double>.zero
    var (chiSquare, angle, count) = (0.0, 0.0, 0)
    for index in lines.indices {
      guard let pole = assignment[index] else { continue }
      let line = screen[index]
      var predicted = back * poles[pole].normal
      let cosine = (predicted * line.normal).sum()
      if cosine < 0 { predicted = -predicted }
      let offset = line.offset(to: predicted)
      let gradients = line.gradients
      for (residual, gradient, sigma) in [
        (offset.x, gradients.theta, lines[index].sigmaTheta), (offset.y, gradients.rho, lines[index].sigmaRho),
      ] {
        // The change of u·m is −u·(ω × m) = −ω·(m × u).
        let row = -predicted.cross(gradient) / sigma
        normal.add(row)
        right -= row * (residual / sigma)
        chiSquare += residual * residual / (sigma * sigma)
      }
      angle += acos(min(abs(cosine), 1))
      count += 1
    }
    guard count >= 2 else { return nil }
    let covariance = normal.inverse
    let turn = covariance * right
    guard turn.x.isFinite, turn.y.isFinite, turn.z.isFinite, (turn * turn).sum() < 0.1 else { return nil }
    // m = Rᵀ p turns by −ω in the detector's frame where R is followed by a turn of R ω in the crystal's.
    let orientation = BandOrientation(
      rotation: Rotation(vector: matrix * turn) * rotation, poles: assignment, chiSquare: chiSquare,
      covariance: covariance.rotated(by: matrix), fit: angle / Double(count))
    return (orientation, (turn * turn).sum().squareRoot())
  }
}

extension SIMD3<Double> {
  func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }
}

extension SymmetricMatrix3 {
  /// Adds v vᵀ.
  fileprivate mutating func add(_ v: SIMD3<Double>) {
    (xx, yy, zz) = (xx + v.x * v.x, yy + v.y * v.y, zz + v.z * v.z)
    (yz, xz, xy) = (yz + v.y * v.z, xz + v.x * v.z, xy + v.x * v.y)
  }

  fileprivate static func * (matrix: SymmetricMatrix3, v: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      matrix.xx * v.x + matrix.xy * v.y + matrix.xz * v.z, matrix.xy * v.x + matrix.yy * v.y + matrix.yz * v.z,
      matrix.xz * v.x + matrix.yz * v.y + matrix.zz * v.z)
  }

  /// M A Mᵀ.
  fileprivate func rotated(by m: Matrix3) -> SymmetricMatrix3 {
    let rows = [m.row1, m.row2, m.row3].map { self * $0 }
    return SymmetricMatrix3(
      xx: (m.row1 * rows[0]).sum(), yy: (m.row2 * rows[1]).sum(), zz: (m.row3 * rows[2]).sum(),
      yz: (m.row2 * rows[2]).sum(), xz: (m.row1 * rows[2]).sum(), xy: (m.row1 * rows[1]).sum())
  }
}
