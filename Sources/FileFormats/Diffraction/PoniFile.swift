public import ArrayMath
public import PowderDiffraction

/// A detector calibration as PONI files hold it, the format of pyFAI.
///
/// Versions 1 (pixel sizes as keys), 2 (a JSON description of the detector), 2.1 (with its orientation) and 3 (with a
/// parallax switch) are read; 1, 2 and 2.1 are written. Keys may come in any order and case, the last one of a name
/// counts, so of several records in one file the last wins; `#` begins a comment. Lengths are metres and angles
/// radians, in the file as here.
public struct PoniFile: Sendable, Hashable {
  /// The versions of the format.
  public enum Version: String, Sendable, Hashable, CaseIterable {
    case version1 = "1"
    case version2 = "2"
    case version2Point1 = "2.1"
    case version3 = "3"
  }

  /// The version that the file claims, or that its keys imply where that is later.
  public var version: Version
  /// Where the plate stands.
  public var poni: PoniGeometry
  /// The name of the detector as the file gives it; "Detector" for one without a name.
  public var detectorName: String
  /// Extent of a pixel along axis 1, in metres.
  public var pixelHeight: Double
  /// Extent of a pixel along axis 2, in metres.
  public var pixelWidth: Double
  /// Rows and columns; `nil` where neither the file nor the name of the detector tells, as in version 1 without a name.
  public var shape: FrameShape?
  /// The corner of the first stored pixel; ``DetectorOrientation/bottomRight`` before version 2.1.
  public var orientation: DetectorOrientation
  /// Wavelength in metres; `nil` where the file does not state it.
  public var wavelength: Double?
  /// Whether positions are to be corrected for the depth at which photons are absorbed (version 3).
  public var correctsParallax: Bool
  /// The comment lines without their `#`.
  public var comments: [String]

  /// A file for a calibrated detector.
  ///
  /// What PONI cannot state is lost: write ``DetectorTransformFile`` beside it for a transposed image.
  public init(_ geometry: DetectorGeometry, comments: [String] = []) {
    version = .version2Point1
    poni = geometry.poni
    detectorName = "Detector"
    pixelHeight = geometry.grid.pixelHeight
    pixelWidth = geometry.grid.pixelWidth
    shape = geometry.grid.shape
    orientation = geometry.grid.orientation
    wavelength = geometry.wavelength
    correctsParallax = false
    self.comments = comments
  }

  init(
    version: Version, poni: PoniGeometry, detector: PoniDetector, wavelength: Double?, correctsParallax: Bool,
    comments: [String]
  ) {
    self.version = version
    self.poni = poni
    detectorName = detector.name
    pixelHeight = detector.pixelHeight
    pixelWidth = detector.pixelWidth
    shape = detector.shape
    orientation = detector.orientation
    self.wavelength = wavelength
    self.correctsParallax = correctsParallax
    self.comments = comments
  }

  /// The calibrated detector.
  ///
  /// - Parameters:
  ///   - frame: the extent of the stored frames, needed where the file has no shape; `nil` where it is not known.
  ///   - isTransposed: whether the frames are to be transposed before the orientation applies, as
  ///     ``DetectorTransformFile`` states it.
  /// - Throws: ``FormatError`` when no shape is known, or the frames have another than the file.
  public func geometry(frame: FrameShape? = nil, isTransposed: Bool = false) throws -> DetectorGeometry {
    let seen = frame.map { isTransposed ? FrameShape(rows: $0.columns, columns: $0.rows) : $0 }
    guard let shape = shape ?? seen else {
      throw FormatError(
        "PONI", "the file states neither the shape of the frames nor a detector that has one; give the frames with it")
    }
    guard seen == nil || seen == shape else {
      let found = "\(seen?.rows ?? 0) x \(seen?.columns ?? 0)"
      throw FormatError(
        "PONI", "the calibration is for frames of \(shape.rows) x \(shape.columns) pixels, these have \(found)")
    }
    let grid = DetectorGrid(
      shape: shape, pixelHeight: pixelHeight, pixelWidth: pixelWidth, orientation: orientation)
    return DetectorGeometry(poni: poni, grid: grid, wavelength: wavelength, isTransposed: isTransposed)
  }
}
