extension PowderPatternSeries {
  /// The series against another axis. Intensities are means, so they keep their values.
  ///
  /// - Throws: ``PatternError`` when the wavelength is needed and not known, or a position has no counterpart.
  public func converted(to axis: PatternAxis) throws(PatternError) -> PowderPatternSeries {
    let isReversed = self.axis.isReversed(on: axis)
    func positions(_ values: [Double]) throws(PatternError) -> [Double] {
      let converted = try PatternCheck.convert(values, from: self.axis, to: axis, wavelength: wavelength)
      return isReversed ? converted.reversed() : converted
    }
    func rows(_ values: [Double], of length: Int) -> [Double] {
      guard isReversed, length > 0 else { return values }
      return stride(from: 0, to: values.count, by: length).flatMap { values[$0..<$0 + length].reversed() }
    }
    var edges: [Double]?
    if let own = self.edges { edges = try positions(own) }
    return try PowderPatternSeries(
      axis: axis, positions: try positions(self.positions), edges: edges, azimuths: azimuths,
      azimuthEdges: azimuthEdges, frameCount: frameCount, intensities: rows(intensities, of: binCount),
      sigmas: sigmas.map { rows($0, of: binCount) },
      neighbourCovariances: neighbourCovariances.map { rows($0, of: binCount - 1) },
      pixelCounts: pixelCounts.map { rows($0, of: binCount) }, wavelength: wavelength)
  }
}
