/// How bands are looked for and put together.
public struct BandIndexerSettings: Sendable, Hashable {
  /// Which bands count.
  public enum Contrast: String, Sendable, Hashable, Codable, CaseIterable {
    /// Bands brighter than their surroundings: backscatter diffraction.
    case bright
    /// Bands of both signs: in transmission bands are inverted where the foil is thick.
    case both
  }

  /// Steps of the Radon transform in half a turn; nil takes two for each row of the pattern, 90 to 180.
  public var thetas: Int?
  /// Width of its bins along ρ in pixels of the pattern; nil takes 0.5 to 1, 0.7 for 60
  /// rows.
  public var rhoStep: Double?
  /// Standard deviation of the filter along θ, in radians.
  public var thetaBlur = 1.2 * Double.pi / 180
  /// Half widths of the bands that the filters are made for, in radians; nil derives two from the phases.
  public var halfWidths: [Double]?
  public var contrast = Contrast.bright
  /// The most bands of a pattern.
  public var bands = 12
  /// The fewest bands that an orientation must explain.
  public var leastBands = 4
  /// Largest angle between a measured band and the one that explains it, in radians.
  public var tolerance = 2 * Double.pi / 180
  /// Patterns with more rows than this are binned before they are transformed, in pixels.
  public var largestSize = 160
  /// Whether the corners outside the inscribed circle count.
  public var usesCorners = false

  public init() {}
}

/// Why no indexer could be made.
public enum BandIndexerError: Error, Sendable, Hashable, CustomStringConvertible {
  case noPhases
  case fewReflectors(phase: String, poles: Int)
  case badSetting(name: String, found: String, expected: String)
  case badGeometry(found: String, expected: String)
  case otherShape(found: String, expected: String)

  public var description: String {
    switch self {
    case .noPhases: "no phase to look for; at least one is needed"
    case .fewReflectors(let phase, let poles):
      "the phase \(phase) has reflectors with \(poles) planes; an orientation needs at least 3"
    case .badSetting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
    case .badGeometry(let found, let expected): "\(found); expected \(expected)"
    case .otherShape(let found, let expected): "the patterns are \(found); the geometry is for \(expected)"
    }
  }
}
