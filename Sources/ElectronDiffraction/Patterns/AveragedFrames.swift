public import ArrayMath
import Foundation

/// How patterns of neighbouring points of a map are averaged.
public enum NeighbourAveraging: Sendable, Hashable {
  /// Each neighbour at most `radius` rows and columns away counts exp(−d²/2σ²) with d in steps and σ = radius / 2, half
  /// a step at least: less noise, blurred boundaries.
  case gaussian(radius: Int)
  /// Neighbours count the more the more alike their patterns are: NLPAR of Brewick, Wright and Rowenhorst
  /// (Ultramicroscopy 200, 50 (2019)).
  ///
  /// With n pixels and the noise σ of each pattern, the distance of two is
  ///
  ///     d = (|p − q|² − n (σp² + σq²)) / ((σp² + σq²) √(2n)),
  ///
  /// zero on average and of standard deviation 1 for two patterns that differ by noise alone; the weight is
  /// exp(−max(d, 0) / λ²). The noise of a pattern is taken from the least of the distances to the next points.
  case nonLocal(radius: Int, lambda: Double)
}

/// Patterns of a map, each the mean of itself and its neighbours, as single precision numbers.
public struct AveragedFrames<Source: FrameSource>: FrameSource {
  public let source: Source
  public let grid: MapGrid
  public let averaging: NeighbourAveraging
  /// Variances of the noise of a pixel, point by point; empty where not needed.
  private let variances: [Double]

  public var shape: FrameShape { source.shape }
  public var pixelType: PixelType { .float32 }
  public var count: Int { source.count }

  /// - Precondition: the source has a pattern for each point of the grid, row by row; the radius is not negative and
  ///   λ positive.
  /// - Throws: what reading a pattern throws.
  public init(_ source: Source, grid: MapGrid, averaging: NeighbourAveraging) throws {
    precondition(source.count == grid.count, "a map has a pattern at each of its points")
    (self.source, self.grid, self.averaging) = (source, grid, averaging)
    switch averaging {
    case .gaussian(let radius):
      precondition(radius >= 0, "neighbours are at a distance that is not negative")
      variances = []
    case .nonLocal(let radius, let lambda):
      precondition(radius >= 0 && lambda > 0, "neighbours are at a distance that is not negative, λ is positive")
      variances = try Self.variances(source, grid)
    }
  }

  public func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let own = try source.floats(frame: index)
    var sums = own.map { Double($0) }
    var total = 1.0
    let radius: Int
    switch averaging {
    case .gaussian(let r), .nonLocal(let r, _): radius = r
    }
    let (row, column) = (index / grid.columns, index % grid.columns)
    for r in max(0, row - radius)..<min(grid.rows, row + radius + 1) {
      for c in max(0, column - radius)..<min(grid.columns, column + radius + 1) where r != row || c != column {
        let other = r * grid.columns + c
        let pattern = try source.floats(frame: other)
        let weight: Double
        switch averaging {
        case .gaussian:
          let sigma = max(0.5, Double(radius) / 2)
          weight = exp(-Double((r - row) * (r - row) + (c - column) * (c - column)) / (2 * sigma * sigma))
        case .nonLocal(_, let lambda):
          let variance = variances[index] + variances[other]
          let pixels = Double(own.count)
          let excess = Self.squaredDistance(own, pattern) - pixels * variance
          let distance = excess / (variance * (2 * pixels).squareRoot())
          // Patterns without any noise are alike where they are equal.
          weight = variance > 0 ? exp(-max(distance, 0) / (lambda * lambda)) : excess == 0 ? 1 : 0
        }
        // A neighbour with a pixel that is no number does not count.
        guard weight > 1e-6 else { continue }
        for pixel in sums.indices { sums[pixel] += weight * Double(pattern[pixel]) }
        total += weight
      }
    }
    buffer.withMemoryRebound(to: Float.self) { values in
      for pixel in sums.indices { values[pixel] = Float(sums[pixel] / total) }
    }
  }

  private static func variances(_ source: Source, _ grid: MapGrid) throws -> [Double] {
    var least = [Double](repeating: .infinity, count: grid.count)
    var above: [[Float]] = []
    for row in 0..<grid.rows {
      var line: [[Float]] = []
      line.reserveCapacity(grid.columns)
      for column in 0..<grid.columns {
        let index = row * grid.columns + column
        let pattern = try source.floats(frame: index)
        for (place, other) in [(index - 1, line.last), (index - grid.columns, above.isEmpty ? nil : above[column])] {
          guard let other else { continue }
          // The difference of two patterns has the variance of both.
          let variance = squaredDistance(pattern, other) / Double(2 * pattern.count)
          guard variance.isFinite else { continue }
          least[index] = min(least[index], variance)
          least[place] = min(least[place], variance)
        }
        line.append(pattern)
      }
      above = line
    }
    return least.map { $0.isFinite ? $0 : 0 }
  }

  private static func squaredDistance(_ first: [Float], _ second: [Float]) -> Double {
    var sum = 0.0
    for index in first.indices {
      let difference = Double(first[index] - second[index])
      sum += difference * difference
    }
    return sum
  }
}
