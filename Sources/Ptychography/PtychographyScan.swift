public import ArrayMath

/// One scan as a file holds it: the patterns of one projection, where the beam was for each, and the geometry.
public struct PtychographyScan: Sendable {
  /// The name of the scan.
  public var name: String
  /// The geometry; members that the file lacks must be given by whoever reads it.
  public var geometry: ScanGeometry
  /// The patterns as recorded: counts, not centred, not cropped.
  public var frames: any FrameSource
  /// Where the beam met the sample, one a frame, by the file's own axes.
  public var positions: [ScanPosition]
  /// Pixels not to be used (`true`), in the order of a frame; `nil` where the file has no mask.
  public var mask: Image<Bool>?
  /// Where the file says the beam's axis meets the detector: row and column, pixel centres at whole numbers.
  public var centre: (row: Double, column: Double)?
  /// The probe that the file holds, modes by falling power, centred in its array.
  public var probe: [ComplexImage]
  /// The extent of the probe's pixels, in metres, where the file states it.
  public var probePixel: (height: Double, width: Double)?
  /// The angle of the projection, in radians, where the file states it.
  public var angle: Double?
  /// The exposure of a frame, in seconds.
  public var exposure: Double?
  /// What was read from where, and what was assumed, one sentence each: which field gave the photon energy, for example.
  public var notes: [String]
  /// Whether the zero frequency of the patterns is at the array's corner instead of its centre.
  public var isCornerCentred: Bool

  public init(
    name: String, geometry: ScanGeometry, frames: any FrameSource, positions: [ScanPosition],
    mask: Image<Bool>? = nil, centre: (row: Double, column: Double)? = nil, probe: [ComplexImage] = [],
    probePixel: (height: Double, width: Double)? = nil, angle: Double? = nil, exposure: Double? = nil,
    notes: [String] = [], isCornerCentred: Bool = false
  ) {
    self.name = name
    self.geometry = geometry
    self.frames = frames
    self.positions = positions
    self.mask = mask
    self.centre = centre
    self.probe = probe
    self.probePixel = probePixel
    self.angle = angle
    self.exposure = exposure
    self.notes = notes
    self.isCornerCentred = isCornerCentred
  }
}
