/// A Kikuchi band that was seen in a pattern.
public struct DetectedBand: Sendable, Hashable {
  /// Direction of the normal of its middle line on the screen, in radians from x to y (up), 0..<π.
  public var theta: Double
  /// Distance of the middle line from the centre of the pattern along that normal, in pixels of the pattern.
  public var rho: Double
  /// The unit normal of the plane through the middle line and the source, in the detector's frame; the sign is arbitrary.
  public var normal: SIMD3<Double>
  /// Response of the filter over the root mean square of all responses of the pattern.
  public var strength: Double
  /// Half the width that the filter with the largest response is made for, in pixels of the pattern.
  public var halfWidth: Double
  /// Whether the band is darker than its surroundings.
  public var isDark: Bool
  /// Index of that filter.
  var filter: Int
}
