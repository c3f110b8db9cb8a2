public import ArrayMath

/// One frame of a calibrant.
public struct CalibrationFrame: Sendable {
  /// Counts in C order, as the file stores them.
  public var pixels: [Float]
  /// The extent of the frame.
  public var shape: FrameShape
  /// Pixels to leave out besides those that show themselves as bad; `nil` for none.
  public var mask: PixelMask?
  /// Wavelength of the beam, in metres.
  public var wavelength: Double
  /// How much farther along the beam the detector stands than the distance of the result says, in metres: 0 for a single
  /// frame, the reading of the stage for several.
  public var distanceOffset: Double

  public init(
    pixels: [Float], shape: FrameShape, mask: PixelMask? = nil, wavelength: Double, distanceOffset: Double = 0
  ) {
    self.pixels = pixels
    self.shape = shape
    self.mask = mask
    self.wavelength = wavelength
    self.distanceOffset = distanceOffset
  }
}
