public import ArrayMath
import Foundation

/// Micrographs of a particle that does not exist: its outline, as somebody would have measured it, and the truth.
public struct VirtualMicrograph: Sendable {
  /// Semi-axes of the spheroid, along the needle and across it, in metres.
  public var semiAxes: SIMD2<Double>
  /// Metres a pixel.
  public var pixelSize: Double
  /// Standard deviation of where the edge is drawn, in pixels.
  public var edgeUncertainty: Double

  public init(semiAxes: SIMD2<Double>, pixelSize: Double, edgeUncertainty: Double) {
    self.semiAxes = semiAxes
    self.pixelSize = pixelSize
    self.edgeUncertainty = edgeUncertainty
  }

  /// The volume, 4/3 π a b², in m³.
  public var volume: Double { 4 / 3 * .pi * semiAxes.x * semiAxes.y * semiAxes.y }

  /// Both diameters in pixels, drawn with one error of the edge.
  public func outline(using generator: inout SeededGenerator) -> SIMD2<Double> {
    let error = edgeUncertainty * generator.normal()
    return 2 * (semiAxes / pixelSize + SIMD2(repeating: error))
  }
}
