import Crystallography

extension PeakModel {
  /// Fits the model to one pattern.
  ///
  /// - Parameters:
  ///   - pattern: on any axis; with its uncertainties where it has them.
  ///   - settings: how to fit and to judge.
  ///   - start: an earlier fit of this model to begin with; `nil` searches for the lines.
  /// - Throws: ``PeakFitError`` when model and pattern do not fit together. A pattern that shows nothing is no error: the
  ///   status of the lines says so.
  public func fit(
    _ pattern: PowderPattern, settings: PeakFitSettings = PeakFitSettings(), start: PeakFit? = nil
  ) throws(PeakFitError) -> PeakFit {
    let converted: PowderPattern
    do { converted = try pattern.converted(to: .twoTheta) } catch { throw .pattern(error) }
    var fitter = try PeakFitter(
      self, settings, edges: Self.edges(converted.positions), hasSigmas: converted.sigmas != nil,
      wavelength: converted.wavelength)
    fitter.data.load(
      fitter.layout, intensities: converted.intensities, sigmas: converted.sigmas,
      covariances: converted.neighbourCovariances, first: 0, firstPair: 0)
    return fitter.fit(from: start.flatMap { fitter.warmStart($0) })
  }

  /// Edges half-way between centres; the outer bins are as wide as their neighbours.
  ///
  /// - Parameter positions: centres of the bins, rising.
  /// - Returns: one more than centres.
  public static func edges(_ positions: [Double]) -> [Double] {
    guard positions.count > 1 else { return positions.map { $0 - 1e-6 } + positions.map { $0 + 1e-6 } }
    let inner = zip(positions, positions.dropFirst()).map { ($0 + $1) / 2 }
    let last = positions.count - 1
    return [2 * positions[0] - inner[0]] + inner + [2 * positions[last] - inner[last - 1]]
  }
}

extension PeakFitter {
  /// The parameters of an earlier fit of the same model; `nil` where it says nothing.
  func warmStart(_ fit: PeakFit) -> [Double]? {
    guard fit.parameterNames == layout.names, fit.parameters.allSatisfy(\.isFinite) else { return nil }
    return zip(fit.parameters, layout.names).map { value, name in
      guard case .edge(let phase, let axis) = name else { return value }
      let cell = model.phases[phase].cell
      return value / (axis == 0 ? cell.a : axis == 1 ? cell.b : cell.c)
    }
  }
}
