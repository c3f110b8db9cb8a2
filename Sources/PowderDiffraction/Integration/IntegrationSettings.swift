/// How frames are reduced to a pattern.
///
/// A pixel's signal is never multiplied: with s = raw − dark and the normalisation
/// n = flat × solid angle × polarisation × absorption, the intensity of a bin is `Σ c s / Σ c n`, c being the share of
/// the pixel in the bin.
public struct IntegrationSettings: Sendable {
  /// Number of bins.
  public var points: Int
  /// What the bins count.
  public var unit: RadialUnit
  /// From the lower edge of the first bin to the upper edge of the last, in the SI unit of ``unit``; `nil` takes what
  /// the pixels that are not masked cover. A pixel across an end belongs wholly to the range.
  public var range: ClosedRange<Double>?
  /// How a pixel is shared between bins.
  public var splitting: PixelSplitting
  /// Pixels to leave out, as the file stores them.
  public var mask: PixelMask?
  /// What is subtracted from each pixel, C order.
  public var dark: [Float]?
  /// The variance of the dark, added to the variance of each pixel, C order.
  public var darkVariance: [Float]?
  /// The relative sensitivity of each pixel, C order; pixels where it is not positive are left out.
  public var flat: [Float]?
  /// Whether the solid angle of a pixel, cos³ of the angle of incidence, is part of the normalisation.
  public var correctsSolidAngle: Bool
  /// The polarisation of the beam; `nil` corrects nothing.
  public var polarisation: BeamPolarisation?
  /// The absorption in the sensor; `nil` corrects nothing.
  public var sensor: SensorAbsorption?
  /// Which values of a frame mean that a pixel has none.
  public var invalid: InvalidPixels
  /// Where the uncertainty comes from.
  public var errorModel: ErrorModel
  /// The intensity of a bin without pixels, whose count is 0.
  public var emptyValue: Double
  /// Only pixels whose centres lie in one of these radial ranges are used; empty for all of them.
  public var bands: [ClosedRange<Double>]

  public init(
    points: Int, unit: RadialUnit = .twoTheta, range: ClosedRange<Double>? = nil, splitting: PixelSplitting = .box,
    mask: PixelMask? = nil, dark: [Float]? = nil, darkVariance: [Float]? = nil, flat: [Float]? = nil,
    correctsSolidAngle: Bool = true, polarisation: BeamPolarisation? = BeamPolarisation(),
    sensor: SensorAbsorption? = nil, invalid: InvalidPixels = InvalidPixels(), errorModel: ErrorModel = .none,
    emptyValue: Double = 0, bands: [ClosedRange<Double>] = []
  ) {
    self.points = points
    self.unit = unit
    self.range = range
    self.splitting = splitting
    self.mask = mask
    self.dark = dark
    self.darkVariance = darkVariance
    self.flat = flat
    self.correctsSolidAngle = correctsSolidAngle
    self.polarisation = polarisation
    self.sensor = sensor
    self.invalid = invalid
    self.errorModel = errorModel
    self.emptyValue = emptyValue
    self.bands = bands
  }
}

/// The linear polarisation of the beam.
///
/// A pixel at (2θ, χ) sees `P = ½ [1 + cos²2θ − f cos 2(χ + χ0) sin²2θ]` of what it would see unpolarised in the forward
/// direction.
public struct BeamPolarisation: Sendable, Hashable, Codable {
  /// f = (Ih − Iv)/(Ih + Iv), from −1 (vertical) to 1 (horizontal, along axis 2 of the detector).
  public var factor: Double
  /// χ0, from the main axis of the polarisation to axis 2, in radians.
  public var axisOffset: Double

  public init(factor: Double = 0.99, axisOffset: Double = 0) {
    self.factor = factor
    self.axisOffset = axisOffset
  }
}

/// The share of a beam that the sensor absorbs, relative to normal incidence.
///
/// With the angle of incidence α, `A = (1 − exp(−μ t / cos α)) / (1 − exp(−μ t))`.
public struct SensorAbsorption: Sendable, Hashable, Codable {
  /// μ, the linear attenuation coefficient, in 1/m.
  public var attenuation: Double
  /// t, the thickness of the sensor, in metres.
  public var thickness: Double

  public init(attenuation: Double, thickness: Double) {
    self.attenuation = attenuation
    self.thickness = thickness
  }
}

/// Where the variance V of a pixel comes from.
public enum ErrorModel: Sendable, Hashable {
  /// No uncertainty.
  case none
  /// Counted quanta: V = max(raw, floor) + variance of the dark. A floor of 1 is pyFAI's, and overstates the uncertainty
  /// of weak patterns; 0 is unbiased.
  case poisson(floor: Int = 0)
  /// A variance is given with each frame, and that of the dark is added.
  case variance
  /// The spread of the pixels about the mean of their bin, V = (s − n I)². Includes what texture and spots cause.
  case azimuthal
}
