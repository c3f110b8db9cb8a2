/// What a file of frames states about them, in SI units; what it does not state is `nil`.
public struct FrameMetadata: Sendable, Hashable {
  /// The name of the detector.
  public var detectorName: String?
  /// When each exposure began, in seconds since 1970-01-01; of clocks without a time zone, as if they showed UTC.
  public var timestamps: [Double]?
  /// Exposure time of one frame, in seconds.
  public var exposureTime: Double?
  /// Wavelength of the beam, in metres.
  public var wavelength: Double?
  /// Extent of a pixel along the rows' axis, in metres.
  public var pixelHeight: Double?
  /// Extent of a pixel along the columns' axis, in metres.
  public var pixelWidth: Double?
  /// Distance from the sample to the detector, in metres.
  public var distance: Double?
  /// Where the beam meets the detector, in pixels: the row, the centre of the first being 0.5.
  public var beamCentreRow: Double?
  /// Where the beam meets the detector, in pixels: the column, the centre of the first being 0.5.
  public var beamCentreColumn: Double?
  /// The orientation tag of TIFF, 1...8; the pixels are in the order of the file all the same.
  public var tiffOrientation: Int?
  /// The highest value that is a count; what lies above is saturated.
  public var countCutoff: Double?
  /// Values that stand for a pixel without a count: gaps between modules, dead pixels.
  public var sentinels: [PixelSentinel] = []
  /// The lengths of the scan's axes, slowest first, when frames lie on a grid of more than one axis.
  public var scanShape: [Int]?

  public init() {}

  /// The energy of a photon, in joules.
  public var photonEnergy: Double? { wavelength.map { FrameMetadata.planckTimesLight / $0 } }

  /// The product of Planck's constant and the speed of light, in J m; exact in the SI of 2019.
  static let planckTimesLight = 6.626_070_15e-34 * 299_792_458
  /// One electronvolt in joules.
  static let electronvolt = 1.602_176_634e-19

  /// The wavelength of photons of an energy in joules.
  static func wavelength(energy: Double) -> Double? { energy > 0 ? planckTimesLight / energy : nil }
}

/// A pixel value that is no count.
public enum PixelSentinel: Sendable, Hashable {
  /// Exactly this value.
  case value(Double)
  /// Every value below zero.
  case negative
  /// Not a number.
  case notANumber
}
