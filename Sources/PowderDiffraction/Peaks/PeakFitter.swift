import Foundation

/// Fits one model to many patterns on one axis, one after the other.
///
/// Working memory is kept from pattern to pattern. Levenberg and Marquardt's method (J. SIAM 11, 431 (1963)) with
/// analytic derivatives and projection on the bounds; the weights follow the model in an outer loop, which for counts is
/// Fisher's scoring and ends at the maximum of Poisson's likelihood.
struct PeakFitter {
  let layout: PeakLayout
  let model: PeakModel
  let settings: PeakFitSettings
  var data: PeakData
  var equations: PeakEquations
  var trial: PeakEquations
  var system: PeakSystem
  /// The parameters as they stand.
  var p: [Double]
  var isFixed: [Bool]
  /// Lines that were not found.
  var isSilent: [Bool]
  /// Where the lines that were not found are kept.
  var silentAngles: [Double?]
  /// Lines too weak to tell their width.
  var isWidthHeld: [Bool]
  /// Lines in windows without data.
  var isEmptyLine: [Bool]
  var steps = 0
  /// Whether the weights stay as they are, so that the χ² of different models can be compared.
  var hasFixedWeights = false

  /// - Parameters:
  ///   - edges: of all bins, in radians of 2θ.
  ///   - hasSigmas: whether the patterns state their uncertainties.
  ///   - wavelength: of the patterns, in metres.
  init(
    _ model: PeakModel, _ settings: PeakFitSettings, edges: [Double], hasSigmas: Bool, wavelength: Double?
  ) throws(PeakFitError) {
    let noise = settings.noise ?? (hasSigmas ? .given : .counts)
    if noise == .given, !hasSigmas { throw .needsSigmas }
    layout = try PeakLayout(model, settings, edges: edges, wavelength: wavelength)
    self.model = model
    self.settings = settings
    data = PeakData(layout: layout, noise: noise)
    equations = PeakEquations(layout: layout)
    trial = equations
    system = PeakSystem(order: layout.parameterCount)
    p = layout.start
    isFixed = [Bool](repeating: false, count: layout.parameterCount)
    isSilent = [Bool](repeating: false, count: layout.lines.count)
    isEmptyLine = isSilent
    silentAngles = [Double?](repeating: nil, count: layout.lines.count)
    isWidthHeld = isSilent
  }

  /// Makes ready for the pattern that was loaded: windows without data take no part.
  private mutating func open() {
    steps = 0
    for index in isFixed.indices { isFixed[index] = false }
    for index in isSilent.indices {
      (isSilent[index], isEmptyLine[index], isWidthHeld[index]) = (false, false, false)
    }
    for window in layout.windows {
      let valid = data.validCount(window)
      guard valid < window.terms + 3 * window.lines.count + 1 else { continue }
      for place in window.offset..<window.offset + window.bins.count { data.isValid[place] = false }
      for term in 0..<window.terms { isFixed[window.background + term] = true }
      for line in window.lines { (isSilent[line], isEmptyLine[line]) = (true, true) }
    }
    keepSilentLines()
    fixUnused()
  }

  /// Keeps the lines that were not found where the parameters put them now.
  mutating func keepSilentLines() {
    for index in layout.lines.indices {
      silentAngles[index] =
        isSilent[index]
        ? layout.lines[index].state(
          p, wavelength: layout.wavelength, displacement: layout.displacement, shift: layout.shift, silentAt: nil,
          isWidthHeld: true
        ).twoTheta : nil
    }
  }

  /// Fixes parameters that only silent lines depend on.
  mutating func fixUnused() {
    var used = [Bool](repeating: false, count: layout.parameterCount)
    for window in layout.windows where data.validCount(window) > 0 {
      for term in 0..<window.terms { used[window.background + term] = true }
    }
    for (index, line) in layout.lines.enumerated() {
      if !isEmptyLine[index] { used[line.intensity] = true }
      guard !isSilent[index] else { continue }
      switch line.position {
      case .own(let place): used[place] = true
      case .cell(let edges): for axis in 0..<3 { if let place = edges[axis] { used[place] = true } }
      case .fixed: break
      }
      if let displacement = layout.displacement, !isOwn(line) { used[displacement] = true }
      guard !isWidthHeld[index] else { continue }
      switch line.width {
      case .fixed: break
      case .own(let fwhm, let mixing, _):
        used[fwhm] = true
        if let mixing { used[mixing] = true }
      case .instrument(_, _, let excess, _): if let excess { used[excess] = true }
      }
    }
    for restraint in layout.restraints { used[restraint.parameter] = true }
    for index in used.indices where !used[index] { isFixed[index] = true }
  }

  func isOwn(_ line: PeakLine) -> Bool { if case .own = line.position { true } else { false } }

  /// Fits the pattern that was loaded.
  ///
  /// - Parameter warm: parameters to begin with; `nil` searches for the lines first.
  mutating func fit(from warm: [Double]?) -> PeakFit {
    open()
    guard !isEmptyLine.allSatisfy({ $0 }) else { return emptyFit() }
    weighByData()
    if let warm {
      p = warm
      for index in p.indices { p[index] = min(max(p[index], layout.lower[index]), layout.upper[index]) }
      solveLinear()
    } else {
      p = layout.start
      search()
    }
    holdWidths()
    var converged = refine()
    if releaseWidths() { converged = refine() }
    if silenceWeakLines() { converged = refine() }
    return result(converged: converged)
  }

  /// Descends from given parameters with everything free and the weights as they are.
  ///
  /// - Returns: χ².
  mutating func descendFreely(from start: [Double]) -> Double {
    open()
    p = start
    for index in p.indices { p[index] = min(max(p[index], layout.lower[index]), layout.upper[index]) }
    solveLinear()
    hasFixedWeights = true
    _ = refine()
    hasFixedWeights = false
    equations.evaluate(layout, data, p, silent: silentAngles, held: isWidthHeld)
    return equations.chiSquare
  }

  /// First weights: the pattern itself, averaged over nine bins so that single counts do not matter.
  private mutating func weighByData() {
    for index in data.scatter.indices { data.scatter[index] = 1 }
    for window in layout.windows {
      let range = window.offset..<window.offset + window.bins.count
      for i in range {
        var (sum, count) = (0.0, 0.0)
        for j in max(range.lowerBound, i - 4)...min(range.upperBound - 1, i + 4) where data.isValid[j] {
          sum += data.values[j]
          count += 1
        }
        equations.model[i] = count > 0 ? sum / count : 0
      }
    }
    data.weigh(layout, model: equations.model)
  }

  /// Sets background and intensities to their best for the positions and widths as they stand.
  ///
  /// - Returns: χ².
  @discardableResult
  mutating func solveLinear() -> Double {
    equations.evaluate(layout, data, p, silent: silentAngles, held: isWidthHeld)
    let fixed = layout.isLinear.indices.map { isFixed[$0] || !layout.isLinear[$0] }
    system.factorise(equations.normal, isFixed: fixed)
    var step = equations.gradient
    system.solve(&step)
    var gain = 0.0
    for index in step.indices {
      gain += step[index] * equations.gradient[index]
      p[index] += step[index]
    }
    return equations.chiSquare - gain
  }

  /// Descends and sets the weights from the model in turn.
  private mutating func refine() -> Bool {
    for round in 0..<10 {
      keepSilentLines()
      // The first weights come from the data: a few steps under them are enough.
      let converged = descend(limit: round == 0 ? 6 : settings.iterations)
      guard !hasFixedWeights else { return descend(limit: settings.iterations) }
      setScatter()
      data.weigh(layout, model: equations.model)
      equations.evaluate(layout, data, p, silent: silentAngles, held: isWidthHeld)
      if round > 0, !converged { return false }
      if round > 0, stepSize() < 1e-4 { return true }
    }
    return true
  }

  /// The square of the next undamped step, in units of sigma.
  private mutating func stepSize() -> Double {
    let fixed = heldParameters()
    system.factorise(equations.normal, isFixed: fixed)
    var step = equations.gradient
    system.solve(&step)
    var size = 0.0
    for index in step.indices { size += step[index] * equations.gradient[index] }
    return size
  }

  /// Takes the noise of each window from the residuals, where it is to be.
  private mutating func setScatter() {
    guard data.noise == .scatter else { return }
    for (index, window) in layout.windows.enumerated() {
      let valid = data.validCount(window)
      guard valid > 0 else { continue }
      let freedom = max(valid - window.terms - 3 * window.lines.count, 1)
      let ratio = equations.windowChiSquare[index] / Double(freedom)
      if ratio > 0 { data.scatter[index] = max(data.scatter[index] * ratio, 1e-30) }
    }
  }

  /// Parameters that are fixed, or at a bound with the data pulling outwards.
  private func heldParameters() -> [Bool] {
    var held = isFixed
    for index in held.indices where !held[index] {
      if p[index] <= layout.lower[index], equations.gradient[index] <= 0 { held[index] = true }
      if p[index] >= layout.upper[index], equations.gradient[index] >= 0 { held[index] = true }
    }
    return held
  }

  /// Levenberg-Marquardt with the weights as they stand.
  ///
  /// - Returns: whether the next step would be below a thousandth of sigma.
  private mutating func descend(limit: Int) -> Bool {
    equations.evaluate(layout, data, p, silent: silentAngles, held: isWidthHeld)
    var damping = 1e-4
    for _ in 0..<limit {
      let held = heldParameters()
      var accepted = false
      for _ in 0..<12 {
        system.factorise(equations.normal, damping: damping, isFixed: held)
        var step = equations.gradient
        system.solve(&step)
        var (size, candidate) = (0.0, p)
        for index in step.indices {
          size += step[index] * equations.gradient[index]
          candidate[index] = min(max(p[index] + step[index], layout.lower[index]), layout.upper[index])
        }
        guard size.isFinite else { return false }
        trial.evaluate(layout, data, candidate, silent: silentAngles, held: isWidthHeld)
        steps += 1
        if trial.chiSquare <= equations.chiSquare + 1e-9 * max(size, 1e-6) {
          swap(&trial, &equations)
          p = candidate
          damping = max(damping * 0.1, 1e-9)
          accepted = true
          if size < 1e-5 { return true }
          break
        }
        if size < 1e-5 { return true }
        damping *= 10
      }
      if !accepted { return false }
    }
    return false
  }
}
