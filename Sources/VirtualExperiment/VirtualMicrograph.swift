public import ArrayMath
import Foundation

/// Micrographs of a particle that does not exist: outlines, as somebody would have measured them, and the truth.
///
/// The particle is an ellipsoid with one axis along the needle, the vertical of all images, about which it is turned
/// from view to view.
public struct VirtualMicrograph: Sendable {
  /// Semi-axes of the ellipsoid in metres: across the needle, along the needle, across both.
  public var semiAxes: SIMD3<Double>
  /// Angle from the image's horizontal at the first view to the first semi-axis, about the needle, in radians.
  public var orientation: Double
  /// Metres a pixel, as the magnification says.
  public var pixelSize: Double
  /// Standard deviation of the magnification's relative error, one error for all images.
  public var magnificationUncertainty: Double
  /// Standard deviation of where the edge is drawn, in pixels, one error an image.
  public var edgeUncertainty: Double

  public init(
    semiAxes: SIMD3<Double>, orientation: Double, pixelSize: Double, magnificationUncertainty: Double,
    edgeUncertainty: Double
  ) {
    self.semiAxes = semiAxes
    self.orientation = orientation
    self.pixelSize = pixelSize
    self.magnificationUncertainty = magnificationUncertainty
    self.edgeUncertainty = edgeUncertainty
  }

  /// The volume, 4/3 π a b c, in m³.
  public var volume: Double { 4 / 3 * .pi * semiAxes.x * semiAxes.y * semiAxes.z }

  /// An outline as it was measured.
  public struct Outline: Sendable, Hashable {
    /// Both diameters in pixels, the longer one first.
    public var diameters: SIMD2<Double>
    /// From the image's right towards its bottom to the longer one, in radians.
    public var angle: Double
    /// Turn of the particle about the needle since the first view, in radians.
    public var turn: Double
  }

  /// The outline after each turn. The silhouette of an ellipsoid is an ellipse whose half width along a direction e is
  /// √(Σ aᵢ² (e·eᵢ)²), with eᵢ the directions of the semi-axes.
  ///
  /// - Parameter turns: in radians.
  public func outlines(turns: [Double], using generator: inout SeededGenerator) -> [Outline] {
    let magnification = 1 + magnificationUncertainty * generator.normal()
    return turns.map { turn in
      let (cosine, sine) = (cos(turn - orientation), sin(turn - orientation))
      let across = (semiAxes.x * semiAxes.x * cosine * cosine + semiAxes.z * semiAxes.z * sine * sine).squareRoot()
      let error = edgeUncertainty * generator.normal()
      let horizontal = 2 * (across * magnification / pixelSize + error)
      let vertical = 2 * (semiAxes.y * magnification / pixelSize + error)
      return Outline(
        diameters: SIMD2(max(horizontal, vertical), min(horizontal, vertical)),
        angle: vertical > horizontal ? .pi / 2 : 0, turn: turn)
    }
  }
}
