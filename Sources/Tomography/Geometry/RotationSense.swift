/// Which way the sample turns with rising angle: seen from above (from row 0 of the projections towards the last), where
/// the projections are seen along the beam, from the source.
///
/// The other choice gives the mirror image of the sample. Volume, mass and density do not depend on it.
public enum RotationSense: String, Sendable, Hashable, Codable, CaseIterable {
  case counterclockwise, clockwise

  /// The factor on angles: 1 or −1.
  public var sign: Double { self == .counterclockwise ? 1 : -1 }
}
