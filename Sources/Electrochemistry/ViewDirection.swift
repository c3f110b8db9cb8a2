import Foundation

/// From where a particle was seen: the directions of the image in the frame of the particle.
///
/// In the frame of the particle at the first view x points to the right of the image, y down and z away from the
/// viewer.
public struct ViewDirection: Sendable, Hashable {
  /// The direction of the image's columns (right), a unit vector.
  public var right: SIMD3<Double>
  /// The direction of the image's rows (down), a unit vector across ``right``.
  public var down: SIMD3<Double>

  /// - Throws: `ElectrochemistryError.invalidParameter` unless both are unit vectors at a right angle, to 1e-6.
  public init(right: SIMD3<Double>, down: SIMD3<Double>) throws(ElectrochemistryError) {
    let lengths = max(abs((right * right).sum() - 1), abs((down * down).sum() - 1))
    let cosine = abs((right * down).sum())
    guard lengths <= 1e-6, cosine <= 1e-6 else {
      throw .invalidParameter(
        name: "view direction", value: max(lengths, cosine), expected: "two unit vectors at a right angle")
    }
    self.right = right
    self.down = down
  }

  /// The first view.
  public static let front = ViewDirection(unchecked: [1, 0, 0], [0, 1, 0])

  /// The view after the particle turned by an angle about the vertical of the image, as a needle along that vertical
  /// turns it, and the stage then tilted about the horizontal of the image.
  ///
  /// - Parameters:
  ///   - rotation: in radians, positive turns the near side to the right.
  ///   - tilt: in radians, positive brings the top of the particle towards the viewer.
  public static func turned(by rotation: Double, tilt: Double = 0) -> ViewDirection {
    let right = SIMD3(cos(rotation), 0, -sin(rotation))
    let away = SIMD3(sin(rotation), 0, cos(rotation))
    return ViewDirection(unchecked: right, cos(tilt) * SIMD3(0, 1, 0) - sin(tilt) * away)
  }

  private init(unchecked right: SIMD3<Double>, _ down: SIMD3<Double>) {
    self.right = right
    self.down = down
  }
}
