/// Bins of equal width.
struct BinAxis: Sendable, Hashable {
  let lower, upper: Double
  let count: Int

  /// - Parameter largest: the largest value that must fall into the last bin. As in pyFAI, the upper edge lies above it
  ///   by the resolution of single precision.
  init(lower: Double, largest: Double, count: Int) {
    let enlarged = 1 + Double(Float.ulpOfOne)
    self.lower = lower
    upper = largest > 0 ? largest * enlarged : largest / enlarged
    self.count = count
  }

  var width: Double { (upper - lower) / Double(count) }

  /// The bin of a value, the place in it as the fraction.
  func place(_ value: Double) -> Double { (value - lower) / width }

  /// The centres of the bins.
  var centres: [Double] {
    let first = lower + 0.5 * width
    let last = upper - 0.5 * width
    guard count > 1 else { return [first] }
    return (0..<count).map { first + (last - first) * (Double($0) / Double(count - 1)) }
  }
}
