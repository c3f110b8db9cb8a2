import Foundation

/// The bins that one pixel belongs to and its share in each, in units of 2⁻²⁴ that add up to 1.
struct PixelShares: ~Copyable {
  /// What the shares of a pixel add up to.
  static let unit = 1 << 24

  /// The first bin; the shares belong to it and those that follow.
  private(set) var first = 0
  /// The number of bins; 0 leaves the pixel out.
  private(set) var count = 0
  /// The shares, in units.
  let quanta: UnsafeMutableBufferPointer<Int>
  private let areas: UnsafeMutableBufferPointer<Double>

  /// - Parameter bins: the most bins a pixel may reach over.
  init(bins: Int) {
    quanta = .allocate(capacity: bins)
    areas = .allocate(capacity: bins)
    quanta.initialize(repeating: 0)
    areas.initialize(repeating: 0)
  }

  deinit {
    quanta.deallocate()
    areas.deallocate()
  }

  /// Leaves the pixel out.
  mutating func clear() { count = 0 }

  /// The whole pixel belongs to the bin of a place; none when it lies outside.
  mutating func assign(place: Double, bins: Int) {
    guard place >= 0, place < Double(bins) else { return clear() }
    set(first: Int(place), areas: 1)
    quanta[0] = Self.unit
  }

  /// Spreads the pixel evenly from `lower` to `upper`, in bins. What reaches beyond an end belongs to the bin there.
  mutating func spread(from lower: Double, to upper: Double, bins: Int) {
    guard upper >= 0, lower < Double(bins) else { return clear() }
    let start = max(Int(lower), 0)
    let end = min(Int(upper), bins - 1)
    set(first: start, areas: end - start + 1)
    guard count > 1 else {
      quanta[0] = Self.unit
      return
    }
    let scale = 1 / (upper - lower)
    areas[0] = (Double(start + 1) - lower) * scale
    areas[count - 1] = (upper - Double(end)) * scale
    for index in 1..<max(count - 1, 1) { areas[index] = scale }
    quantise()
  }

  /// Cuts the quadrilateral of corners (place, azimuth) at the edges of the bins.
  mutating func cut(_ places: SIMD4<Double>, _ azimuths: SIMD4<Double>, bins: Int) {
    let least = places.min()
    let most = places.max()
    guard most >= 0, least < Double(bins) else { return clear() }
    let start = max(Int(least.rounded(.down)), 0)
    let end = min(Int(most.rounded(.down)), bins - 1)
    set(first: start, areas: end - start + 1)
    guard count > 1 else {
      quanta[0] = Self.unit
      return
    }
    for index in 0..<count { areas[index] = 0 }
    // The integral of the azimuth over the contour.
    for corner in 0..<4 {
      let next = (corner + 1) & 3
      addEdge(places[corner], azimuths[corner], places[next], azimuths[next])
    }
    var total = 0.0
    for index in 0..<count { total += areas[index] }
    guard total != 0, total.isFinite else {
      // A quadrilateral without area: the pixel on the beam, where the azimuth means nothing.
      return spread(from: least, to: most, bins: bins)
    }
    for index in 0..<count { areas[index] = max(areas[index] / total, 0) }
    quantise()
  }

  private mutating func set(first: Int, areas number: Int) {
    self.first = first
    count = number
  }

  /// Adds the area under an edge to the bins it passes, in single precision as pyFAI does: it costs a share less than
  /// 1e-4, but a bin in which one pixel outshines the others shows it.
  private func addEdge(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) {
    guard x0 != x1 else { return }
    let slope = (y1 - y0) / (x1 - x0)
    let intercept = y0 - slope * x0
    let (left, right, sign) = x0 < x1 ? (x0, x1, 1.0) : (x1, x0, -1.0)
    for index in 0..<count {
      let from = max(left, Double(first + index))
      let to = min(right, Double(first + index + 1))
      guard to > from else { continue }
      let area = sign * (to - from) * (0.5 * slope * (from + to) + intercept)
      areas[index] = Double(Float(areas[index] + area))
    }
  }

  /// Rounds the running total of the shares, so that they add up.
  private func quantise() {
    var total = 0.0
    var given = 0
    for index in 0..<count - 1 {
      total += areas[index]
      let reached = min(Int((total * Double(Self.unit)).rounded()), Self.unit)
      quanta[index] = reached - given
      given = reached
    }
    quanta[count - 1] = Self.unit - given
  }
}
