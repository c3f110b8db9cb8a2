import Foundation

/// The lines of all sectors of a ring laid over each other, for the width and shape that they share.
struct ProfileStack {
  private static let cells = 160
  private let halfWidth: Double
  private var sum = [Double](repeating: 0, count: Self.cells)
  private var weight = [Double](repeating: 0, count: Self.cells)
  /// The number of lines in the stack.
  private(set) var lines = 0

  init(halfWidth: Double) { self.halfWidth = halfWidth }

  /// Adds the pixels of a sector, each as a share of the line's height, about the line's middle.
  mutating func add(_ pixels: SectorFit.Pixels, _ fit: SectorFit) {
    for index in 0..<pixels.offset.count {
      let x = Double(pixels.offset[index]) + pixels.correction
      let place = (x - fit.shift) / halfWidth
      guard abs(place) < 1 else { continue }
      let cell = Int((place + 1) / 2 * Double(Self.cells))
      let level = fit.background + fit.slope * x
      let mu = max(level + 0.5 * fit.height, 0.5)
      let share = fit.height * fit.height / mu
      sum[cell] += share * (Double(pixels.value[index]) - level) / fit.height
      weight[cell] += share
    }
    lines += 1
  }

  /// Width and shape by least squares of height, level, log width and the share of the Lorentzian; `nil` where the
  /// stack does not determine them.
  func profile(width start: Double) -> LineShape? {
    var state = LineShape(width: start, lorentzian: 0.1)
    var (height, level) = (1.0, 0.0)
    var lastSquare = Double.infinity
    var damping = 1e-3
    var best = (state, height, level)
    for _ in 0..<60 {
      var matrix = [Double](repeating: 0, count: 16)
      var right = [Double](repeating: 0, count: 4)
      var square = 0.0
      for cell in 0..<Self.cells where weight[cell] > 0 {
        let x = ((Double(cell) + 0.5) / Double(Self.cells) * 2 - 1) * halfWidth
        let line = state.value(x)
        let z = x / state.width
        let byShape = 1 / (1 + 4 * z * z) - exp(-2.772588722239781 * z * z)
        let residual = sum[cell] / weight[cell] - level - height * line.height
        let d = [line.height, 1, height * line.byLogWidth, height * byShape]
        square += weight[cell] * residual * residual
        for i in 0..<4 {
          right[i] += weight[cell] * d[i] * residual
          for j in 0..<4 { matrix[i * 4 + j] += weight[cell] * d[i] * d[j] }
        }
      }
      if square > lastSquare {
        (state, height, level) = best
        damping *= 10
        if damping > 1e8 { break }
        lastSquare = .infinity
        continue
      }
      let settled = lastSquare - square < 1e-10 * square
      best = (state, height, level)
      if settled { break }
      lastSquare = square
      for i in 0..<4 { matrix[i * 4 + i] *= 1 + damping }
      damping = max(damping * 0.3, 1e-9)
      guard let step = SymmetricSystem(matrix, order: 4)?.solve(right) else { return nil }
      height += step[0]
      level += step[1]
      state.width *= exp(min(max(step[2], -0.5), 0.5))
      state.lorentzian = min(max(state.lorentzian + step[3], 0), 1)
    }
    let found = best.0
    guard found.width.isFinite, found.width > 0.1 * start, found.width < 3 * halfWidth else { return nil }
    return found
  }
}
