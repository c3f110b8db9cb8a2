internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// What every view shows of the particle in all: the sum of its pixels, which no segmentation enters.
///
/// In parallel projections the total is the same from all sides; its scatter is the uncertainty of one view, and its mean
/// over hundreds of views one of the best known quantities of a tomogram. A total that varies slowly with the angle tells of
/// truncation or ramps.
public struct ProjectedTotal: Sendable, Hashable {
  /// Σ p over the particle's rows and the columns in which it can be seen, in radians, for each view that counts.
  public let views: [Double]
  /// Views that lie more than five robust standard deviations off and count nothing.
  public let leftOut: [Int]
  public let mean: Double
  /// Standard deviation of one view.
  public let deviation: Double
  /// Standard uncertainty of the mean; where neighbouring views err together, fewer of them count.
  public let uncertainty: Double
  /// What lies beyond the field of view, in radians a view: where a row ends in matter of chord p, a body of density ρ and
  /// radius R goes on for h = p²/8ρ²R and p³/12ρ²R is missing.
  public let missing: Double
  /// Pixels of the particle's rows and columns without a measurement.
  public let unmeasured: Int

  /// Whether matter beyond the field of view is more than 0.01 % of the total.
  public var isTruncated: Bool { missing > 1e-4 * mean }

  /// Where the particle is in the volume, in voxels.
  struct Window {
    /// Slices of the particle; where they reach the first or last one, all rows on that side count.
    var slices: Range<Int>
    var count: Int
    /// Its middle relative to the axis.
    var x: Double
    var y: Double
    /// The radius about the middle that holds all of it.
    var reach: Double
    /// In radians a voxel.
    var density: Double
    /// Of a sphere of its volume.
    var radius: Double
  }

  init(_ stack: ProjectionStack, _ window: Window) throws {
    let shape = stack.shape
    let geometry = stack.geometry
    var totals: [Double] = []
    var edges: [Double] = []
    var unmeasured = 0
    for view in 0..<stack.count {
      let shift = geometry.displacements[view]
      let angle = geometry.sense.sign * geometry.angles[view]
      let top =
        window.slices.lowerBound == 0 ? -Double.infinity : Double(window.slices.lowerBound) + shift.rows
      let bottom =
        window.slices.upperBound == window.count ? Double.infinity : Double(window.slices.upperBound) + shift.rows
      let centre = geometry.axisColumn + shift.columns + window.x * cos(angle) + window.y * sin(angle)
      let lean = tan(geometry.axisTilt)
      var total = 0.0
      for row in 0..<shape.rows {
        let weight = min(Double(row) + 1, bottom) - max(Double(row), top)
        guard weight > 0 else { continue }
        let middle = centre - lean * (Double(row) + 0.5 - Double(shape.rows) / 2)
        let first = max(Int((middle - window.reach).rounded(.down)), 0)
        let last = min(Int((middle + window.reach).rounded(.up)), shape.columns)
        guard first < last else { continue }
        let base = (view * shape.rows + row) * shape.columns
        var sum = 0.0
        for column in first..<last {
          let value = Double(stack.pixels[base + column])
          if value.isNaN { unmeasured += 1 } else { sum += value }
        }
        total += min(weight, 1) * sum
        // A row that ends before the particle's reach does may end in matter.
        if first == 0 || last == shape.columns {
          let line = stack.pixels[base..<base + shape.columns]
          for (ends, isCut) in [(Array(line.prefix(3)), first == 0), (Array(line.suffix(3)), last == shape.columns)]
          where isCut && ends.allSatisfy({ $0.isFinite }) {
            edges.append(Double(ends.reduce(0, +)) / Double(ends.count))
          }
        }
      }
      totals.append(total)
    }
    let middle = Self.median(totals)
    let spread = 1.4826 * Self.median(totals.map { abs($0 - middle) })
    let out = totals.indices.filter { spread > 0 && abs(totals[$0] - middle) > 5 * spread }
    let kept = totals.indices.filter { !out.contains($0) }.map { totals[$0] }
    let mean = kept.reduce(0, +) / Double(kept.count)
    let squares = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = kept.count > 1 ? (squares / Double(kept.count - 1)).squareRoot() : 0
    views = kept
    leftOut = out
    self.mean = mean
    self.deviation = deviation
    uncertainty = deviation * (Self.inflation(kept, mean: mean) / Double(kept.count)).squareRoot()
    // Noise at the edge of the field is as often below as above; what stands out of it is matter.
    let noise = 1.4826 * Self.median(edges.map { abs($0) })
    let cubes = edges.reduce(0) { $0 + ($1 > 5 * noise ? $1 * $1 * $1 : 0) }
    let size = 12 * window.density * window.density * window.radius
    missing = size > 0 && !edges.isEmpty ? cubes / size / Double(stack.count) : 0
    self.unmeasured = unmeasured
  }

  /// How much larger the variance of the mean is than that of independent views, from the correlation of neighbours r:
  /// (1 + r)/(1 − r); 1 where r does not differ from 0.
  private static func inflation(_ values: [Double], mean: Double) -> Double {
    guard values.count > 10 else { return 1 }
    let deviations = values.map { $0 - mean }
    let square = deviations.reduce(0) { $0 + $1 * $1 }
    guard square > 0 else { return 1 }
    let r = zip(deviations, deviations.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / square
    guard r > 2 / Double(values.count).squareRoot() else { return 1 }
    return (1 + min(r, 0.99)) / (1 - min(r, 0.99))
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
