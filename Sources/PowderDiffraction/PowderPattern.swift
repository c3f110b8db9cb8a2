/// A powder pattern: intensity against scattering angle, scattering vector or lattice spacing.
public struct PowderPattern: Sendable, Hashable {
  /// What the positions are.
  public let axis: PatternAxis
  /// Centres of the bins, rising; radians, 1/m or metres after the axis.
  public let positions: [Double]
  /// Mean intensity of each bin, in the units of the detector; NaN where no pixel contributes.
  public let intensities: [Double]
  /// Standard uncertainty of each intensity; `nil` where none is known, NaN in bins without pixels.
  public let sigmas: [Double]?
  /// Covariance of bin i with bin i + 1, one less than bins: pixels that are shared between bins correlate them.
  public let neighbourCovariances: [Double]?
  /// Wavelength in metres; `nil` where it is not known.
  public let wavelength: Double?

  /// - Throws: ``PatternError`` when the lengths differ, a position is not finite or does not rise, a value is
  ///   infinite, an uncertainty is negative, or the wavelength is not positive.
  public init(
    axis: PatternAxis, positions: [Double], intensities: [Double], sigmas: [Double]? = nil,
    neighbourCovariances: [Double]? = nil, wavelength: Double? = nil
  ) throws(PatternError) {
    try PatternCheck.positions(positions)
    try PatternCheck.wavelength(wavelength)
    try PatternCheck.values(intensities, "intensities", count: positions.count)
    if let sigmas { try PatternCheck.values(sigmas, "sigmas", count: positions.count, areUncertainties: true) }
    if let neighbourCovariances {
      try PatternCheck.values(neighbourCovariances, "covariances", count: positions.count - 1)
    }
    self.axis = axis
    self.positions = positions
    self.intensities = intensities
    self.sigmas = sigmas
    self.neighbourCovariances = neighbourCovariances
    self.wavelength = wavelength
  }

  /// The number of bins.
  public var count: Int { positions.count }

  /// The pattern against another axis. Intensities are means, so they keep their values.
  ///
  /// - Throws: ``PatternError`` when the wavelength is needed and not known, or a position has no counterpart.
  public func converted(to axis: PatternAxis) throws(PatternError) -> PowderPattern {
    let converted = try PatternCheck.convert(positions, from: self.axis, to: axis, wavelength: wavelength)
    guard self.axis.isReversed(on: axis) else {
      return try PowderPattern(
        axis: axis, positions: converted, intensities: intensities, sigmas: sigmas,
        neighbourCovariances: neighbourCovariances, wavelength: wavelength)
    }
    return try PowderPattern(
      axis: axis, positions: converted.reversed(), intensities: intensities.reversed(), sigmas: sigmas?.reversed(),
      neighbourCovariances: neighbourCovariances?.reversed(), wavelength: wavelength)
  }
}

/// What patterns and series of them have to satisfy.
enum PatternCheck {
  static func positions(_ positions: [Double]) throws(PatternError) {
    guard !positions.isEmpty else { throw .isEmpty }
    for index in positions.indices {
      guard positions[index].isFinite, index == 0 || positions[index] > positions[index - 1] else {
        throw .position(index: index, value: positions[index])
      }
    }
  }

  /// NaN stands for a bin without pixels and passes.
  static func values(
    _ values: [Double], _ what: String, count: Int, areUncertainties: Bool = false
  ) throws(PatternError) {
    guard values.count == count else { throw .lengths(what: what, found: values.count, expected: count) }
    for index in values.indices where values[index].isInfinite || (areUncertainties && values[index] < 0) {
      throw .value(what: what, index: index, value: values[index])
    }
  }

  static func wavelength(_ wavelength: Double?) throws(PatternError) {
    if let wavelength, !(wavelength > 0 && wavelength.isFinite) { throw .wavelength(wavelength) }
  }

  static func convert(
    _ positions: [Double], from axis: PatternAxis, to other: PatternAxis, wavelength: Double?
  ) throws(PatternError) -> [Double] {
    if (axis == .twoTheta) != (other == .twoTheta), wavelength == nil { throw .needsWavelength }
    var result: [Double] = []
    result.reserveCapacity(positions.count)
    for (index, position) in positions.enumerated() {
      guard let converted = axis.convert(position, to: other, wavelength: wavelength) else {
        throw .noCounterpart(index: index, value: position)
      }
      result.append(converted)
    }
    return result
  }
}
