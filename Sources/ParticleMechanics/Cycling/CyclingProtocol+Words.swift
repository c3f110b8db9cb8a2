extension CyclingProtocol {
  /// Reads a protocol in words, for example
  ///
  ///     charge at 0.5 C until 4.4 V, hold until C/20, discharge at 0.5 C until 3.4 V, repeat 3 times
  ///     charge at C/2 to 4.3 V; rest 1 h; discharge at 0.5C to 3.0 V
  ///     (CCCV charge at C/10 to 4.4 V until C/50, discharge at C/10 to 3 V) 2 times, charge at 30 pA for 15500 s
  ///     hold the surface at lithiation 0.2 for 2 h
  ///
  /// Steps are `charge`, `discharge`, `hold` (`CV`), `rest` and `CCCV charge`; what ends them follows `until`, `to`,
  /// `for` or `by`, alternatives after `or`. Currents are C-rates (`0.5 C`, `C/20`), amperes (`30 pA`) or amperes per
  /// gram; times are in s, min, h or days; `lithiation 0.3` and `30 % lithiation` are the mean of the particle, `by 0.3
  /// lithiation` and `by 50 mAh/g` a change since the start of the step. A `hold` without a voltage holds the limit of
  /// the step before it. A repeat counts all passes: `repeat 3 times` makes three in all.
  ///
  /// - Parameter capacity: of the particle; needed for currents in amperes and amperes per gram.
  /// - Throws: `CyclingProtocolError`, naming the word and what was expected in its place.
  public init(words: String, capacity: ParticleCapacity? = nil) throws(CyclingProtocolError) {
    try capacity?.validate()
    var parser = try ProtocolParser(words, capacity: capacity)
    self.init(elements: try parser.parse(), capacity: capacity)
    try validate()
  }
}
