import ArrayMath

/// The azimuths that a row of pixels covers; see ``RowRadii``.
struct RowAzimuths: ~Copyable {
  private let rays: PixelRays
  private let splitting: PixelSplitting
  private let memory: UnsafeMutableBufferPointer<Double>
  private let centres: UnsafeMutableBufferPointer<Double>
  private var upper, lower: UnsafeMutableBufferPointer<Double>
  private var row = -2

  init(rays: PixelRays, splitting: PixelSplitting) {
    self.rays = rays
    self.splitting = splitting
    let width = rays.shape.columns + 1
    memory = .allocate(capacity: 3 * width)
    memory.initialize(repeating: 0)
    centres = UnsafeMutableBufferPointer(rebasing: memory[0..<width - 1])
    upper = UnsafeMutableBufferPointer(rebasing: memory[width..<2 * width])
    lower = UnsafeMutableBufferPointer(rebasing: memory[2 * width..<3 * width])
  }

  deinit { memory.deallocate() }

  mutating func move(to next: Int) {
    rays.azimuths(row: Double(next) + 0.5, column: 0.5, into: centres)
    guard splitting != .none else { return }
    if row == next - 1 { swap(&upper, &lower) } else { corners(Double(next), upper) }
    corners(Double(next + 1), lower)
    row = next
  }

  private func corners(_ row: Double, _ azimuths: UnsafeMutableBufferPointer<Double>) {
    rays.azimuths(row: row, column: 0, into: azimuths)
    for index in azimuths.indices { azimuths[index] = Double(Float(azimuths[index])) }
  }

  func centre(_ column: Int) -> Double { centres[column] }

  func corners(_ column: Int) -> SIMD4<Double> {
    SIMD4(upper[column], lower[column], lower[column + 1], upper[column + 1])
  }

  /// The largest distance of a corner from the centre, the short way round.
  func reach(_ column: Int) -> Double {
    let corners = corners(column)
    var reach = 0.0
    for index in 0..<4 {
      let distance = abs(corners[index] - centres[column])
      reach = max(reach, min(distance, 2 * .pi - distance))
    }
    return reach
  }

  /// The azimuths a pixel covers, as far as they decide the range.
  func extent(_ column: Int) -> (least: Double, most: Double) {
    switch splitting {
    case .none: return (centres[column], centres[column])
    case .box:
      let reach = reach(column)
      return (centres[column] - reach, centres[column] + reach)
    case .full:
      let corners = corners(column)
      return (corners.min(), corners.max())
    }
  }
}
