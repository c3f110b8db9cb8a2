public import ArrayMath
internal import Foundation

/// Where a scan puts the beam, centred on the origin.
public enum ScanPattern: Sendable, Hashable, Codable {
  /// A regular grid, row by row. Its periodicity passes into the reconstruction (the raster pathology); for tests.
  case raster(rows: Int, columns: Int, step: Double)
  /// A grid whose points are moved at random, evenly within ± `jitter` steps along each axis.
  case jitteredRaster(rows: Int, columns: Int, step: Double, jitter: Double)
  /// A spiral of equal density whose turn is the golden angle: r = c √n, aperiodic and even.
  ///
  /// `step` is the side of the square that has the area of a point. X. Huang et al., Opt. Express 22 (2014) 12634.
  case fermatSpiral(count: Int, step: Double)

  /// The number of positions.
  public var count: Int {
    switch self {
    case .raster(let rows, let columns, _), .jitteredRaster(let rows, let columns, _, _): rows * columns
    case .fermatSpiral(let count, _): count
    }
  }

  /// The positions, in metres.
  ///
  /// - Parameter generator: draws the jitter.
  public func positions(using generator: inout SeededGenerator) -> [ScanPosition] {
    switch self {
    case .raster(let rows, let columns, let step):
      return Self.grid(rows, columns, step) { (0, 0) }
    case .jitteredRaster(let rows, let columns, let step, let jitter):
      return Self.grid(rows, columns, step) {
        let y = jitter * (2 * generator.uniform() - 1)
        return (y, jitter * (2 * generator.uniform() - 1))
      }
    case .fermatSpiral(let count, let step):
      let goldenAngle = Double.pi * (3 - 5.0.squareRoot())
      return (0..<count).map { index in
        let radius = step * (Double(index) / .pi).squareRoot()
        let angle = Double(index) * goldenAngle
        return ScanPosition(y: radius * sin(angle), x: radius * cos(angle))
      }
    }
  }

  private static func grid(
    _ rows: Int, _ columns: Int, _ step: Double, _ offset: () -> (y: Double, x: Double)
  ) -> [ScanPosition] {
    (0..<rows * columns).map { index in
      let shift = offset()
      return ScanPosition(
        y: (Double(index / columns) - Double(rows - 1) / 2 + shift.y) * step,
        x: (Double(index % columns) - Double(columns - 1) / 2 + shift.x) * step)
    }
  }
}
