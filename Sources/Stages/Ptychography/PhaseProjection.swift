public import ArrayMath
public import Ptychography

/// One projection: the object behind a probe, its phase, and how good both are.
public struct PhaseProjection: Sendable, Hashable {
  /// Numbers and words.
  public var facts: Facts
  /// Nil where the projection failed.
  public var images: Images?

  public init(facts: Facts, images: Images?) {
    self.facts = facts
    self.images = images
  }

  /// What is told of a projection in numbers and words.
  public struct Facts: Sendable, Hashable, Codable {
    /// The name of the scan.
    public var name: String
    /// The angle of the projection, in radians; nil where it is not known.
    public var angle: Double?
    /// Why there is no image; nil where there is.
    public var failure: String?
    /// E of each pass.
    public var errors: [Double] = []
    /// How far the probe's centre of mass has moved, in pixels of the object.
    public var drift = 0.0
    /// Points about which the phase cannot be unwrapped, within the region that counts.
    public var residues = 0
    /// Half period at which the Fourier ring correlation of two halves falls below the half-bit threshold, in metres;
    /// nil where there are no halves.
    public var resolution: Double?
    /// Whether the halves agree down to the pixel, whose extent ``resolution`` then is.
    public var reachesPixel = false
    /// The same with the one-bit threshold.
    public var oneBitResolution: Double?
    /// What a watchdog saw: rollbacks, collapses.
    public var events: [String] = []
    /// What was assumed or found when the scan was read and prepared.
    public var notes: [String] = []
    public var warnings: [String] = []
    /// The phase that was removed: constant + row step × row + column step × column of the kept image, in radians.
    public var ramp = Ramp()
    /// Electrons of all matter in the field and the standard uncertainty of their number, where air was found.
    public var electrons: Double?
    public var electronsUncertainty: Double?
    /// Standard deviation of the phase in air, in radians, where air was found.
    public var airDeviation: Double?
    /// Where the first pixel of the images lies in the frame of the scan's positions, in metres.
    public var origin = ScanPosition(y: 0, x: 0)
    /// The extents of a pixel of the object, in metres.
    public var pixelHeight = 0.0
    public var pixelWidth = 0.0
    /// How the wave reached the detector.
    public var geometry = ScanGeometry(wavelength: 0, distance: 0, pixelHeight: 0, pixelWidth: 0)
    public var exposure: Double?
    /// Rows and columns of the patterns that were used.
    public var window: [Int] = []
    /// Where the beam's axis meets the detector: row and column.
    public var centre: [Double] = []
    /// Photons of the brightest pattern.
    public var photons = 0.0
    /// How the positions' axes lie, by their name.
    public var axes = ""
    /// Centres of the illumination as they were stated, in metres, in the frame of ``origin``.
    public var statedPositions: [ScanPosition] = []
    /// As they were used in the end.
    public var positions: [ScanPosition] = []
    /// How the corrected positions differ from the stated ones by an affine map; nil where none were corrected.
    public var affine: Affine?
    /// The Fourier ring correlation of the halves; nil where there are none.
    public var correlation: Correlation?

    public init(name: String, angle: Double? = nil) {
      self.name = name
      self.angle = angle
    }

    public var wavelength: Double { geometry.wavelength }
    /// The error of the last pass; NaN where there is none.
    public var error: Double { errors.last ?? .nan }
  }

  /// A constant and a ramp of the phase, in radians and radians a pixel.
  public struct Ramp: Sendable, Hashable, Codable {
    public var constant = 0.0
    public var row = 0.0
    public var column = 0.0

    public init() {}
  }

  /// The affine part of the correction of positions.
  public struct Affine: Sendable, Hashable, Codable {
    /// Scale along rows and columns, rotation and shear in radians.
    public var rowScale, columnScale, rotation, shear: Double
    /// Root mean square of the correction, in pixels.
    public var correction: Double
  }

  /// A Fourier ring correlation with its thresholds.
  public struct Correlation: Sendable, Hashable, Codable {
    /// Spatial frequency of each ring, in 1/m.
    public var frequencies: [Double]
    public var correlation: [Double]
    public var halfBit: [Double]
    public var oneBit: [Double]
  }

  /// The images, all of one shape except the probes.
  public struct Images: Sendable, Hashable {
    /// Transmission, constant and ramp of the phase removed.
    public var object: ComplexImage
    /// Phase in radians, unwrapped, NaN where the light was too weak; matter is negative.
    public var phase: ScalarImage
    /// The light that every pixel has received, over that of the brightest.
    public var illumination: ScalarImage
    /// Modes by falling power, |P|² summing to photons.
    public var probes: [ComplexImage]

    public init(object: ComplexImage, phase: ScalarImage, illumination: ScalarImage, probes: [ComplexImage]) {
      self.object = object
      self.phase = phase
      self.illumination = illumination
      self.probes = probes
    }
  }
}
