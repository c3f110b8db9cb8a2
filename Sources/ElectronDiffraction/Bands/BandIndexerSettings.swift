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
  public var largestSize = 128
  /// Whether the corners outside the inscribed circle count.
  public var usesCorners = false

  public init() {}

  /// - Throws: ``BandIndexerError/badSetting(name:found:expected:)``.
  func check() throws(BandIndexerError) {
    func require<Value: Comparable>(_ name: String, _ value: Value?, _ range: ClosedRange<Value>)
      throws(BandIndexerError)
    {
      if let value, !range.contains(value) {
        throw .badSetting(
          name: name, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try require("the number of angles", thetas, 30...720)
    try require("the width of a bin in pixels", rhoStep, 0.25...2)
    try require("the blur along the angle in radians", thetaBlur, 0.001...0.2)
    try require("the number of half widths of bands", halfWidths?.count, 1...8)
    for width in halfWidths ?? [] { try require("the half width of a band in radians", width, 0.001...0.2) }
    try require("the number of bands", bands, 3...40)
    try require("the least number of bands", leastBands, 3...40)
    try require("the tolerance in radians", tolerance, 0.001...0.2)
    try require("the largest number of rows", largestSize, 16...256)
  }
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
