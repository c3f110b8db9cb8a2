public import ArrayMath

extension ScanPreparation {
  /// What is known of a scan beyond its file, and what is to be found.
  public struct Settings: Sendable, Hashable, Codable {
    /// How the file's translations map onto the object.
    public var axes = AxisConvention.asWritten
    /// Where the beam's axis meets the detector; `nil` takes the file's and, without one, the one found.
    public var centre: PixelPosition?
    /// The extent of the patterns; `nil` for the largest square round the centre.
    public var window: FrameShape?
    /// The seams of the detector.
    public var chips: ChipGrid?
    /// The count from which a pixel is saturated; `nil` looks for a full counter.
    public var saturation: UInt32?
    /// Counts for 1 in the file: floating-point frames may be normalised.
    public var countScale = 1.0
    /// Whether pixels that never count among pixels that do are masked.
    public var findsDeadPixels = true
    /// Whether pixels far brighter than their neighbours are masked.
    public var findsHotPixels = true
    /// Whether rows and columns that repeat their neighbours are masked.
    public var findsRepeatedLines = true
    /// Pixels round the windows in the object, room for positions to be corrected into.
    public var margin = 4
    /// The largest object, in pixels.
    public var largestObject = 100_000_000
    /// The diameter of the probe, in metres, where it is known: the overlap is checked with it.
    public var probeDiameter: Double?

    public init() {}
  }
}
