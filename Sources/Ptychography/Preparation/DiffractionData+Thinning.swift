public import ArrayMath

extension DiffractionData {
  /// Two sets of patterns with half of the counts each, independent of one another where counts obey Poisson's law.
  ///
  /// Every count goes to one half or the other with equal probability: a Poisson variable that is thinned so gives two
  /// independent Poisson variables of half the mean. Both halves keep all positions, and so the overlap of the scan.
  ///
  /// - Parameter generator: draws one bit a count.
  public func thinned(using generator: inout SeededGenerator) -> (first: DiffractionData, second: DiffractionData) {
    switch counts {
    case .narrow(let values):
      let first = Self.half(values, using: &generator)
      let second = zip(values, first).map { $0 == .max ? UInt16.max : $0 - $1 }
      return (with(.narrow(first)), with(.narrow(second)))
    case .wide(let values):
      let first = Self.half(values, using: &generator)
      let second = zip(values, first).map { $0 == .max ? UInt32.max : $0 - $1 }
      return (with(.wide(first)), with(.wide(second)))
    }
  }

  private func with(_ counts: Counts) -> DiffractionData {
    DiffractionData(counts, window: window, count: count, geometry: geometry)
  }

  private static func half<Value: FixedWidthInteger>(
    _ values: [Value], using generator: inout SeededGenerator
  ) -> [Value] {
    values.map { value in
      guard value != .max, value != 0 else { return value }
      var kept = 0
      var left = Int(value)
      while left > 0 {
        let taken = min(left, 64)
        let bits = generator.next() >> UInt64(64 - taken)
        kept += bits.nonzeroBitCount
        left -= taken
      }
      return Value(kept)
    }
  }
}
