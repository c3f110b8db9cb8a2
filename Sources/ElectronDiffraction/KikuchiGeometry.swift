public import ArrayMath
public import Crystallography
import Foundation

/// The face of the sample through which the electrons of a pattern leave.
public enum EmissionSide: String, Sendable, Hashable, Codable, CaseIterable {
  /// The face that the beam enters: backscatter diffraction.
  case entry
  /// The far face of a foil: transmission.
  case exit
}

/// Where the screen stands and how the sample is tilted.
///
/// The detector's frame: x to the right and y up on the screen as seen from the screen towards the sample's side that it
/// faces, z from the sample to the screen. The laboratory: z up towards the gun, the screen on the side of +y.
///
/// The sample's frame: z is the outward normal of the face that the beam enters, x lies in that face at right angles to
/// the tilt axis and points to the screen where nothing is tilted, y completes a right-handed set. Tilted by σ about the
/// tilt axis, the normal leans towards the screen for σ > 0; a foil tilted the other way, so that its exit face sees the
/// screen, has σ < 0. The screen's axis (from the sample to the screen) points below the horizontal for θ > 0; a screen
/// straight below the sample (on-axis) has θ = 90°. The angle between the normal and the screen's axis is 90° − σ + θ.
/// These are the conventions of EMsoft (Jackson et al., IMMI 8, 226 (2019)), continued to transmission.
public struct KikuchiGeometry: Sendable, Hashable {
  /// Rows and columns of a pattern; row 0 is the upper edge.
  public var shape: FrameShape
  /// Where the perpendicular meets the screen.
  public var patternCentre: PatternCentre
  /// Tilt of the sample σ, in radians.
  public var sampleTilt: Double
  /// Tilt of the screen's axis below the horizontal θ, in radians.
  public var screenTilt: Double
  /// Turn of the screen about the laboratory's vertical, in radians.
  public var azimuth: Double
  /// Turn of the screen about its own axis, in radians.
  public var twist: Double
  /// The face through which the electrons leave.
  public var emission: EmissionSide

  public init(
    shape: FrameShape, patternCentre: PatternCentre, sampleTilt: Double, screenTilt: Double = 0, azimuth: Double = 0,
    twist: Double = 0, emission: EmissionSide = .entry
  ) {
    self.shape = shape
    self.patternCentre = patternCentre
    (self.sampleTilt, self.screenTilt, self.azimuth, self.twist) = (sampleTilt, screenTilt, azimuth, twist)
    self.emission = emission
  }

  /// The rotation from the detector's frame to the sample's.
  ///
  /// Untilted, the detector's x, y and z lie along the sample's y, z and x. The screen turns about its x by θ − σ, about
  /// its y by −azimuth and about its z by −twist.
  public var detectorToSample: Rotation {
    let untilted = Rotation(matrix: Matrix3(SIMD3(0, 0, 1), SIMD3(1, 0, 0), SIMD3(0, 1, 0)))
    let tilt = Rotation(axis: SIMD3(1, 0, 0), angle: screenTilt - sampleTilt)
    let turn = Rotation(axis: SIMD3(0, 1, 0), angle: -azimuth)
    let roll = Rotation(axis: SIMD3(0, 0, 1), angle: -twist)
    return untilted * tilt * turn * roll
  }

  /// The direction from the sample to a point of the screen, in the detector's frame, with z = 1 (gnomonic).
  ///
  /// - Parameters:
  ///   - row: 0 is the centre of the first row of pixels.
  ///   - column: 0 is the centre of the first column.
  public func ray(row: Double, column: Double) -> SIMD3<Double> {
    let (rows, columns) = (Double(shape.rows), Double(shape.columns))
    let x = columns / rows * ((column + 0.5) / columns - patternCentre.x) / patternCentre.z
    let y = (patternCentre.y - (row + 0.5) / rows) / patternCentre.z
    return SIMD3(x, y, 1)
  }

  /// Whether electrons can leave the sample along a direction of the sample's frame.
  public func isVisible(_ direction: SIMD3<Double>) -> Bool {
    switch emission {
    case .entry: direction.z > 0
    case .exit: direction.z < 0
    }
  }
}
