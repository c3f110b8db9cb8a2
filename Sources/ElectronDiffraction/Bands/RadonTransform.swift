import ArrayMath
import CKernels
import Foundation

/// The lines over which the Radon transform of a pattern averages, and the pixels that each of them takes.
///
/// A line is x cos θ + y sin θ = ρ with x to the right and y up in pixels from the centre of the pattern; θ in 0..<π, and
/// (θ + π, ρ) is (θ, −ρ). A pixel belongs to the bin of ρ that its centre falls into. Bins may be finer than pixels: sums
/// and counts are both smoothed before they are divided, so empty bins and the beat of bins and pixels leave no trace.
struct RadonTransform: Sendable {
  /// The pattern.
  let shape: FrameShape
  /// Steps of θ in half a turn, and bins of ρ (odd, the middle one is ρ = 0).
  let thetas, rhos: Int
  /// Width of a bin of ρ, in pixels.
  let step: Double
  /// The pixels that count, as indices into a frame in C order.
  let pixels: [UInt32]
  /// Places of the bins in ``list``, and the pixels of each bin as indices into ``pixels``.
  let starts: [UInt32]
  let list: [UInt16]
  /// Weights with which sums are smoothed along ρ.
  let smoothing: [Float]
  /// One over the smoothed number of pixels of each bin; zero where there are none.
  let perPixel: [Float]
  /// Root of the smoothed number of pixels over the largest one, zero for lines shorter than half the longest.
  let significance: [Float]
  /// The bins of ρ that are significant for any θ.
  let used: Range<Int>

  /// - Parameter isUsed: which pixels of a frame count, in C order.
  /// - Precondition: the pattern has at most 65 536 pixels and 256 rows and columns.
  init(shape: FrameShape, thetas: Int, step: Double, isUsed: [Bool]) {
    precondition(shape.rows <= 256 && shape.columns <= 256 && isUsed.count == shape.count, "a pattern is small")
    (self.shape, self.thetas, self.step) = (shape, thetas, step)
    let (centreX, centreY) = (Double(shape.columns) / 2, Double(shape.rows) / 2)
    let taken = (0..<shape.count).filter { isUsed[$0] }
    let points = taken.map { index in
      SIMD2(Double(index % shape.columns) + 0.5 - centreX, centreY - Double(index / shape.columns) - 0.5)
    }
    let reach = points.reduce(0) { max($0, ($1 * $1).sum()) }.squareRoot()
    let half = Int((reach / step).rounded(.up))
    let rhos = 2 * half + 1
    (pixels, self.rhos) = (taken.map { UInt32($0) }, rhos)
    var bins: [[UInt16]] = []
    var counts: [Float] = []
    for theta in 0..<thetas {
      let angle = .pi * Double(theta) / Double(thetas)
      let direction = SIMD2(cos(angle), sin(angle))
      var row = [[UInt16]](repeating: [], count: rhos)
      for (index, point) in points.enumerated() {
        row[half + Int(((point * direction).sum() / step).rounded())].append(UInt16(index))
      }
      counts += row.map { Float($0.count) }
      bins += row
    }
    var starts: [UInt32] = [0]
    starts.reserveCapacity(bins.count + 1)
    for bin in bins { starts.append(starts[starts.count - 1] + UInt32(bin.count)) }
    self.starts = starts
    list = bins.flatMap { $0 }
    // A Gaussian of 0.6 pixels leaves less than a thousandth of a beat of one pixel.
    smoothing = gaussianTaps(sigma: 0.6 / step)
    let reachOfTaps = smoothing.count / 2
    var smooth = [Float](repeating: 0, count: counts.count)
    for theta in 0..<thetas {
      for rho in 0..<rhos {
        for k in -reachOfTaps...reachOfTaps where 0..<rhos ~= rho + k {
          smooth[theta * rhos + rho] += smoothing[k + reachOfTaps] * counts[theta * rhos + rho + k]
        }
      }
    }
    let longest = smooth.max() ?? 1
    perPixel = smooth.map { $0 > 0 ? 1 / $0 : 0 }
    let significance = smooth.map { $0 < longest / 2 ? 0 : ($0 / longest).squareRoot() }
    let places = significance.indices.filter { significance[$0] > 0 }.map { $0 % rhos }
    used = (places.min() ?? 0)..<(places.max() ?? -1) + 1
    self.significance = significance
  }

  /// Bins of (θ, ρ).
  var bins: Int { thetas * rhos }
  /// The angle of a row of bins, in radians; fractions lie between rows.
  func theta(_ row: Double) -> Double { .pi * row / Double(thetas) }
  /// The distance of a bin from the centre, in pixels; fractions lie between bins.
  func rho(_ bin: Double) -> Double { (bin - Double(rhos / 2)) * step }
}

/// A Gaussian of a standard deviation in bins, of sum 1.
func gaussianTaps(sigma: Double) -> [Float] {
  let half = Int((3 * sigma).rounded(.up))
  let values = (-half...half).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
  let sum = values.reduce(0, +)
  return values.map { Float($0 / sum) }
}

/// The negative second derivative of a Gaussian of a standard deviation in bins, of sum 0 and sum of squares 1.
func bandTaps(sigma: Double) -> [Float] {
  let half = Int((3.2 * sigma).rounded(.up))
  let gaussian = (-half...half).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
  var values = (-half...half).map { (1 - Double($0 * $0) / (sigma * sigma)) * gaussian[$0 + half] }
  let excess = values.reduce(0, +) / gaussian.reduce(0, +)
  for index in values.indices { values[index] -= excess * gaussian[index] }
  let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return values.map { Float($0 / norm) }
}
