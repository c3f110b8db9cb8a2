import Foundation

/// Colours for axes, such as c axes: directions whose sign has no meaning.
///
/// Axes in the plane of the map have a full hue that goes once round while the axis turns by 180 degrees (red along x,
/// green at 60, blue at 120 degrees from x towards y); tilted out of the plane they fade to white. Equal for ±v and
/// continuous everywhere. No continuous key in hue and lightness gives every axis a colour of its own: the two axes of
/// one tilt whose azimuths differ by 180 degrees share theirs.
public struct AxisColourKey: Sendable, Hashable {
  public init() {}

  /// Red, green and blue, each 0...1.
  ///
  /// - Parameter axis: of length 1; z is the normal of the map.
  public func callAsFunction(_ axis: SIMD3<Double>) -> SIMD3<Double> {
    let inPlane = (axis.x * axis.x + axis.y * axis.y).squareRoot()
    let azimuth = inPlane > 0 ? atan2(axis.y, axis.x) / .pi : 0
    let tilt = atan2(inPlane, abs(axis.z)) / (.pi / 2)
    return redGreenBlue(hue: azimuth - azimuth.rounded(.down), lightness: 1 - tilt / 2)
  }
}
