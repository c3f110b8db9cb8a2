/// The load on the tip of a flaw.
public struct FlawLoad: Sendable, Hashable {
  /// K_I by superposition, in Pa√m; negative where the stress closes the flaw.
  public let signedModeI: Double
  /// K_II, in Pa√m; the faces are taken to slide freely even where they touch.
  public let modeII: Double
  /// G, in J/m²; a closed flaw releases by sliding alone.
  public let energyRelease: Double
  /// √(E' G), in Pa√m: to be held against a toughness.
  public let effectiveIntensity: Double

  /// K_I, in Pa√m; zero for a closed flaw.
  public var modeI: Double { max(signedModeI, 0) }
  /// Whether the stress presses the faces together.
  public var isClosed: Bool { signedModeI <= 0 }
}
