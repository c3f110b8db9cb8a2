/// What the data say of one of the eight ways in which an image may lie on the detector.
public struct ImageTransformVerdict: Sendable, Hashable {
  /// Where the first pixel lies.
  public var orientation: DetectorOrientation
  /// Whether rows of the file are columns of the detector.
  public var isTransposed: Bool
  /// Mean square residual of the ring points against the given geometry, over that of the best transform; `nil` without a
  /// given geometry.
  public var residualVariance: Double?
  /// Whether the data support this transform: 1 for the one that is chosen.
  public var isSupported: Bool
  /// Why.
  public var reason: String
}
