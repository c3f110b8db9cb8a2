public import Quantities

/// The scale bar of a micrograph: what it says and how long it was found to be in the image.
public struct ScaleBar: Sendable, Hashable {
  /// The length written beside the bar, in metres. Its uncertainty is that of the microscope's magnification, which is
  /// common to all images of one instrument.
  public var length: UncertainValue
  /// The length of the bar in the image, in pixels, with the uncertainty of that measurement (independent from image
  /// to image).
  public var pixels: UncertainValue

  public init(length: UncertainValue, pixels: UncertainValue) {
    self.length = length
    self.pixels = pixels
  }

  /// Metres a pixel.
  public var metresPerPixel: Double { length.value / pixels.value }
}

/// What a tilted stage did to an outline, and what is undone.
///
/// A sphere is round from every side, so the outline of a free-standing body needs no correction; the outline of a
/// flat feature in the plane of the stage is shortened by cos(tilt) across the tilt axis; and an instrument whose
/// "tilt correction" was on has stretched everything by 1 / cos(tilt), which is right for flat features and wrong for
/// bodies. Which of the three applies cannot be told from the image: it has to be stated.
public enum TiltCorrection: String, Sendable, Hashable, CaseIterable {
  /// The outline is the silhouette of a body, as seen: lengths stay.
  case silhouette
  /// The outline lies in the plane of the stage: lengths along the tilt direction are divided by cos(tilt).
  case flatFeature
  /// The instrument stretched the image of a body: lengths along the tilt direction are multiplied by cos(tilt).
  case undoInstrumentCorrection
}

/// How the stage was tilted when an image was taken.
public struct StageTilt: Sendable, Hashable {
  /// Angle between the beam and the normal of the stage, in radians, from 0 to below π/2.
  public var angle: UncertainValue
  /// The direction in the image across the tilt axis, in radians from the image's columns (right) towards its rows
  /// (down).
  public var direction: Double
  public var correction: TiltCorrection

  public init(angle: UncertainValue, direction: Double, correction: TiltCorrection) {
    self.angle = angle
    self.direction = direction
    self.correction = correction
  }

  /// No tilt.
  public static let none = StageTilt(angle: UncertainValue(0), direction: 0, correction: .silhouette)
}
