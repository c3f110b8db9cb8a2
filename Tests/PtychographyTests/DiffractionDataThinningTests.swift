import ArrayMath
import Ptychography
import Testing

/// Two halves of the counts.
@Suite struct DiffractionDataThinningTests {
  private let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 5e-5, pixelWidth: 5e-5)

  private func values(_ data: DiffractionData) -> [Int] {
    switch data.counts {
    case .narrow(let counts): counts.map { Int($0) }
    case .wide(let counts): counts.map { Int($0) }
    }
  }

  @Test func halvesAddUpAndWhatWasNotMeasuredStaysSo() {
    let counts: [UInt16] = (0..<64).map { $0 == 5 ? .max : UInt16(37 * $0) }
    let data = DiffractionData(.narrow(counts), window: FrameShape(rows: 4, columns: 8), count: 2, geometry: geometry)
    var generator = SeededGenerator(seed: 1)
    let (first, second) = data.thinned(using: &generator)
    for (index, (a, b)) in zip(values(first), values(second)).enumerated() {
      if index == 5 { #expect(a == 65535 && b == 65535) } else { #expect(a + b == 37 * index) }
    }
    #expect(first.count == 2 && first.window == data.window)
    var again = SeededGenerator(seed: 1)
    #expect(values(data.thinned(using: &again).first) == values(first))
  }

  /// Each half of a count of n follows the binomial law: mean n/2, variance n/4.
  @Test(arguments: [1, 63, 64, 65, 1000]) func halvesScatterAsCoinsDo(_ n: Int) {
    let size = 4096
    let data = DiffractionData(
      .wide([UInt32](repeating: UInt32(n), count: size)), window: FrameShape(rows: 64, columns: 64), count: 1,
      geometry: geometry)
    var generator = SeededGenerator(seed: 2)
    let first = values(data.thinned(using: &generator).first).map(Double.init)
    let mean = first.reduce(0, +) / Double(size)
    let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
    let (expected, spread) = (Double(n) / 2, Double(n) / 4)
    // Five standard errors of mean and variance.
    #expect(abs(mean - expected) < 5 * (spread / Double(size)).squareRoot())
    #expect(abs(variance / spread - 1) < 5 * (2 / Double(size)).squareRoot())
  }
}
