internal import ArrayMath
internal import Foundation

/// Sums over shells of equal frequency of two Fourier transforms: rings of images, spheres of volumes.
///
/// A shell is one pixel of the transform wide, counted along the shortest axis of N pixels: shell i holds the frequencies
/// from (i − ½)/N up to (i + ½)/N cycles per pixel, and those beyond half a cycle are left out.
struct FourierShells {
  /// Pixels of the shortest axis.
  let extent: Int
  /// Σ a conj(b) of each shell.
  private(set) var cross: [(real: Double, imaginary: Double)]
  /// Σ |a|².
  private(set) var firstPower: [Double]
  /// Σ |b|².
  private(set) var secondPower: [Double]
  /// Pixels of the transform.
  private(set) var counts: [Int]

  init(extent: Int) {
    self.extent = extent
    let shells = extent / 2 + 1
    cross = [(real: Double, imaginary: Double)](repeating: (0, 0), count: shells)
    firstPower = [Double](repeating: 0, count: shells)
    secondPower = firstPower
    counts = [Int](repeating: 0, count: shells)
  }

  /// The shells of two transforms with the zero frequency at (0, 0).
  init(_ first: ComplexImage, _ second: ComplexImage) {
    self.init(extent: min(first.rows, first.columns))
    for row in 0..<first.rows {
      let down = Self.frequency(row, first.rows)
      for column in 0..<first.columns {
        add(
          first[row, column], second[row, column],
          squaredFrequency: down * down + pow(Self.frequency(column, first.columns), 2))
      }
    }
  }

  /// Cycles per pixel of a place on an axis of a transform.
  static func frequency(_ index: Int, _ count: Int) -> Double {
    Double(index <= count / 2 ? index : index - count) / Double(count)
  }

  /// The shell of a frequency in cycles per pixel, nil beyond the last.
  func shell(squaredFrequency: Double) -> Int? {
    let shell = Int((squaredFrequency.squareRoot() * Double(extent)).rounded())
    return shell < counts.count ? shell : nil
  }

  mutating func add(_ first: ComplexFloat, _ second: ComplexFloat, squaredFrequency: Double) {
    guard let shell = shell(squaredFrequency: squaredFrequency) else { return }
    let product = first * second.conjugate
    cross[shell].real += Double(product.real)
    cross[shell].imaginary += Double(product.imaginary)
    firstPower[shell] += Double(first.squaredModulus)
    secondPower[shell] += Double(second.squaredModulus)
    counts[shell] += 1
  }

  /// Adds sums that were made elsewhere to those of a shell.
  mutating func add(
    cross part: (real: Double, imaginary: Double), first: Double, second: Double, count: Int, shell: Int
  ) {
    cross[shell].real += part.real
    cross[shell].imaginary += part.imaginary
    firstPower[shell] += first
    secondPower[shell] += second
    counts[shell] += count
  }

  /// |Σ a conj b|² / (Σ|a|² Σ|b|²) of each shell, less what noise alone would give; not negative.
  var coherence: [Double] {
    counts.indices.map { shell in
      let power = firstPower[shell] * secondPower[shell]
      guard power > 0 else { return 0 }
      let size = cross[shell].real * cross[shell].real + cross[shell].imaginary * cross[shell].imaginary
      return max(0, size / power - 3 / Double(max(counts[shell], 1)))
    }
  }
}
