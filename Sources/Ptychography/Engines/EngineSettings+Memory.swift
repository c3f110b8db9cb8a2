public import ArrayMath

extension EngineSettings {
  /// What an engine and its reconstruction hold at once, in bytes.
  ///
  /// The counts are not included (2 or 4 bytes for each pixel of each pattern), nor is what a transform sets aside.
  ///
  /// - Parameters:
  ///   - window: the extent of the patterns.
  ///   - count: the number of patterns.
  ///   - objectShape: the extent of the object.
  ///   - modes: of the probe.
  public func memory(window: FrameShape, count: Int, objectShape: FrameShape, modes: Int = 1) -> Int {
    let complex = 8
    let probe = window.count * modes
    let state = complex * (objectShape.count + probe)
    let working =
      complex * objectShape.count + WorkingProbe.memory(window: window, modes: modes, settings: self)
      + DetectorWaves.memory(window: window, modes: modes)
    let background = backgroundStart == nil ? 0 : BackgroundFit.memory(window: window) + 4 * window.count
    switch algorithm {
    case .ePIE, .rPIE: return state + working + background
    case .mPIE: return state + working + background + 3 * complex * (objectShape.count + probe)
    case .differenceMap, .raar:
      return state + working + complex * probe * count
        + OverlapUpdate.memory(window: window, modes: modes, objectShape: objectShape)
    case .maximumLikelihood:
      let batch = complex * probe * patternsOfBatch(count: count)
      let moved = interpolation == .fourier ? complex * probe : 0
      return state + working + background + batch + moved + 16 * objectShape.count + complex * probe
        + 4 * window.count
    }
  }
}
