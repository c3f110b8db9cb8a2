internal import Foundation

/// How often values occur, in bins of one width.
public struct ValueHistogram: Sendable, Hashable {
  /// The lowest value of the first bin.
  public let lower: Double
  /// The width of a bin, positive.
  public let width: Double
  /// Values in each bin; those beyond the ends are in the first and last.
  public private(set) var counts: [Int]

  /// A histogram of the finite ones of some values, over their range.
  ///
  /// - Parameters:
  ///   - values: those that are not finite count nothing.
  ///   - bins: at least 2.
  /// - Throws: ``ImageAnalysisError`` where no value is finite.
  public init(_ values: some Sequence<Float>, bins: Int = 4096) throws {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      if value < low { low = value }
      if value > high { high = value }
    }
    guard low <= high else {
      throw ImageAnalysisError.invalid("no value is finite; there is nothing to tell classes apart in")
    }
    self.init(values, from: Double(low), to: Double(high), bins: bins)
  }

  /// A histogram of the finite ones of some values between given ends.
  public init(_ values: some Sequence<Float>, from low: Double, to high: Double, bins: Int = 4096) {
    lower = low
    width = high > low ? (high - low) / Double(bins) : 1
    counts = [Int](repeating: 0, count: bins)
    let (scale, offset, last) = (Float(1 / width), Float(low), bins - 1)
    for value in values where value.isFinite {
      counts[min(max(Int((value - offset) * scale), 0), last)] += 1
    }
  }

  /// The histogram of the values in some of the bins.
  public func part(_ bins: Range<Int>) -> ValueHistogram {
    var part = self
    for bin in counts.indices where !bins.contains(bin) { part.counts[bin] = 0 }
    return part
  }

  /// The number of values.
  public var total: Int { counts.reduce(0, +) }

  /// The middle of a bin.
  public func middle(_ bin: Int) -> Double { lower + (Double(bin) + 0.5) * width }

  /// The value below which a part of all values lies, linear within a bin.
  public func quantile(_ part: Double) -> Double { quantile(part, bins: 0..<counts.count) }

  /// The value below which a part of the values of some bins lies.
  public func quantile(_ part: Double, bins: Range<Int>) -> Double {
    let wanted = part * Double(bins.reduce(0) { $0 + counts[$1] })
    var seen = 0.0
    for bin in bins where counts[bin] > 0 {
      let count = Double(counts[bin])
      if seen + count >= wanted { return lower + (Double(bin) + (wanted - seen) / count) * width }
      seen += count
    }
    return lower + Double(bins.upperBound) * width
  }

  /// The threshold that separates two classes best: the largest w₀ w₁ (m₀ − m₁)² (N. Otsu, IEEE Trans. Syst. Man Cybern. 9
  /// (1979) 62), and that variance between classes over the whole variance: 2/π for one normal class, 3/4 for values spread
  /// evenly, 1 for two sharp values.
  public var otsu: (threshold: Double, separability: Double) {
    let all = Double(total)
    guard all > 0 else { return (lower, 0) }
    let mean = counts.indices.reduce(0.0) { $0 + Double(counts[$1]) * middle($1) } / all
    let variance =
      counts.indices.reduce(0.0) { sum, bin in
        let d = middle(bin) - mean
        return sum + Double(counts[bin]) * d * d
      } / all
    var (below, sum) = (0.0, 0.0)
    var best = (variance: -1.0, first: 0, last: 0)
    for bin in counts.indices.dropLast() {
      below += Double(counts[bin])
      sum += Double(counts[bin]) * middle(bin)
      guard below > 0, below < all else { continue }
      let difference = sum / below - (mean * all - sum) / (all - below)
      let between = below / all * (1 - below / all) * difference * difference
      if between > best.variance {
        best = (between, bin, bin)
      } else if between == best.variance {
        // Empty bins between the classes change nothing; the middle of the gap is taken.
        best.last = bin
      }
    }
    let threshold = lower + (Double(best.first + best.last) / 2 + 1) * width
    return (threshold, variance > 0 ? max(best.variance, 0) / variance : 0)
  }
}
