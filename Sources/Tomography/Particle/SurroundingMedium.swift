public import Quantities

/// What surrounds the particle and what its pores hold.
///
/// Projections show the contrast to what lies about the particle: a medium takes its electrons off those of the particle. An
/// ionic liquid of 0.44 electrons a cubic angstrom hides a third of NMC811's 1.36.
public struct SurroundingMedium: Sendable, Hashable {
  /// What closed pores hold.
  public enum Pores: String, Sendable, Hashable, Codable, CaseIterable {
    /// The medium has entered: pores look like the surroundings.
    case filled
    /// Nothing: pores look emptier than the surroundings.
    case empty
  }

  /// What reports call it.
  public var name: String
  /// In electrons per cubic metre, as the X-rays see them.
  public var electronDensity: UncertainValue
  public var pores: Pores

  public init(name: String, electronDensity: UncertainValue, pores: Pores) {
    self.name = name
    self.electronDensity = electronDensity
    self.pores = pores
  }

  /// Vacuum, or a gas: 3.6·10²⁶ electrons per cubic metre of air are 0.03 % of NMC811's.
  public static let vacuum = SurroundingMedium(
    name: "vacuum", electronDensity: UncertainValue(0), pores: .filled)
}
