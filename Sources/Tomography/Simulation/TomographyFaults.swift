/// What is wrong with the projections of a ptychographic tomography. All deviations are standard deviations.
public struct TomographyFaults: Sendable, Hashable, Codable {
  /// Slopes of the phase ramp along rows and columns, radians a pixel.
  public var ramp = 0.02
  /// Constant of the phase, radians.
  public var offset = 0.5
  /// Displacement of the sample from one view to the next, without memory, pixels along each axis.
  public var jitter = 3.0
  /// Largest displacement of a slow drift over the whole series, pixels along each axis.
  public var drift = 6.0
  /// Noise of the phase of fully lit pixels, radians; it grows with 1/√illumination.
  public var noise = 0.05
  /// Part of the views that failed.
  public var badViews = 0.01
  /// Over how many pixels the illumination fades towards the edges of the field.
  public var fading = 0.0

  /// Nothing is wrong.
  public static let none: TomographyFaults = {
    var faults = TomographyFaults()
    (faults.ramp, faults.offset, faults.jitter, faults.drift) = (0, 0, 0, 0)
    (faults.noise, faults.badViews, faults.fading) = (0, 0, 0)
    return faults
  }()

  public init() {}

  /// How a view failed.
  public enum Failure: String, Sendable, Hashable, Codable, CaseIterable {
    /// The phase is twenty times as noisy.
    case noisy
    /// The sample was turned by 5 to 15 degrees more than stated.
    case turned
    /// The phase is weaker by three tenths.
    case weak
  }
}
