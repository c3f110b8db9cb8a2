/// The normal equations of a fit in factors: Cholesky after scaling to a unit diagonal, with parameters held where they
/// are fixed or where the data do not determine them.
struct PeakSystem {
  let order: Int
  private var factor: [Double]
  private var scale: [Double]
  /// Parameters that are neither fixed nor undetermined.
  private(set) var isFree: [Bool]
  /// Parameters whose pivot vanished: the data do not tell them apart from those before.
  private(set) var isUndetermined: [Bool]

  init(order: Int) {
    self.order = order
    factor = [Double](repeating: 0, count: order * order)
    scale = [Double](repeating: 0, count: order)
    isFree = [Bool](repeating: true, count: order)
    isUndetermined = [Bool](repeating: false, count: order)
  }

  /// - Parameters:
  ///   - matrix: row by row.
  ///   - damping: added to the scaled diagonal.
  ///   - isFixed: parameters to leave out.
  mutating func factorise(_ matrix: [Double], damping: Double = 0, isFixed: [Bool]) {
    for i in 0..<order {
      let diagonal = matrix[i * order + i]
      let usable = diagonal > 0 && diagonal.isFinite
      isUndetermined[i] = !isFixed[i] && !usable
      isFree[i] = !isFixed[i] && usable
      scale[i] = usable ? 1 / diagonal.squareRoot() : 0
    }
    for i in 0..<order where isFree[i] {
      for j in 0...i where isFree[j] {
        var sum = matrix[i * order + j] * scale[i] * scale[j]
        if i == j { sum += damping }
        for k in 0..<j where isFree[k] { sum -= factor[i * order + k] * factor[j * order + k] }
        if i == j {
          if sum > 1e-11 {
            factor[i * order + i] = sum.squareRoot()
          } else {
            isFree[i] = false
            isUndetermined[i] = true
          }
        } else {
          factor[i * order + j] = sum / factor[j * order + j]
        }
      }
    }
  }

  /// Solves in place; zero for parameters that are not free.
  func solve(_ x: inout [Double]) {
    for i in 0..<order {
      guard isFree[i] else {
        x[i] = 0
        continue
      }
      var sum = x[i] * scale[i]
      for k in 0..<i where isFree[k] { sum -= factor[i * order + k] * x[k] }
      x[i] = sum / factor[i * order + i]
    }
    for i in (0..<order).reversed() where isFree[i] {
      var sum = x[i]
      for k in i + 1..<max(order, i + 1) where isFree[k] { sum -= factor[k * order + i] * x[k] }
      x[i] = sum / factor[i * order + i]
    }
    for i in 0..<order { x[i] *= scale[i] }
  }

  /// The inverse, row by row; zero rows for parameters that are not free.
  func inverse() -> [Double] {
    var result = [Double](repeating: 0, count: order * order)
    var column = [Double](repeating: 0, count: order)
    for j in 0..<order where isFree[j] {
      for i in 0..<order { column[i] = i == j ? 1 : 0 }
      solve(&column)
      for i in 0..<order { result[i * order + j] = column[i] }
    }
    for i in 0..<order {
      for j in 0..<i {
        let mean = 0.5 * (result[i * order + j] + result[j * order + i])
        result[i * order + j] = mean
        result[j * order + i] = mean
      }
    }
    return result
  }
}
