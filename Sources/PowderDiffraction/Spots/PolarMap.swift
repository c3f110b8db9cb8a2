/// A frame against azimuth and scattering angle: what spots are looked for in.
///
/// Arrays are (azimuth, 2θ) in C order. Intensities are means over the pixels of a bin; a bin without pixels is NaN.
public struct PolarMap: Sendable, Hashable {
  /// Centres of the bins of 2θ, rising in equal steps, in radians.
  public let twoTheta: [Double]
  /// Centres of the sectors χ, rising in equal steps, in radians.
  public let azimuths: [Double]
  /// Mean intensities.
  public let intensities: [Double]
  /// Standard uncertainties of the intensities from counting; `nil` where none are known.
  public let sigmas: [Double]?
  /// Number of pixels in each bin; zero where all are masked. `nil` takes one for every bin with a value.
  public let pixelCounts: [Double]?
  /// Mean intensity from which a bin holds saturated pixels; `nil` when none can.
  public let saturation: Double?

  /// - Throws: ``SpotError`` for lengths that do not fit, axes that do not rise in equal steps, infinite intensities,
  ///   and uncertainties or pixel counts that are negative.
  public init(
    twoTheta: [Double], azimuths: [Double], intensities: [Double], sigmas: [Double]? = nil,
    pixelCounts: [Double]? = nil, saturation: Double? = nil
  ) throws(SpotError) {
    for (what, axis) in [("2θ", twoTheta), ("azimuth", azimuths)] {
      guard axis.count >= 3 else { throw .tooFew(what: "bins of \(what)", found: axis.count, needed: 3) }
      let step = (axis[axis.count - 1] - axis[0]) / Double(axis.count - 1)
      for index in axis.indices {
        guard axis[index].isFinite else { throw .notFinite(what: what, index: index) }
        guard step > 0, abs(axis[index] - axis[0] - step * Double(index)) < 1e-3 * step else {
          throw .notEven(what: what, index: index)
        }
      }
    }
    let count = twoTheta.count * azimuths.count
    for (what, values) in [("intensities", intensities), ("sigmas", sigmas), ("pixel counts", pixelCounts)] {
      guard let values else { continue }
      guard values.count == count else { throw .lengths(what: what, found: values.count, expected: count) }
      for index in values.indices where values[index].isInfinite || (what != "intensities" && values[index] < 0) {
        throw .outOfRange(what: what, value: values[index], expected: "a finite number")
      }
    }
    self.twoTheta = twoTheta
    self.azimuths = azimuths
    self.intensities = intensities
    self.sigmas = sigmas
    self.pixelCounts = pixelCounts
    self.saturation = saturation
  }

  /// The map of one frame of a series of cakes.
  ///
  /// - Parameters:
  ///   - series: against 2θ, with sectors of azimuth.
  ///   - frame: which one.
  ///   - saturation: mean intensity from which a bin holds saturated pixels.
  /// - Throws: ``SpotError``.
  public init(_ series: PowderPatternSeries, frame: Int, saturation: Double? = nil) throws(SpotError) {
    guard let azimuths = series.azimuths else { throw .noAzimuths }
    guard series.axis == .twoTheta else { throw .notTwoTheta(series.axis) }
    try SpotError.require(frame >= 0 && frame < series.frameCount, "frame", Double(frame), "a frame of the series")
    let size = azimuths.count * series.binCount
    let range = frame * size..<(frame + 1) * size
    try self.init(
      twoTheta: series.positions, azimuths: azimuths, intensities: Array(series.intensities[range]),
      sigmas: series.sigmas.map { Array($0[range]) }, pixelCounts: series.pixelCounts, saturation: saturation)
  }

  /// The number of bins of 2θ.
  public var binCount: Int { twoTheta.count }
  /// The number of sectors.
  public var sectorCount: Int { azimuths.count }
  /// Width of a bin of 2θ, in radians.
  public var binWidth: Double { (twoTheta[binCount - 1] - twoTheta[0]) / Double(binCount - 1) }
  /// Width of a sector, in radians.
  public var sectorWidth: Double { (azimuths[sectorCount - 1] - azimuths[0]) / Double(sectorCount - 1) }
  /// Whether the last sector borders on the first.
  public var isFullCircle: Bool { abs(Double(sectorCount) * sectorWidth - 2 * .pi) < 0.5 * sectorWidth }

  /// Pixels of a bin; zero where there is no value.
  func pixels(_ bin: Int) -> Double {
    guard !intensities[bin].isNaN else { return 0 }
    return pixelCounts?[bin] ?? 1
  }

  /// The sector next to one, across the ends of a full circle; `nil` beyond the ends of an open range.
  func sector(_ sector: Int) -> Int? {
    if sector >= 0 && sector < sectorCount { return sector }
    guard isFullCircle else { return nil }
    return (sector % sectorCount + sectorCount) % sectorCount
  }
}

/// A band about a ring in which spots are looked for.
public struct RingBand: Sendable, Hashable {
  /// What the ring is called, for example "003".
  public var label: String
  /// In radians of 2θ.
  public var range: ClosedRange<Double>

  public init(_ label: String, range: ClosedRange<Double>) {
    self.label = label
    self.range = range
  }

  /// A band about a ring, usually ± two widths.
  ///
  /// - Parameters:
  ///   - twoTheta: of the ring, in radians.
  ///   - halfWidth: in radians.
  public init(_ label: String, about twoTheta: Double, halfWidth: Double) {
    self.init(label, range: twoTheta - abs(halfWidth)...twoTheta + abs(halfWidth))
  }
}
