public import ImageAnalysis

/// How projections are prepared.
public struct PreparationSettings: Sendable, Hashable, Codable {
  /// Where a constant and a ramp of each projection come from.
  public enum Correction: String, Sendable, Hashable, Codable, CaseIterable {
    /// From air for complex projections, whose ramp is arbitrary; none for measured phases and absorption, whose zero the
    /// instrument has set.
    case automatic
    /// From air.
    case air
    /// None.
    case none
  }

  /// The sign of the phase in matter.
  public enum Sign: String, Sendable, Hashable, Codable, CaseIterable {
    /// What the data show.
    case automatic
    /// n = 1 − δ + iβ with the exit wave exp(ik(n − 1)t), as everywhere in this program.
    case matterNegative = "matter-negative"
    /// The conjugate convention; also of a sample that is lighter than the medium.
    case matterPositive = "matter-positive"
  }

  /// Pixels that received less than this part of the light of the brightest one count as not measured.
  public var leastIllumination = 0.1
  public var unwrapping = PhaseUnwrapping.Method.reliabilitySorted
  /// How air is told.
  public var air = AirMask.Rule.automatic
  public var correction = Correction.automatic
  public var sign = Sign.automatic
  /// Transmissions below this one are taken as this one and count nothing: there is no logarithm of what noise has made
  /// negative.
  public var leastTransmission = 1e-3

  public init() {}

  /// - Throws: ``TomographyError`` where a number is out of range.
  func check() throws {
    guard leastIllumination >= 0, leastIllumination < 1 else {
      throw TomographyError.invalid(
        "the least illumination is \(leastIllumination) of the brightest pixel; give a fraction from 0 and below 1")
    }
    guard leastTransmission > 0, leastTransmission < 1 else {
      throw TomographyError.invalid(
        "the least transmission is \(leastTransmission); give a fraction above 0 and below 1")
    }
  }
}
