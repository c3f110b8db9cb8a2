public import Crystallography

/// What a fit says about one line.
public struct PeakEstimate: Sendable, Hashable {
  /// The phase the line belongs to.
  public var phase: String
  /// The reflection.
  public var indices: MillerIndices
  /// Observed scattering angle, in radians.
  public var twoTheta: PeakValue
  /// Spacing of the planes after displacement is taken out, in metres; unknown without a wavelength.
  public var dSpacing: PeakValue
  /// Area under the line, in units of intensity times radians.
  public var intensity: PeakValue
  /// Full width at half maximum, in radians of 2θ. Its sigma is NaN where it was not fitted: it is known, or the line is
  /// too weak to tell it.
  public var fwhm: PeakValue
  /// Lorentzian share of the profile, 0...1.
  public var mixing: Double
  /// The smallest intensity that this pattern would have shown, with the false alarm of the settings.
  public var detectionLimit: Double
  /// Whether the line can be used.
  public var status: PeakStatus

  /// The phase and the reflection, for example "NMC811 003".
  public var label: String { "\(phase) \(indices)" }
}

/// What became of a line.
public enum PeakStatus: String, Sendable, Hashable, Codable, CaseIterable {
  /// It was found, and its numbers are good.
  case fitted
  /// Its intensity is below the detection limit, or its width is none of a line; position and width are unknown and the
  /// intensity is that at the place where it was expected.
  case noUsablePeak
  /// It lies within half a width of the edge of its window, or of its search range.
  case atTheEdge
  /// A neighbour takes away more than 96 % of what the pattern says about its position, or about its intensity when it
  /// is not found; position and width are then unknown.
  case overlapped
  /// The fit did not come to rest.
  case notConverged
  /// The window has no data.
  case noData
}
