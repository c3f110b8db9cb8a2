import ArrayMath

/// The radii that a row of pixels covers.
///
/// Corners are computed once and shared by the rows above and below. Like pyFAI's they are rounded to single precision,
/// in radians or 1/nm, so that the bins have the same edges and pixels the same shares: less than a ten-thousandth of a
/// bin, and yet visible in the fifth digit of a bin where one pixel outshines the others.
struct RowRadii: ~Copyable {
  private let rays: PixelRays
  private let unit: RadialUnit
  private let splitting: PixelSplitting
  private let hasAzimuths: Bool
  private let memory: UnsafeMutableBufferPointer<Double>
  private let centres: UnsafeMutableBufferPointer<Double>
  private var upper, lower, upperAzimuths, lowerAzimuths: UnsafeMutableBufferPointer<Double>
  private var row = -2

  init(rays: PixelRays, unit: RadialUnit, splitting: PixelSplitting) {
    self.rays = rays
    self.unit = unit
    self.splitting = splitting
    hasAzimuths = splitting == .full
    let width = rays.shape.columns + 1
    memory = .allocate(capacity: 5 * width)
    memory.initialize(repeating: 0)
    centres = UnsafeMutableBufferPointer(rebasing: memory[0..<width - 1])
    upper = UnsafeMutableBufferPointer(rebasing: memory[width..<2 * width])
    lower = UnsafeMutableBufferPointer(rebasing: memory[2 * width..<3 * width])
    upperAzimuths = UnsafeMutableBufferPointer(rebasing: memory[3 * width..<4 * width])
    lowerAzimuths = UnsafeMutableBufferPointer(rebasing: memory[4 * width..<5 * width])
  }

  deinit { memory.deallocate() }

  mutating func move(to next: Int) {
    rays.radii(row: Double(next) + 0.5, column: 0.5, unit: unit, into: centres)
    guard splitting != .none else { return }
    if row == next - 1 {
      swap(&upper, &lower)
      swap(&upperAzimuths, &lowerAzimuths)
    } else {
      corners(Double(next), upper, upperAzimuths)
    }
    corners(Double(next + 1), lower, lowerAzimuths)
    row = next
  }

  private func corners(
    _ row: Double, _ radii: UnsafeMutableBufferPointer<Double>, _ azimuths: UnsafeMutableBufferPointer<Double>
  ) {
    rays.radii(row: row, column: 0, unit: unit, into: radii)
    let scale = unit == .scatteringVector ? 1e-9 : 1
    for index in radii.indices { radii[index] = Double(Float(radii[index] * scale)) / scale }
    guard hasAzimuths else { return }
    rays.azimuths(row: row, column: 0, into: azimuths)
    for index in azimuths.indices { azimuths[index] = Double(Float(azimuths[index])) }
  }

  func centre(_ column: Int) -> Double { centres[column] }

  /// The corners of a pixel around its contour.
  func corners(_ column: Int) -> SIMD4<Double> {
    SIMD4(upper[column], lower[column], lower[column + 1], upper[column + 1])
  }

  /// The radii a pixel covers.
  func extent(_ column: Int) -> (least: Double, most: Double) {
    switch splitting {
    case .none:
      return (centres[column], centres[column])
    case .box:
      let reach = reach(of: corners(column), from: centres[column])
      return (centres[column] - reach, centres[column] + reach)
    case .full:
      let corners = corners(column)
      return (corners.min(), corners.max())
    }
  }

  private func reach(of corners: SIMD4<Double>, from centre: Double) -> Double {
    let distances = corners - centre
    return max(distances.max(), -distances.min())
  }

  /// The share of each bin in a pixel.
  func share(_ column: Int, on axis: BinAxis, into shares: inout PixelShares) {
    let bins = axis.count
    switch splitting {
    case .none:
      shares.assign(place: axis.place(centres[column]), bins: bins)
    case .box:
      let reach = reach(of: corners(column), from: centres[column])
      shares.spread(
        from: axis.place(centres[column] - reach), to: axis.place(centres[column] + reach), bins: bins)
    case .full:
      let places = (corners(column) - axis.lower) / axis.width
      shares.cut(places, unwrapped(azimuths(column), around: places), bins: bins)
    }
  }

  private func azimuths(_ column: Int) -> SIMD4<Double> {
    SIMD4(upperAzimuths[column], lowerAzimuths[column], lowerAzimuths[column + 1], upperAzimuths[column + 1])
  }

  /// Azimuths without the step of 2π in a pixel that lies across χ = ±π.
  ///
  /// Around such a pixel the corners seem to run the wrong way; the measure of it is pyFAI's.
  private func unwrapped(_ azimuths: SIMD4<Double>, around places: SIMD4<Double>) -> SIMD4<Double> {
    let turn =
      0.5 * (places[2] - places[0]) * (azimuths[3] - azimuths[1])
      - (azimuths[2] - azimuths[0]) * (places[3] - places[1])
    guard (rays.isMirrored ? -turn : turn) > 0 else { return azimuths }
    return azimuths.replacing(with: azimuths + 2 * .pi, where: azimuths .< 0)
  }
}
