/// Projections as complex transmissions, with what their files state about them.
public struct MeasuredTransmissions: Sendable {
  /// What messages call them.
  public var name: String
  /// In the order of the files; angles in radians.
  public var projections: [TransmissionProjection]
  /// Extents of a pixel at the sample, in metres.
  public var pixel: (height: Double, width: Double)
  /// In metres.
  public var wavelength: Double
  /// What was assumed or found when they were read.
  public var notes: [String] = []
  public var warnings: [String] = []

  public init(
    name: String, projections: [TransmissionProjection], pixel: (height: Double, width: Double), wavelength: Double
  ) {
    self.name = name
    self.projections = projections
    self.pixel = pixel
    self.wavelength = wavelength
  }
}
