import Foundation

/// A small deterministic random number generator: SplitMix64.
///
/// Seeded by a configuration value and the index of an item, so that item 17 draws the same numbers whichever thread
/// computes it and whether or not items 0 to 16 were computed in this run. Not for cryptography.
///
/// G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private var spareNormal: Double?

  /// - Parameters:
  ///   - seed: the seed of the run.
  ///   - item: the index of the item that draws.
  public init(seed: UInt64, item: Int = 0) {
    // Two rounds of mixing keep neighbouring seeds and neighbouring items from giving shifted copies of one stream.
    let start = Self.mixed(seed &+ Self.increment)
    state = Self.mixed(start ^ Self.mixed(UInt64(bitPattern: Int64(item)) &* 0xD1B5_4A32_D192_ED03 &+ Self.increment))
  }

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  public mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
  }

  /// A number drawn evenly from 0 up to but not including 1, on a grid of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number drawn from the normal distribution of mean 0 and standard deviation 1.
  ///
  /// The polar method of Marsaglia (1964); deviates come in pairs and the second one is kept for the next call.
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spareNormal = y * factor
      return x * factor
    }
  }
}
