/// Powder patterns of many frames on one axis, whole or in sectors of azimuth (a cake of each frame).
public struct PowderPatternSeries: Sendable, Hashable {
  /// What the positions are.
  public let axis: PatternAxis
  /// Centres of the bins, rising; radians, 1/m or metres after the axis.
  public let positions: [Double]
  /// Edges of the bins, one more than bins; `nil` where they are not known.
  public let edges: [Double]?
  /// Centres of the sectors of azimuth, rising, in radians; `nil` for patterns over the whole azimuth.
  public let azimuths: [Double]?
  /// Edges of the sectors, one more than sectors; `nil` where they are not known.
  public let azimuthEdges: [Double]?
  /// The number of frames.
  public let frameCount: Int
  /// Mean intensities, frames x bins or frames x sectors x bins in C order; NaN where no pixel contributes.
  public let intensities: [Double]
  /// Standard uncertainties, as many as intensities; `nil` where none are known.
  public let sigmas: [Double]?
  /// Covariances of each bin with the next, frames x (bins - 1); only for patterns over the whole azimuth.
  public let neighbourCovariances: [Double]?
  /// Effective number of pixels in each bin, bins or sectors x bins; the mean over frames where some lack pixels; `nil`
  /// where not known.
  public let pixelCounts: [Double]?
  /// Wavelength in metres; `nil` where it is not known.
  public let wavelength: Double?

  /// - Throws: ``PatternError`` when lengths do not fit, positions, edges or azimuths do not rise, a value is infinite,
  ///   or an uncertainty is negative.
  public init(
    axis: PatternAxis, positions: [Double], edges: [Double]? = nil, azimuths: [Double]? = nil,
    azimuthEdges: [Double]? = nil, frameCount: Int, intensities: [Double], sigmas: [Double]? = nil,
    neighbourCovariances: [Double]? = nil, pixelCounts: [Double]? = nil, wavelength: Double? = nil
  ) throws(PatternError) {
    try PatternCheck.positions(positions)
    if let edges { try Self.check(edges, "edges", of: positions.count) }
    if let azimuths { try PatternCheck.positions(azimuths) }
    if let azimuthEdges { try Self.check(azimuthEdges, "azimuth edges", of: azimuths?.count ?? 0) }
    try PatternCheck.wavelength(wavelength)
    let perFrame = positions.count * (azimuths?.count ?? 1)
    guard frameCount >= 0 else { throw .lengths(what: "frames", found: frameCount, expected: 0) }
    let (expected, isTooLarge) = perFrame.multipliedReportingOverflow(by: frameCount)
    guard !isTooLarge else {
      throw .lengths(what: "intensities", found: intensities.count, expected: .max)
    }
    try PatternCheck.values(intensities, "intensities", count: expected)
    if let sigmas { try PatternCheck.values(sigmas, "sigmas", count: expected, areUncertainties: true) }
    if let neighbourCovariances {
      let pairs = azimuths == nil ? frameCount * (positions.count - 1) : 0
      try PatternCheck.values(neighbourCovariances, "covariances", count: pairs)
    }
    if let pixelCounts {
      try PatternCheck.values(pixelCounts, "pixel counts", count: perFrame, areUncertainties: true)
    }
    self.axis = axis
    self.positions = positions
    self.edges = edges
    self.azimuths = azimuths
    self.azimuthEdges = azimuthEdges
    self.frameCount = frameCount
    self.intensities = intensities
    self.sigmas = sigmas
    self.neighbourCovariances = neighbourCovariances
    self.pixelCounts = pixelCounts
    self.wavelength = wavelength
  }

  private static func check(_ edges: [Double], _ what: String, of count: Int) throws(PatternError) {
    guard edges.count == count + 1 else { throw .lengths(what: what, found: edges.count, expected: count + 1) }
    try PatternCheck.positions(edges)
  }

  /// The number of bins along the axis.
  public var binCount: Int { positions.count }
  /// The number of sectors of azimuth; 1 for patterns over the whole azimuth.
  public var sectorCount: Int { azimuths?.count ?? 1 }

  /// The pattern of one frame, of one sector where there are several.
  ///
  /// - Precondition: the frame and the sector exist.
  /// - Throws: nothing for a series that could be made; the signature is that of a pattern's initializer.
  public func pattern(frame: Int, sector: Int = 0) throws(PatternError) -> PowderPattern {
    precondition(frame >= 0 && frame < frameCount && sector >= 0 && sector < sectorCount, "the series has the pattern")
    let start = (frame * sectorCount + sector) * binCount
    let range = start..<start + binCount
    let pairs = frame * (binCount - 1)..<(frame + 1) * (binCount - 1)
    return try PowderPattern(
      axis: axis, positions: positions, intensities: Array(intensities[range]), sigmas: sigmas.map { Array($0[range]) },
      neighbourCovariances: neighbourCovariances.map { Array($0[pairs]) }, wavelength: wavelength)
  }
}
