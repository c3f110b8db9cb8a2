/// What an alignment does and when it stops.
public struct AlignmentSettings: Sendable, Hashable, Codable {
  /// One step from coarse to fine.
  public struct Level: Sendable, Hashable, Codable {
    /// Pixels along each side that are taken together.
    public var bin: Int
    /// Iterations at most.
    public var iterations: Int

    public init(bin: Int, iterations: Int) {
      self.bin = bin
      self.iterations = iterations
    }
  }

  /// Whether heights are found from the distribution of mass first; see ``VerticalAlignment``.
  public var findsHeights = true
  /// Whether the sides are found from centres of mass first; see ``CentreOfMassAlignment``.
  public var findsCentres = true
  /// Re-projection, coarse to fine; none where it is empty. Levels too coarse for the projections are left out.
  public var levels = [Level(bin: 4, iterations: 12), Level(bin: 2, iterations: 6), Level(bin: 1, iterations: 2)]
  /// Root mean square of a step below which a level is done, in pixels.
  public var tolerance = 0.02
  /// Where the window of the volume ends, as a fraction of the Crowther frequency; more than 1 counts as 1.
  public var cutOff = 1.0
  /// Whether what is negative in the volume is set to 0.
  public var isPositive = true
  /// Whether a constant and a ramp of every projection are fitted together with its displacement, and taken off.
  public var fitsRamps = false
  /// Whether projections that do not fit the others are left out of the result.
  public var dropsOutliers = false

  public init() {}

  /// The first steps alone.
  public static var firstSteps: AlignmentSettings {
    var settings = AlignmentSettings()
    settings.levels = []
    return settings
  }
}
