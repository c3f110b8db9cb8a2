import CKernels
import Foundation

/// Sums over the pixels of a pattern and of a projected one, from which correlation and the steps of a refinement follow.
///
/// The pattern y is compared with b P(θ) + a, with gain b and offset a free. Both are eliminated (variable projection,
/// Golub and Pereyra, SIAM J. Numer. Anal. 10, 413 (1973)): with ⟨u, v⟩ the sum of products after the means are taken off,
///
///     b = ⟨P, y⟩/⟨P, P⟩,  NCC² = ⟨P, y⟩²/(⟨P, P⟩⟨y, y⟩),  RSS = ⟨y, y⟩ (1 − NCC²),
///     H_jk = ⟨J_j, J_k⟩ − ⟨J_j, P⟩⟨J_k, P⟩/⟨P, P⟩,  r_j = ⟨J_j, y⟩ − b ⟨J_j, P⟩,  b H δ = r,
///
/// so that the least residual is the greatest correlation.
struct PatternSums {
  /// The number of pixels.
  let count: Int
  // Inner products of: pattern, ones, intensity, derivatives.
  private let products: [Double]
  private let planes: Int

  /// - Parameters:
  ///   - pattern: values at the projector's pixels; best with a mean near 0.
  ///   - unknowns: how many derivatives are needed, 0...7.
  init(_ projector: PatternProjector, pattern: [Float], pose: CrystalPose, unknowns: Int) {
    precondition(pattern.count == projector.count, "a pattern has a value at each pixel of the mask")
    count = pattern.count
    let planes = 3 + unknowns
    self.planes = planes
    let block = 256
    var products = [Double](repeating: 0, count: planes * planes)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: (2 + PatternProjector.planes) * block) { memory in
      guard let base = memory.baseAddress else { return }
      (base + block).initialize(repeating: 1, count: block)
      var first = 0
      while first < pattern.count {
        let pixels = first..<min(first + block, pattern.count)
        pattern.withUnsafeBufferPointer { source in
          for (offset, pixel) in pixels.enumerated() { base[offset] = source[pixel] }
        }
        projector.derivatives(pose, pixels: pixels, into: base + 2 * block, stride: block)
        operando_plane_products(base, block, pixels.count, Int32(planes), &products)
        first = pixels.upperBound
      }
    }
    self.products = products
  }

  private func centred(_ i: Int, _ j: Int) -> Double {
    let (low, high) = (min(i, j), max(i, j))
    func withOnes(_ k: Int) -> Double { k == 0 ? products[1] : products[planes + k] }
    return products[low * planes + high] - withOnes(i) * withOnes(j) / Double(count)
  }

  /// ⟨y, y⟩.
  var patternPower: Double { centred(0, 0) }
  /// ⟨P, P⟩.
  var modelPower: Double { centred(2, 2) }
  /// b, the factor that takes the projected pattern to the measured one.
  var gain: Double { centred(0, 2) / modelPower }
  /// The normalised correlation of the two.
  var correlation: Double { centred(0, 2) / (modelPower * patternPower).squareRoot() }
  /// The sum of the squares of what gain and offset leave.
  var residual: Double { max(0, patternPower - centred(0, 2) * centred(0, 2) / modelPower) }

  /// H and r for some of the unknowns, by number.
  func equations(_ unknowns: [Int]) -> NormalEquations {
    var equations = NormalEquations(count: unknowns.count)
    let (power, gain) = (modelPower, gain)
    let withModel = unknowns.map { centred(3 + $0, 2) }
    for (row, first) in unknowns.enumerated() {
      for (column, second) in unknowns.enumerated() {
        equations[row, column] = centred(3 + first, 3 + second) - withModel[row] * withModel[column] / power
      }
      equations.right[row] = centred(0, 3 + first) - gain * withModel[row]
    }
    return equations
  }

  /// S = Σ s sᵀ over blocks of pixels, by rows, s being a block's sum of the unknowns' derivatives (less what gain and
  /// offset take up) times what gain and offset leave of the pattern.
  func scatter(
    _ projector: PatternProjector, pattern: [Float], pose: CrystalPose, unknowns: [Int], blocks: PixelBlocks
  ) -> [Double] {
    let n = unknowns.count
    var planes = [Float](repeating: 0, count: PatternProjector.planes * count)
    planes.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      projector.derivatives(pose, pixels: 0..<count, into: base, stride: count)
    }
    func mean(_ k: Int) -> Double { (k == 0 ? products[1] : products[self.planes + k]) / Double(count) }
    let (gain, patternMean, modelMean) = (self.gain, mean(0), mean(2))
    let along = unknowns.map { centred(3 + $0, 2) / modelPower }
    let means = unknowns.map { mean(3 + $0) }
    var sums = [Double](repeating: 0, count: blocks.count * n)
    for (pixel, block) in blocks.numbers.enumerated() {
      let model = Double(planes[pixel]) - modelMean
      let left = Double(pattern[pixel]) - patternMean - gain * model
      for (k, unknown) in unknowns.enumerated() {
        let slope = Double(planes[(1 + unknown) * count + pixel]) - means[k] - along[k] * model
        sums[Int(block) * n + k] += slope * left
      }
    }
    // As many blocks as unknowns would fit any scatter.
    let correction = Double(blocks.count) / Double(max(blocks.count - n - 2, 1))
    return (0..<n * n).map { place in
      (0..<blocks.count).reduce(0) { $0 + sums[$1 * n + place / n] * sums[$1 * n + place % n] } * correction
    }
  }
}
