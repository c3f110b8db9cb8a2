/// What is known of the detector before a calibration.
public enum CalibrationStart: Sendable, Hashable {
  /// Nothing: centre and distance come from the rings alone.
  case unknown
  /// The distance, in metres, to within a relative tolerance (0.2 for 20 %).
  case distance(Double, tolerance: Double = 0.2)
  /// Where the plate stands, roughly: each ring within 0.4 of its distance to the next one, or within `reach` of a
  /// search about it.
  case geometry(PoniGeometry)
}

/// How a calibration is made.
public struct CalibrationOptions: Sendable, Hashable {
  /// What is known of the detector.
  public var start = CalibrationStart.unknown
  /// What is determined; the rest stays as in the start.
  public var free = CalibrationParameter.plate
  /// Degree of linear polarisation along axis 2 of the detector, (Ih − Iv) / (Ih + Iv), that the detector's counts carry;
  /// `nil` where they carry none. It shifts ring points by less than 0.01 mdeg at widths of 0.03 degrees.
  public var polarisation: Double?
  /// Whether the counts fall with the solid angle of the pixels and with the length of the cone over which the power of a
  /// line is spread, 1 / sin 2θ, as raw counts do. Without it a line of variance σ² in 2θ seems to lie too low by
  /// σ² / tan 2θ: 0.02 mdeg at 10 degrees for a width of 0.03 degrees.
  public var solidAngle = true
  /// How the image lies on the detector; `nil` to let the data tell as far as they can, see ``ImageTransformVerdict``.
  public var transform: ImageTransform?
  /// Rotation about the beam, in radians, which rings do not show; kept in the result.
  public var rotation3 = 0.0
  /// Threads for what runs in parallel; the result does not depend on it.
  public var threads = 1

  public init(start: CalibrationStart = .unknown) { self.start = start }
}
