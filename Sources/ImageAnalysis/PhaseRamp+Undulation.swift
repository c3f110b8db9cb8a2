internal import ArrayMath

extension PhaseRamp {
  /// The standard deviation of means over squares, over that which the differences of neighbouring squares lead to expect.
  ///
  /// J. von Neumann, Ann. Math. Stat. 12 (1941) 367.
  static func undulation(_ phase: ScalarImage, air: Image<Bool>, plane: PhaseRamp) -> Double {
    let side = max(5, max(phase.rows, phase.columns) / 64)
    let (down, across) = (phase.rows / side, phase.columns / side)
    guard down > 1, across > 1 else { return 1 }
    // Squares of which at least half is air.
    let means = (0..<down * across).map { square -> Double? in
      var (sum, count) = (0.0, 0)
      for row in square / across * side..<(square / across + 1) * side {
        for column in square % across * side..<(square % across + 1) * side
        where air[row, column] && phase[row, column].isFinite {
          sum += Double(phase[row, column]) - plane.phase(row: Double(row), column: Double(column))
          count += 1
        }
      }
      return 2 * count >= side * side ? sum / Double(count) : nil
    }
    let known = means.compactMap(\.self)
    let mean = known.reduce(0, +) / Double(max(known.count, 1))
    let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(known.count, 1))
    var (squares, pairs) = (0.0, 0.0)
    func compare(_ here: Double, _ next: Double?) {
      guard let next else { return }
      squares += (next - here) * (next - here)
      pairs += 1
    }
    for (square, value) in means.enumerated() {
      guard let value else { continue }
      if (square + 1) % across != 0 { compare(value, means[square + 1]) }
      if square + across < means.count { compare(value, means[square + across]) }
    }
    guard squares > 0 else { return 1 }
    return (variance / (0.5 * squares / pairs)).squareRoot()
  }
}
