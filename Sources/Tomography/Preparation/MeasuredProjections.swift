public import ArrayMath

/// Projections as a file holds them: frames of real numbers, with what the file states about them.
public struct MeasuredProjections: Sendable {
  /// What the numbers of a frame are.
  public enum Content: String, Sendable, Hashable, Codable, CaseIterable {
    /// Transmitted intensity in any unit, to be divided by ``MeasuredProjections/flats``.
    case intensity
    /// −ln of the transmission.
    case absorption
    /// Unwrapped phase in radians, matter negative.
    case phase
    /// Minus the unwrapped phase, in radians: matter is positive.
    case negativePhase = "negative-phase"
  }

  /// What messages call it.
  public var name: String
  /// One frame a projection.
  public var frames: any FrameSource
  /// Nil where the file does not tell.
  public var content: Content?
  /// An angle for every frame, in radians, or in what ``angleUnitIsStated`` leaves open; nil where the file does not tell.
  public var angles: [Double]?
  /// Whether the unit of the angles is known; where it is not, ``angles`` holds the numbers as they were read.
  public var angleUnitIsStated = true
  /// Frames with the beam on and without sample, and without beam.
  public var flats: [ScalarImage] = []
  public var darks: [ScalarImage] = []
  /// Extents of a pixel at the sample, in metres, where the file tells.
  public var pixel: (height: Double, width: Double)?
  /// In metres, where the file tells.
  public var wavelength: Double?
  /// Where the axis of rotation lies, in pixels from the left edge, where the file tells.
  public var axisColumn: Double?
  /// What was assumed or found when it was read.
  public var notes: [String] = []
  public var warnings: [String] = []

  public init(name: String, frames: any FrameSource) {
    self.name = name
    self.frames = frames
  }
}
