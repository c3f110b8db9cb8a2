public import Ptychography

/// What a user says about a scan, because the file does not or is wrong about it; everything in SI units.
///
/// What is given here wins over what the file states, and a note says so.
public struct PtychographyReadOptions: Sendable, Hashable {
  /// The energy of the photons, in joules.
  public var photonEnergy: Double?
  /// From the sample to the detector, in metres.
  public var distance: Double?
  /// Height of a detector pixel, in metres.
  public var pixelHeight: Double?
  /// Width of a detector pixel, in metres.
  public var pixelWidth: Double?
  /// No file states it: the far field where it is not given.
  public var propagation: Propagation?
  /// From the focus to the sample, in metres, for the near field.
  public var focusDistance: Double?
  /// The detector, in files with several.
  public var detector: String?
  /// The unit of positions that are written without one, in metres.
  public var positionUnit: Double?
  /// The names of the datasets of the positions, in files with other motors than the usual.
  public var positionNames: (y: String, x: String)? {
    get { positionNameY.flatMap { y in positionNameX.map { (y, $0) } } }
    set { (positionNameY, positionNameX) = (newValue?.y, newValue?.x) }
  }
  private var positionNameY: String?
  private var positionNameX: String?
  /// A file of the mask, `file.h5::/dataset` for one of HDF5.
  public var mask: String?
  /// Whether pixels of the mask that are not zero are the good ones; by the formats they are the bad ones.
  public var maskMarksGood = false
  /// The patterns, `file.h5::/dataset` for a dataset, that go with a product of Ptychodus.
  public var patterns: [String] = []
  /// Row and column of the beam's axis, pixel centres at whole numbers.
  public var centreRow: Double?
  /// See ``centreRow``.
  public var centreColumn: Double?

  public init() {}
}
