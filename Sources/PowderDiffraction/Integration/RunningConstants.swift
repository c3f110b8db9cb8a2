/// ``BinConstants`` while a chunk of rows is added, the sums of a bin side by side in memory.
struct RunningConstants: ~Copyable {
  private struct Sums {
    var quanta = 0
    var normalisation = 0.0, normalisationSquared = 0.0
    var dark = 0.0, darkVariance = 0.0
  }

  private let sums: UnsafeMutableBufferPointer<Sums>

  init(bins: Int) {
    sums = .allocate(capacity: bins)
    sums.initialize(repeating: Sums())
  }

  deinit { sums.deallocate() }

  /// Adds the share of one pixel.
  func add(bin: Int, quanta: Int, weight: Double, dark: Double, darkVariance: Double) {
    let c = Double(quanta) / Double(PixelShares.unit)
    sums[bin].quanta += quanta
    sums[bin].normalisation += c * weight
    sums[bin].normalisationSquared += c * weight * (c * weight)
    sums[bin].dark += c * dark
    sums[bin].darkVariance += c * c * darkVariance
  }

  func finish(hasDark: Bool, hasDarkVariance: Bool) -> BinConstants {
    var result = BinConstants(bins: 0, hasDark: false, hasDarkVariance: false)
    result.quanta = sums.map(\.quanta)
    result.normalisation = sums.map(\.normalisation)
    result.normalisationSquared = sums.map(\.normalisationSquared)
    if hasDark { result.dark = sums.map(\.dark) }
    if hasDarkVariance { result.darkVariance = sums.map(\.darkVariance) }
    return result
  }
}
