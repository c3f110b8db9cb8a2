internal import ArrayMath
internal import Foundation

/// The facts about one reconstruction that a table of projections shows.
public struct ReconstructionQuality: Sendable, Hashable, Codable {
  /// E of the last pass.
  public var error: Double
  /// How far the probe wandered, in pixels.
  public var drift: Double
  /// The probe's power after over before.
  public var probePower: Double
  /// The share of the power in each mode of the probe, falling.
  public var modeShares: [Double]
  /// The diameter of the probe, all modes together (``ProbeExtent``), in metres.
  public var probeDiameter: Double
  /// The median distance from a position to its nearest neighbour, in metres.
  public var step: Double
  /// 1 − step/diameter.
  public var overlap: Double
  /// The share of the object's array that got at least a tenth of the strongest illumination.
  public var scannedFraction: Double
  /// The mean number of photons counted in a pattern.
  public var photons: Double
  /// √(mean |R − R₀ − mean|²), in metres: how far positions were corrected; 0 where they were not.
  public var positionCorrection: Double

  /// - Parameters:
  ///   - result: of the run.
  ///   - start: what the run began with.
  ///   - data: the patterns.
  public init(of result: ReconstructionResult, from start: Reconstruction, data: DiffractionData) {
    let pixel = data.geometry.objectPixel(for: data.window)
    let state = result.state
    error = result.error
    drift = result.drift.length
    let power = state.probes.reduce(0) { $0 + $1.power }
    let before = start.probes.reduce(0) { $0 + $1.power }
    probePower = before > 0 ? power / before : 0
    modeShares = ProbeModes.powers(state.probes)
    probeDiameter = ProbeExtent(of: state.probes).diameter * (pixel.height * pixel.width).squareRoot()
    step = Self.neighbourDistance(state.positions, pixel: pixel)
    overlap = probeDiameter > 0 ? 1 - step / probeDiameter : 0
    let weights = state.scanWeights()
    scannedFraction = Double(weights.pixels.lazy.filter { $0 > 0 }.count) / Double(max(weights.shape.count, 1))
    photons = (0..<data.count).reduce(0) { $0 + data.total($1) } / Double(max(data.count, 1))
    let count = Double(max(state.positions.count, 1))
    let moves = zip(state.positions, start.positions).map {
      ScanPosition(y: ($0.row - $1.row) * pixel.height, x: ($0.column - $1.column) * pixel.width)
    }
    let mean = ScanPosition(y: moves.reduce(0) { $0 + $1.y } / count, x: moves.reduce(0) { $0 + $1.x } / count)
    positionCorrection =
      (moves.reduce(0) { $0 + ($1.y - mean.y) * ($1.y - mean.y) + ($1.x - mean.x) * ($1.x - mean.x) } / count)
      .squareRoot()
  }

  /// The median distance to the nearest neighbour, in metres; 0 for fewer than two positions.
  private static func neighbourDistance(
    _ positions: [PixelPosition], pixel: (height: Double, width: Double)
  ) -> Double {
    guard positions.count > 1 else { return 0 }
    let nearest = positions.indices.map { one in
      var least = Double.infinity
      for other in positions.indices where other != one {
        let down = (positions[one].row - positions[other].row) * pixel.height
        let right = (positions[one].column - positions[other].column) * pixel.width
        least = min(least, down * down + right * right)
      }
      return least.squareRoot()
    }
    return nearest.sorted()[nearest.count / 2]
  }
}
