public import ArrayMath

/// One projection as a complex transmission: what ptychography reconstructs.
public struct TransmissionProjection: Sendable {
  /// What messages call it.
  public var name: String
  /// In radians.
  public var angle: Double
  /// exp(ik(n − 1)t): the phase of matter is negative. 0 where there was no light.
  public var object: ComplexImage
  /// The light that every pixel has received, over that of the brightest; nil where it is not known.
  public var illumination: ScalarImage?
  /// The unwrapped phase in radians, NaN where there was no light; nil where it is to be unwrapped here.
  public var phase: ScalarImage?

  public init(
    name: String, angle: Double, object: ComplexImage, illumination: ScalarImage? = nil, phase: ScalarImage? = nil
  ) {
    self.name = name
    self.angle = angle
    self.object = object
    self.illumination = illumination
    self.phase = phase
  }
}
