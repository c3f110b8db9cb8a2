internal import ArrayMath
internal import Foundation

/// The phase whose differences come closest to the wrapped ones (Ghiglia and Romero 1994).
///
/// With d the wrapped difference of two neighbours and U the square of the smaller one of their weights, the φ that
/// minimises Σ U (φ_b − φ_a − d)² solves AᵀUA φ = AᵀU d. Conjugate gradients find it, with the solution of Poisson's
/// equation without weights as preconditioner: in the cosine transform,
///
///     Φ(i, j) = R(i, j) / (4 − 2 cos(π i/M) − 2 cos(π j/N)),   Φ(0, 0) = 0.
///
/// Without weights and mask that is the whole solution and one pass is enough. The turns are those of the congruent phase,
/// ψ + 2π round((φ + c − ψ)/2π), with c of each region such that most pixels are far from a half turn:
/// c = arg Σ exp(i(ψ − φ)).
///
/// D. C. Ghiglia, L. A. Romero, J. Opt. Soc. Am. A 11 (1994) 107.
struct LeastSquaresUnwrapping {
  /// Whole turns to add to each pixel.
  private(set) var turns: [Int32]
  /// The phase of least squares, in radians.
  private(set) var solution: [Float]
  /// Passes of the conjugate gradients.
  private(set) var passes = 0
  /// Whether the residual fell to 10⁻⁵ of what it was.
  private(set) var converged = false

  private static let tolerance = 1e-5
  private static let mostPasses = 300

  init(_ field: WrappedField, weights: ScalarImage?, regions: PhaseRegions) {
    let system = WeightedGradients(field, weights: weights)
    let solver = PoissonSolver(field.shape)
    let count = field.shape.count
    solution = [Float](repeating: 0, count: count)
    var residual = system.divergence(field)
    let goal = Self.dot(residual, residual) * Self.tolerance * Self.tolerance
    var direction = [Float](repeating: 0, count: count)
    var product = direction
    var before = 0.0
    while passes < Self.mostPasses {
      if Self.dot(residual, residual) <= goal {
        converged = true
        break
      }
      let preconditioned = solver.solve(residual)
      let now = Self.dot(residual, preconditioned)
      let keep = passes == 0 ? 0 : Float(now / before)
      for index in 0..<count { direction[index] = preconditioned[index] + keep * direction[index] }
      system.apply(to: direction, result: &product)
      let curvature = Self.dot(direction, product)
      guard now > 0, curvature > 0 else { break }
      let step = Float(now / curvature)
      for index in 0..<count {
        solution[index] += step * direction[index]
        residual[index] -= step * product[index]
      }
      before = now
      passes += 1
    }
    converged = converged || Self.dot(residual, residual) <= goal
    turns = Self.congruentTurns(solution, field, regions)
  }

  private static func congruentTurns(_ solution: [Float], _ field: WrappedField, _ regions: PhaseRegions) -> [Int32] {
    var real = [Double](repeating: 0, count: regions.regions.count)
    var imaginary = real
    for (index, label) in regions.labels.enumerated() where label >= 0 {
      let difference = field.phase[index] - solution[index]
      real[Int(label)] += Double(cosf(difference))
      imaginary[Int(label)] += Double(sinf(difference))
    }
    let offsets = zip(imaginary, real).map { Float(atan2($0, $1)) }
    var turns = [Int32](repeating: 0, count: solution.count)
    for (index, label) in regions.labels.enumerated() where label >= 0 {
      turns[index] = Int32(((solution[index] + offsets[Int(label)] - field.phase[index]) / (2 * .pi)).rounded())
    }
    return turns
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for index in 0..<a.count { sum += Double(a[index]) * Double(b[index]) }
    return sum
  }
}

/// The matrix AᵀUA of weighted least squares over pairs of neighbours, and its right side.
private struct WeightedGradients {
  private let shape: FrameShape
  /// U of a pixel and its neighbour to the right, 0 where there is none.
  private var right: [Float]
  /// U of a pixel and its neighbour below.
  private var below: [Float]

  init(_ field: WrappedField, weights: ScalarImage?) {
    shape = field.shape
    let scale = weights.map { 1 / max($0.pixels.max() ?? 1, .leastNormalMagnitude) } ?? 1
    let weight = (0..<shape.count).map { index -> Float in
      field.valid[index] == 1 ? (weights.map { $0.pixels[index] * scale } ?? 1) : 0
    }
    right = [Float](repeating: 0, count: shape.count)
    below = right
    for row in 0..<shape.rows {
      for index in row * shape.columns..<(row + 1) * shape.columns {
        if index + 1 < (row + 1) * shape.columns {
          let smaller = min(weight[index], weight[index + 1])
          right[index] = smaller * smaller
        }
        if row + 1 < shape.rows {
          let smaller = min(weight[index], weight[index + shape.columns])
          below[index] = smaller * smaller
        }
      }
    }
  }

  /// AᵀU d, with d the wrapped differences.
  func divergence(_ field: WrappedField) -> [Float] {
    var result = [Float](repeating: 0, count: shape.count)
    accumulate(into: &result) { first, second in
      let (a, b) = (field.phase[first], field.phase[second])
      return b - a + 2 * .pi * Float(WrappedField.turns(a, b))
    }
    return result
  }

  /// AᵀUA x.
  func apply(to x: [Float], result: inout [Float]) {
    for index in 0..<result.count { result[index] = 0 }
    x.withUnsafeBufferPointer { x in accumulate(into: &result) { first, second in x[second] - x[first] } }
  }

  @inline(__always)
  private func accumulate(into result: inout [Float], _ difference: (_ first: Int, _ second: Int) -> Float) {
    let columns = shape.columns
    result.withUnsafeMutableBufferPointer { result in
      right.withUnsafeBufferPointer { right in
        below.withUnsafeBufferPointer { below in
          for row in 0..<shape.rows {
            for index in row * columns..<(row + 1) * columns {
              if index + 1 < (row + 1) * columns {
                let flow = right[index] * difference(index, index + 1)
                result[index + 1] += flow
                result[index] -= flow
              }
              if row + 1 < shape.rows {
                let flow = below[index] * difference(index, index + columns)
                result[index + columns] += flow
                result[index] -= flow
              }
            }
          }
        }
      }
    }
  }
}

/// Poisson's equation with flat edges, by the cosine transform.
private struct PoissonSolver {
  private let transform: CosineTransform2D
  private let rows: [Float]
  private let columns: [Float]

  init(_ shape: FrameShape) {
    transform = CosineTransform2D(shape)
    func eigenvalues(_ count: Int) -> [Float] {
      (0..<count).map { Float(4 * pow(sin(.pi * Double($0) / Double(2 * count)), 2)) }
    }
    rows = eigenvalues(shape.rows)
    columns = eigenvalues(shape.columns)
  }

  /// The image of mean 0 whose negative Laplacian is `source`.
  func solve(_ source: [Float]) -> [Float] {
    var image = ScalarImage(source, shape: transform.shape)
    transform.forward(&image)
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        let eigenvalue = rows[row] + columns[column]
        image.pixels[row * columns.count + column] *= eigenvalue > 0 ? 1 / eigenvalue : 0
      }
    }
    transform.backward(&image)
    return image.pixels
  }
}
