public import Tomography

/// What a user says about projections, because the file does not or is wrong about it.
///
/// What is given here wins over what the file states, and a note says so.
public struct ProjectionReadOptions: Sendable, Hashable {
  public enum AngleUnit: String, Sendable, Hashable, Codable, CaseIterable {
    case degrees = "deg"
    case radians = "rad"

    /// Radians in one unit.
    public var radians: Double { self == .degrees ? .pi / 180 : 1 }
  }

  /// What the numbers of the frames are.
  public var content: MeasuredProjections.Content?
  /// The angle of every projection, in ``angleUnit``.
  public var angles: [Double]?
  /// Where the angles are: a text with one a line, or `file.h5::/dataset`.
  public var anglesFile: String?
  /// The column of that text, counted from 1.
  public var angleColumn = 1
  /// The lines of that text that belong to projections, counted from 1; all of them where it is nil.
  public var angleLines: ClosedRange<Int>?
  /// The unit of the angles, whatever the file states.
  public var angleUnit: AngleUnit?
  /// Frames with the beam on and without sample: files, folders, `file.h5::/dataset`.
  public var flats: [String] = []
  /// Frames without beam, by the same ways.
  public var darks: [String] = []
  /// Extents of a pixel at the sample, in metres.
  public var pixelHeight: Double?
  /// See ``pixelHeight``.
  public var pixelWidth: Double?
  /// In metres.
  public var wavelength: Double?
  /// Where the axis of rotation lies, in pixels from the left edge.
  public var axisColumn: Double?
  /// Whether the first row of an MRC file is the top one, as programs write it that take MRC for a plain array; by the
  /// format it is the bottom one.
  public var mrcStartsAtTop = false

  public init() {}
}
