import Foundation

/// Least squares of the geometry against points on rings, by Gauss-Newton with an analytic Jacobian.
///
/// The residual of a point is 2θ(geometry; point) − 2 asin(s λ / 2d). The unknowns are (distance, beam1, beam2, tilt1,
/// tilt2) of ``PlateModel``, the factor s on the wavelengths and the drift of the beam with the stage; where only some of
/// the PONI terms are free, steps are taken in those.
struct GeometryFit {
  /// A point on a ring.
  struct Point {
    var frame: Int
    var dSpacing: Double
    /// Place on the plate, in metres.
    var axis1, axis2: Double
    /// Standard deviation in 2θ from the counts, in radians.
    var sigma: Double
  }

  /// What is fixed for each frame: wavelength and offset of the distance, in metres.
  struct Frame {
    var wavelength: Double
    var distanceOffset: Double
  }

  var plate: PlateModel
  var wavelengthScale = 1.0
  var drift1 = 0.0
  var drift2 = 0.0
  let frames: [Frame]
  let free: [CalibrationParameter]
  var points: [Point]
  /// Robust weight of each point, 0...1; 0 leaves it out.
  var weights: [Double]
  /// Scatter of the points beyond their counts, in radians; added to each sigma in quadrature.
  var excessScatter = 0.0
  /// χ² over degrees of freedom, outliers left out.
  var reducedChiSquare = 1.0
  var chiSquare = 0.0
  var freedom = 0
  /// Of (distance, beam1, beam2, tilt1, tilt2, wavelength factor, drift1, drift2), 8 x 8.
  var covariance = [Double](repeating: 0, count: 64)

  init(plate: PlateModel, frames: [Frame], free: Set<CalibrationParameter>, points: [Point]) {
    self.plate = plate
    self.frames = frames
    self.free = CalibrationParameter.allCases.filter { free.contains($0) }
    self.points = points
    weights = [Double](repeating: 1, count: points.count)
  }

  /// The plate as it stands for one frame.
  func plate(of frame: Int) -> PlateModel {
    var plate = plate
    let offset = frames[frame].distanceOffset
    plate.distance += offset
    plate.beam1 += drift1 * offset
    plate.beam2 += drift2 * offset
    return plate
  }

  /// The angle of a ring, in radians.
  func ringAngle(dSpacing: Double, frame: Int) -> Double {
    2 * asin(min(wavelengthScale * frames[frame].wavelength / (2 * dSpacing), 1))
  }

  /// 2θ of the geometry less that of the ring, in radians, and its derivatives by the eight unknowns.
  func residual(_ point: Point) -> (value: Double, derivatives: [8 of Double]) {
    let frame = frames[point.frame]
    let model = plate(of: point.frame).twoThetaAndDerivatives(point.axis1, point.axis2)
    let sine = min(wavelengthScale * frame.wavelength / (2 * point.dSpacing), 1 - 1e-12)
    let byScale = -frame.wavelength / point.dSpacing / (1 - sine * sine).squareRoot()
    let d = model.derivatives
    return (
      model.value - 2 * asin(sine),
      [d[0], d[1], d[2], d[3], d[4], byScale, d[1] * frame.distanceOffset, d[2] * frame.distanceOffset]
    )
  }

  /// Residuals of all points, in radians.
  var residuals: [Double] { points.map { residual($0).value } }

  /// Whether all five terms of the plate are free, so that steps can be taken in the well conditioned unknowns.
  private var plateIsFree: Bool { CalibrationParameter.plate.isSubset(of: free) }

  /// Columns of the derivatives of the eight unknowns by the free parameters, 8 x free.
  private var basis: [Double] {
    let count = free.count
    var basis = [Double](repeating: 0, count: 8 * count)
    let byPoni = plateIsFree ? nil : plate.derivativesByPoni
    for (column, parameter) in free.enumerated() {
      if let byPoni, CalibrationParameter.plate.contains(parameter) {
        for row in 0..<5 { basis[row * count + column] = byPoni[row * 5 + parameter.rawValue] }
      } else {
        basis[parameter.rawValue * count + column] = 1
      }
    }
    return basis
  }

  /// The normal equations in the free parameters, with the weights as they stand.
  private func normalEquations() -> (matrix: [Double], right: [Double]) {
    let count = free.count
    let basis = basis
    var whole = [Double](repeating: 0, count: 64)
    var wholeRight = [Double](repeating: 0, count: 8)
    for (index, point) in points.enumerated() where weights[index] > 0 {
      let (value, d) = residual(point)
      let weight = weights[index] / (point.sigma * point.sigma + excessScatter * excessScatter)
      for i in 0..<8 {
        wholeRight[i] -= weight * d[i] * value
        for j in 0...i { whole[i * 8 + j] += weight * d[i] * d[j] }
      }
    }
    for i in 0..<8 { for j in 0..<i { whole[j * 8 + i] = whole[i * 8 + j] } }
    var matrix = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    for a in 0..<count {
      for i in 0..<8 where basis[i * count + a] != 0 {
        right[a] += basis[i * count + a] * wholeRight[i]
        for b in 0..<count {
          for j in 0..<8 where basis[j * count + b] != 0 {
            matrix[a * count + b] += basis[i * count + a] * whole[i * 8 + j] * basis[j * count + b]
          }
        }
      }
    }
    return (matrix, right)
  }

  /// Takes Gauss-Newton steps until they no longer matter.
  ///
  /// - Returns: `false` when the points do not determine the free parameters.
  mutating func descend(iterations: Int = 12) -> Bool {
    for _ in 0..<iterations {
      let (matrix, right) = normalEquations()
      guard let system = SymmetricSystem(matrix, order: free.count) else { return false }
      let step = system.solve(right)
      guard apply(step) else { return false }
      // The step in units of sigma.
      var size = 0.0
      for a in free.indices { size += step[a] * right[a] }
      if size < 1e-8 { break }
    }
    return true
  }

  private mutating func apply(_ step: [Double]) -> Bool {
    var poni = plate.poni()
    var vector = plate.vector
    for (index, parameter) in free.enumerated() {
      let change = step[index]
      guard change.isFinite else { return false }
      switch parameter {
      case .distance: poni.distance += change
      case .poni1: poni.poni1 += change
      case .poni2: poni.poni2 += change
      case .rotation1: poni.rotation1 += change
      case .rotation2: poni.rotation2 += change
      case .wavelength: wavelengthScale *= exp(min(max(change / wavelengthScale, -0.1), 0.1))
      case .stageDrift1: drift1 += change
      case .stageDrift2: drift2 += change
      }
      if plateIsFree, parameter.rawValue < 5 { vector[parameter.rawValue] += change }
    }
    if plateIsFree {
      guard vector[0] > 0,
        vector[3] * vector[3] + vector[4] * vector[4] < 1 - PlateModel.leastNormal * PlateModel.leastNormal
      else { return false }
      plate.vector = vector
    } else {
      guard let changed = PlateModel(poni) else { return false }
      plate = changed
    }
    return true
  }

  /// The whole fit: Huber's weights, then Tukey's; scatter beyond the counts is estimated on the way.
  ///
  /// - Returns: `false` when the points do not determine the free parameters.
  mutating func solve() -> Bool {
    excessScatter = 0
    guard descend() else { return false }
    for round in 0..<8 {
      reweight(tukey: round >= 3)
      guard descend() else { return false }
    }
    return finish()
  }

  /// Residuals in units of sigma, excess scatter included.
  private func pulls() -> [Double] {
    points.map {
      residual($0).value / ($0.sigma * $0.sigma + excessScatter * excessScatter).squareRoot()
    }
  }

  private mutating func reweight(tukey: Bool) {
    excessScatter = scatterBeyondCounts()
    let pulls = pulls()
    let scale = max(1.4826 * median(pulls.map(abs)), 1e-12)
    weights = pulls.map { pull in
      let z = abs(pull) / scale
      if tukey {
        let q = z / 4.685
        return q < 1 ? (1 - q * q) * (1 - q * q) : 0
      }
      return z <= 1.5 ? 1 : 1.5 / z
    }
  }

  /// The scatter τ with median of r² / (σ² + τ²) as for normal residuals; zero when the counts explain the scatter.
  private func scatterBeyondCounts() -> Double {
    let residuals = residuals
    func excess(_ square: Double) -> Double {
      median(zip(residuals, points).map { $0 * $0 / ($1.sigma * $1.sigma + square) }) / 0.4549364 - 1
    }
    // The median of χ² with one degree of freedom scatters by about 2.3 / √N.
    guard points.count > 8, excess(0) > 4 * 2.3 / Double(points.count).squareRoot() else { return 0 }
    var low = 0.0
    var high = residuals.map { $0 * $0 }.max() ?? 0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    return high.squareRoot()
  }

  /// Covariance by Huber's formula: s² (Σψ² / (N − p)) / (mean ψ′)² times the inverse of the normal matrix with unit weights.
  private mutating func finish() -> Bool {
    let pulls = pulls()
    let scale = max(1.4826 * median(pulls.map(abs)), 1e-12)
    var psiSquare = 0.0
    var psiSlope = 0.0
    chiSquare = 0
    var used = 0
    for pull in pulls {
      let q = pull / scale / 4.685
      guard abs(q) < 1 else { continue }
      let square = 1 - q * q
      psiSquare += pull * pull * square * square * square * square
      psiSlope += square * (1 - 5 * q * q)
      chiSquare += pull * pull
      used += 1
    }
    freedom = used - free.count
    guard freedom > 0, psiSlope > 0 else { return false }
    reducedChiSquare = chiSquare / Double(freedom)
    let factor = psiSquare / Double(freedom) / ((psiSlope / Double(used)) * (psiSlope / Double(used)))
    let robust = weights
    weights = robust.map { $0 > 0 ? 1 : 0 }
    let (matrix, _) = normalEquations()
    weights = robust
    guard let inverse = SymmetricSystem(matrix, order: free.count)?.inverse else { return false }
    let count = free.count
    let basis = basis
    for i in 0..<8 {
      for j in 0..<8 {
        var sum = 0.0
        for a in 0..<count {
          for b in 0..<count { sum += basis[i * count + a] * inverse[a * count + b] * basis[j * count + b] }
        }
        covariance[i * 8 + j] = factor * sum
      }
    }
    return true
  }

  /// The covariance in PONI terms: (distance, poni1, poni2, rotation1, rotation2, wavelength factor, drift1, drift2).
  var poniCovariance: [Double] {
    var change = [Double](repeating: 0, count: 64)
    let plateChange = plate.derivativesOfPoni
    for i in 0..<5 { for j in 0..<5 { change[i * 8 + j] = plateChange[i * 5 + j] } }
    for i in 5..<8 { change[i * 8 + i] = 1 }
    return congruence(change, covariance, order: 8)
  }
}

/// A C Aᵀ for square matrices, row by row.
func congruence(_ a: [Double], _ c: [Double], order: Int) -> [Double] {
  var left = [Double](repeating: 0, count: order * order)
  for i in 0..<order {
    for j in 0..<order { left[i * order + j] = (0..<order).reduce(0) { $0 + a[i * order + $1] * c[$1 * order + j] } }
  }
  var result = left
  for i in 0..<order {
    for j in 0..<order {
      result[i * order + j] = (0..<order).reduce(0) { $0 + left[i * order + $1] * a[j * order + $1] }
    }
  }
  return result
}

/// The median of some numbers; 0 for none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
