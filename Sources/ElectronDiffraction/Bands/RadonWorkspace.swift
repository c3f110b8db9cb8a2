import CKernels
import Foundation

/// A filter for bands of one width: its weights along ρ and the half width in pixels.
struct BandFilter: Sendable {
  let halfWidth: Double
  let taps: [Float]
  /// How the uncertainty of a place grows with the width: the power 0.8 of the half width.
  let spread: Double

  init(halfWidth: Double, step: Double) {
    self.halfWidth = halfWidth
    taps = bandTaps(sigma: halfWidth / step)
    spread = pow(halfWidth, 0.8)
  }
}

/// A place of (θ, ρ) where a filter responds more than around it.
struct RadonPeak {
  /// Fractions of a row and of a bin.
  var row, bin: Double
  /// Response over the root mean square of the filter's responses.
  var strength: Float
  var filter: Int
  var isDark: Bool
}

/// The memory in which 32 patterns at once are transformed and filtered.
final class RadonWorkspace {
  static let lanes = Int(OPERANDO_RADON_LANES)
  private static let capacity = 1024

  let radon: RadonTransform
  let filters: [BandFilter]
  private let thetaTaps: [Float]
  private let pixels: AlignedBuffer<Int8>
  private let sums: AlignedBuffer<Int16>
  private let means, row, responses: AlignedBuffer<Float>
  private let squares: AlignedBuffer<Double>
  private let places: AlignedBuffer<UInt32>
  /// Root mean square of the responses, of all lanes for each filter.
  private var scales: [Float]

  init(radon: RadonTransform, filters: [BandFilter], thetaTaps: [Float]) {
    (self.radon, self.filters, self.thetaTaps) = (radon, filters, thetaTaps)
    pixels = AlignedBuffer(count: radon.pixels.count * Self.lanes)
    sums = AlignedBuffer(count: radon.bins * Self.lanes)
    means = AlignedBuffer(count: radon.bins * Self.lanes)
    row = AlignedBuffer(count: radon.rhos * Self.lanes)
    responses = AlignedBuffer(count: filters.count * radon.bins * Self.lanes)
    squares = AlignedBuffer(count: filters.count * Self.lanes)
    places = AlignedBuffer(count: Self.capacity * Self.lanes)
    scales = [Float](repeating: 0, count: filters.count * Self.lanes)
  }

  /// Takes a pattern into a lane.
  ///
  /// The mean is taken off, so that a line's mean is that of what stands out, and the rest is kept in steps of a 36th of
  /// the standard deviation, which adds a ten-thousandth to the variance of the noise.
  ///
  /// - Parameter values: a frame in C order; without a finite mean and a spread the lane becomes empty.
  /// - Returns: whether there is anything in the pattern.
  func load(_ values: UnsafePointer<Float>, lane: Int) -> Bool {
    radon.pixels.withUnsafeBufferPointer {
      operando_radon_load(values, $0.baseAddress, radon.pixels.count, lane, pixels.pointer) != 0
    }
  }

  /// Empties a lane.
  func clear(lane: Int) {
    for index in radon.pixels.indices { pixels.pointer[index * Self.lanes + lane] = 0 }
  }

  /// Transforms and filters all lanes.
  func transform() {
    let (thetas, rhos) = (Int32(radon.thetas), Int32(radon.rhos))
    operando_radon_sums(pixels.pointer, radon.starts, radon.list, radon.bins, sums.pointer)
    operando_radon_means(
      sums.pointer, radon.perPixel, radon.smoothing, Int32(radon.smoothing.count / 2), thetas, rhos, means.pointer)
    operando_radon_responses(
      means.pointer, radon.significance, thetaTaps, Int32(thetaTaps.count / 2), filters.flatMap(\.taps),
      filters.map { Int32($0.taps.count / 2) }, filters.count, thetas, rhos, Int32(radon.used.lowerBound),
      Int32(radon.used.upperBound), row.pointer, responses.pointer, squares.pointer)
    let counted = Double(radon.significance.reduce(0) { $0 + ($1 > 0 ? 1 : 0) })
    for index in scales.indices { scales[index] = Float((squares.pointer[index] / counted).squareRoot()) }
  }

  private func responses(of filter: Int) -> UnsafeMutablePointer<Float> {
    responses.pointer + filter * radon.bins * Self.lanes
  }

  /// The maxima of the filters, but for the widest of three or more, that exceed `threshold` times the root mean square, lane by lane.
  func peaks(threshold: Float, dark: Bool) -> [[RadonPeak]] {
    var result = [[RadonPeak]](repeating: [], count: Self.lanes)
    for index in filters.indices.prefix(max(2, filters.count - 1)) {
      var response = responses(of: index)
      if dark {
        for place in 0..<means.count { means.pointer[place] = -response[place] }
        response = means.pointer
      }
      let limits = (0..<Self.lanes).map { threshold * scales[index * Self.lanes + $0] }
      var counts = [UInt32](repeating: 0, count: Self.lanes)
      operando_radon_maxima(
        response, limits, Int32(radon.thetas), Int32(radon.rhos), Int32(radon.used.lowerBound),
        Int32(radon.used.upperBound), Self.capacity, places.pointer, &counts)
      for lane in 0..<Self.lanes {
        let found = UnsafeBufferPointer(start: places.pointer + lane * Self.capacity, count: Int(counts[lane]))
        for place in found {
          result[lane].append(peak(at: Int(place), lane: lane, filter: index, in: response, isDark: dark))
        }
      }
    }
    return result
  }

  /// The vertex of the paraboloid through a maximum and its neighbours.
  private func peak(
    at place: Int, lane: Int, filter: Int, in response: UnsafeMutablePointer<Float>, isDark: Bool
  ) -> RadonPeak {
    let (row, bin) = (place / radon.rhos, place % radon.rhos)
    func value(_ dRow: Int, _ dBin: Int) -> Float {
      response[self.place(row + dRow, bin + dBin) * Self.lanes + lane]
    }
    let here = value(0, 0)
    let (up, down, left, right) = (value(-1, 0), value(1, 0), value(0, -1), value(0, 1))
    let (gRow, gBin) = ((down - up) / 2, (right - left) / 2)
    let (hRow, hBin) = (up + down - 2 * here, left + right - 2 * here)
    let mixed = (value(1, 1) + value(-1, -1) - value(1, -1) - value(-1, 1)) / 4
    let determinant = hRow * hBin - mixed * mixed
    var (dRow, dBin): (Float, Float) = (0, 0)
    if determinant != 0 {
      dRow = min(max((mixed * gBin - hBin * gRow) / determinant, -1), 1)
      dBin = min(max((mixed * gRow - hRow * gBin) / determinant, -1), 1)
    }
    let height = here + (gRow * dRow + gBin * dBin) / 2
    return RadonPeak(
      row: Double(row) + Double(dRow), bin: Double(bin) + Double(dBin),
      strength: height / scales[filter * Self.lanes + lane],
      filter: filter, isDark: isDark)
  }

  /// The bin of a row and a place in it, the row up to one turn of half a circle outside.
  private func place(_ row: Int, _ bin: Int) -> Int {
    if row < 0 { return (row + radon.thetas) * radon.rhos + radon.rhos - 1 - bin }
    if row >= radon.thetas { return (row - radon.thetas) * radon.rhos + radon.rhos - 1 - bin }
    return row * radon.rhos + bin
  }

  /// The maximum of a filter's response near a line, found by climbing from it.
  ///
  /// - Parameters:
  ///   - reach: the most steps, of one bin in both directions each.
  ///   - isDark: climbs down instead.
  /// - Returns: nil where the climb leaves the pattern or does not end.
  func peak(theta: Double, rho: Double, filter: Int, lane: Int, reach: Int, isDark: Bool) -> RadonPeak? {
    let values = responses(of: filter)
    let sign: Float = isDark ? -1 : 1
    var row = Int((theta / .pi * Double(radon.thetas)).rounded())
    var bin = Int((rho / radon.step).rounded()) + radon.rhos / 2
    for _ in 0...reach {
      guard bin > 0, bin + 1 < radon.rhos, row > -radon.thetas, row < 2 * radon.thetas - 1 else { return nil }
      var (best, dRow, dBin) = (-Float.infinity, 0, 0)
      for r in -1...1 {
        for b in -1...1 {
          let value = sign * values[place(row + r, bin + b) * Self.lanes + lane]
          if value > best || (value == best && r == 0 && b == 0) { (best, dRow, dBin) = (value, r, b) }
        }
      }
      if dRow == 0 && dBin == 0 {
        let here = place(row, bin)
        guard radon.significance[here] > 0, best > 0 else { return nil }
        var found = peak(at: here, lane: lane, filter: filter, in: values, isDark: isDark)
        found.strength *= sign
        return found
      }
      (row, bin) = (row + dRow, bin + dBin)
    }
    return nil
  }

  /// The response of a filter at a line over the root mean square, interpolated between four bins; nil outside.
  func response(theta: Double, rho: Double, filter: Int, lane: Int) -> Float? {
    var row = theta / .pi * Double(radon.thetas)
    var bin = rho / radon.step + Double(radon.rhos / 2)
    if row < 0 { row += Double(radon.thetas); bin = Double(radon.rhos - 1) - bin }
    let (r, b) = (Int(row), Int(bin.rounded(.down)))
    guard r < radon.thetas, b >= 0, b + 1 < radon.rhos, radon.significance[r * radon.rhos + b] > 0 else { return nil }
    let (u, v) = (Float(row) - Float(r), Float(bin) - Float(b))
    let values = responses(of: filter) + lane
    let first = (r * radon.rhos + b) * Self.lanes
    let wraps = r + 1 == radon.thetas
    let second = wraps ? (radon.rhos - 1 - b) * Self.lanes : first + radon.rhos * Self.lanes
    let stepOfSecond = wraps ? -Self.lanes : Self.lanes
    let upper = values[first] * (1 - v) + values[first + Self.lanes] * v
    let lower = values[second] * (1 - v) + values[second + stepOfSecond] * v
    return (upper * (1 - u) + lower * u) / scales[filter * Self.lanes + lane]
  }
}
