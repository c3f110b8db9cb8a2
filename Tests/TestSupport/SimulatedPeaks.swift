public import ArrayMath
import Foundation
public import PowderDiffraction

/// A powder pattern of pseudo-Voigt lines on a background, drawn bin by bin with the counts of Poisson's law, with or
/// without pixels that two neighbouring bins share.
public struct SimulatedPeaks: Sendable {
  /// A line: angle, area, full width at half maximum (radians) and Lorentzian share.
  public struct Line: Sendable {
    public var twoTheta, area, fwhm, mixing: Double

    public init(twoTheta: Double, area: Double, fwhm: Double, mixing: Double = 0) {
      (self.twoTheta, self.area, self.fwhm, self.mixing) = (twoTheta, area, fwhm, mixing)
    }
  }

  /// Edges of the bins, in radians.
  public var edges: [Double]
  public var lines: [Line]
  /// Intensity between the lines, and its slope per radian from the first edge.
  public var background: Double
  public var slope: Double
  /// Pixels in a bin. The intensity is the mean count of one.
  public var pixels: Double
  /// The share of a bin's pixels that lies half in the next bin; so does as much in the one before. Below 0.5.
  public var shared: Double

  public init(
    from: Double, to: Double, bins: Int, lines: [Line], background: Double, slope: Double = 0, pixels: Double = 1,
    shared: Double = 0
  ) {
    edges = (0...bins).map { from + (to - from) * Double($0) / Double(bins) }
    self.lines = lines
    self.background = background
    self.slope = slope
    self.pixels = pixels
    self.shared = shared
  }

  public var centres: [Double] { zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 } }

  /// The mean of the true intensity over each bin, by Simpson's rule on 24 parts.
  public var expectation: [Double] {
    zip(edges, edges.dropFirst()).map { lower, upper in
      let parts = 24
      let sum = (0...parts).reduce(0.0) { sum, part in
        let x = lower + (upper - lower) * Double(part) / Double(parts)
        let weight = part == 0 || part == parts ? 1.0 : part % 2 == 1 ? 4.0 : 2.0
        return sum + weight * density(x)
      }
      return sum / Double(3 * parts)
    }
  }

  private func density(_ x: Double) -> Double {
    lines.reduce(background + slope * (x - edges[0])) { sum, line in
      let z = (x - line.twoTheta) / line.fwhm
      let gauss = 2 / line.fwhm * (log(2) / .pi).squareRoot() * exp(-4 * log(2) * z * z)
      let lorentz = 2 / (.pi * line.fwhm) / (1 + 4 * z * z)
      return sum + line.area * (line.mixing * lorentz + (1 - line.mixing) * gauss)
    }
  }

  /// One drawing, with variances Σ c² n / (Σ c)² of the counts n themselves, and the covariances of neighbours.
  public func pattern(_ generator: inout SeededGenerator, wavelength: Double? = nil) throws -> PowderPattern {
    let mean = expectation
    let count = mean.count
    let total = pixels
    // Two halves of shared groups and the rest make up a bin.
    let group = pixels * shared
    let rest = total - group
    let between = zip(mean, mean.dropFirst()).map { ($0 + $1) / 2 }
    var sums = [Double](repeating: 0, count: count)
    var variances = sums
    var covariances = [Double](repeating: 0, count: count - 1)
    for bin in 0..<count {
      let left = bin > 0 ? between[bin - 1] : mean[bin]
      let right = bin < count - 1 ? between[bin] : mean[bin]
      let own = max(total * mean[bin] - group * (left + right) / 2, 0)
      let drawn = Double(generator.poisson(own))
      sums[bin] += drawn
      variances[bin] += drawn
      // The outer groups of the first and the last bin have no partner.
      if group > 0, bin == 0 || bin == count - 1 {
        let alone = Double(generator.poisson(group * mean[bin]))
        sums[bin] += alone / 2
        variances[bin] += alone / 4
      }
      if group > 0, bin < count - 1 {
        let common = Double(generator.poisson(group * right))
        for place in [bin, bin + 1] {
          sums[place] += common / 2
          variances[place] += common / 4
        }
        covariances[bin] = common / 4 / (total * total)
      }
    }
    precondition(rest >= 0)
    return try PowderPattern(
      axis: .twoTheta, positions: centres, intensities: sums.map { $0 / total },
      sigmas: variances.map { $0.squareRoot() / total }, neighbourCovariances: group > 0 ? covariances : nil,
      wavelength: wavelength)
  }
}
