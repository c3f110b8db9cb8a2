internal import Foundation

/// What a flaw must be loaded with to grow, known to within a range.
///
/// The toughness is taken as lognormal, with 95 % of its probability between the ends of the range and the median at
/// their geometric mean.
public struct Toughness: Sendable, Hashable {
  /// Where the flaw lies, for example "bulk".
  public let name: String
  /// K_Ic, in Pa√m.
  public let range: ClosedRange<Double>

  /// - Throws: ``CrackingError/outOfRange(name:value:expected:)`` unless both ends are positive.
  public init(_ name: String, range: ClosedRange<Double>) throws(CrackingError) {
    guard range.lowerBound > 0, range.upperBound.isFinite else {
      throw .outOfRange(
        name: "the toughness of \(name)", value: range.lowerBound > 0 ? range.upperBound : range.lowerBound,
        expected: "a range of positive numbers of Pa√m")
    }
    self.name = name
    self.range = range
  }

  private init(known name: String, _ range: ClosedRange<Double>) {
    self.name = name
    self.range = range
  }

  /// A single crystal of a layered nickel-rich oxide: 0.1 to 1.3 MPa√m, what indentation of several compositions
  /// scatters over. An order of magnitude: state a measured range where there is one.
  public static let bulk = Toughness(known: "bulk", 0.1e6...1.3e6)

  /// The boundary between two grains: 0.1 to 0.55 MPa√m, the fracture energies of 0.1 to 2 J/m² of cohesive models of
  /// polycrystals at E' = 150 GPa. An order of magnitude.
  public static let grainBoundary = Toughness(known: "grain boundary", 0.1e6...0.55e6)

  /// The geometric mean of the range, in Pa√m.
  public var median: Double { (range.lowerBound * range.upperBound).squareRoot() }

  /// The probability that a load exceeds the toughness.
  ///
  /// - Parameters:
  ///   - intensity: √(E' G), in Pa√m; zero or less never grows a flaw.
  ///   - relativeUncertainty: standard uncertainty of the intensity over the intensity.
  public func growthProbability(intensity: Double, relativeUncertainty: Double = 0) -> Double {
    guard intensity > 0 else { return 0 }
    let ownSpread = log(range.upperBound / range.lowerBound) / (2 * 1.959963984540054)
    let spread = (ownSpread * ownSpread + relativeUncertainty * relativeUncertainty).squareRoot()
    let distance = log(intensity / median)
    guard spread > 0 else { return distance < 0 ? 0 : 1 }
    return 0.5 * erfc(-distance / (spread * 2.0.squareRoot()))
  }

  /// What can be said of a flaw under a load; see ``growthProbability(intensity:relativeUncertainty:)``.
  public func verdict(intensity: Double, relativeUncertainty: Double = 0) -> GrowthVerdict {
    let probability = growthProbability(intensity: intensity, relativeUncertainty: relativeUncertainty)
    if probability > 0.975 { return .grows }
    return probability < 0.025 ? .stays : .uncertain
  }
}

/// Whether a flaw grows, as far as load and toughness are known.
public enum GrowthVerdict: String, Sendable, Hashable, CaseIterable {
  /// With less than 2.5 % probability.
  case stays = "does not grow"
  /// Load and toughness do not tell.
  case uncertain = "may grow"
  /// With more than 97.5 % probability.
  case grows = "grows"
}
