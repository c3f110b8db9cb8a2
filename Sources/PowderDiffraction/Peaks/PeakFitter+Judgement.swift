import Foundation

/// Which lines are there, and which of them can be used.
extension PeakFitter {
  /// The smallest intensity of each line that would have been taken for one, with the chance of a false alarm of the
  /// settings over all places where the line was looked for.
  func detectionLimits() -> [Double] {
    let variances = linearVariances()
    return layout.lines.indices.map { index in
      let line = layout.lines[index]
      let places: Double
      switch line.position {
      case .own(let place): places = 1 + (layout.upper[place] - layout.lower[place]) / equations.states[index].fwhm
      case .cell:
        places = 1 + 4 * settings.searchRange * tan(line.nominal / 2) / equations.states[index].fwhm
      case .fixed: places = 1
      }
      return normalQuantile(tail: settings.falseAlarm / max(places, 1)) * variances[index].squareRoot()
    }
  }

  /// The variances of all intensities with positions and widths known.
  private func linearVariances(fixed: [Bool]? = nil) -> [Double] {
    var linear = PeakSystem(order: layout.parameterCount)
    linear.factorise(
      equations.normal, isFixed: fixed ?? layout.isLinear.indices.map { isFixed[$0] || !layout.isLinear[$0] })
    let inverse = linear.inverse()
    let count = layout.parameterCount
    return layout.lines.map { line in
      inverse[line.intensity * count + line.intensity] * equations.serialFactor[line.window] * line.intensityFactor
        * line.intensityFactor
    }
  }

  /// Whether the width of a line is one that a line can have.
  func hasReasonableWidth(_ index: Int) -> Bool {
    let line = layout.lines[index]
    let fwhm = equations.states[index].fwhm
    switch line.width {
    case .fixed: return true
    case .own(let place, _, _):
      guard fwhm > 1.01 * layout.lower[place], fwhm < 0.99 * layout.upper[place] else { return false }
      return model.instrument == nil || fwhm < settings.largestWidthRatio * line.nominalWidth
    case .instrument: return fwhm < settings.largestWidthRatio * line.nominalWidth
    }
  }

  /// Holds the widths of weak lines, which would wander: at the instrument's where that is known, else at the start.
  mutating func holdWidths() {
    let strengths = strengths()
    for index in layout.lines.indices where !isSilent[index] {
      isWidthHeld[index] = !(strengths[index] > leastStrength(index))
      guard isWidthHeld[index], case .instrument(_, _, let excess?, _) = layout.lines[index].width,
        case .broadening = layout.names[excess]
      else { continue }
      p[excess] = 0
    }
    release()
  }

  /// Frees the widths of lines that turned out strong enough.
  ///
  /// - Returns: whether there were any.
  mutating func releaseWidths() -> Bool {
    let strengths = strengths()
    var found = false
    for index in layout.lines.indices where isWidthHeld[index] && !isSilent[index] {
      guard strengths[index] > leastStrength(index) else { continue }
      (isWidthHeld[index], found) = (false, true)
    }
    if found { release() }
    return found
  }

  /// The intensity in sigmas from which on the width of a line is fitted.
  ///
  /// For a Gaussian on a background the relative uncertainty of the width is about 1.2 over the intensity in sigmas:
  /// below 10 it is more than an eighth, and the error is no longer a small change of a linear model. Where nothing is
  /// known of the width, a wrong one is worse, and only lines that are not detected are held.
  private func leastStrength(_ index: Int) -> Double {
    guard case .own = layout.lines[index].width, model.instrument == nil else { return 10 }
    return 4
  }

  /// The intensities of all lines in units of the sigma that each would have alone.
  ///
  /// Of lines on top of each other only the sum is known well; it counts for each of them.
  private func strengths() -> [Double] {
    let count = layout.parameterCount
    return layout.lines.indices.map { index in
      let line = layout.lines[index]
      let sum = ([index] + neighbours(of: index)).reduce(0.0) { sum, other in
        sum + layout.lines[other].intensityFactor * p[layout.lines[other].intensity]
      }
      let information = equations.normal[line.intensity * count + line.intensity]
      return sum * information.squareRoot() / abs(line.intensityFactor)
    }
  }

  /// Lines of other phases that overlap with a line.
  func neighbours(of index: Int) -> [Int] {
    let (own, state) = (layout.lines[index], equations.states[index])
    return layout.windows[own.window].lines.filter {
      layout.lines[$0].phase != own.phase
        && abs(equations.states[$0].twoTheta - state.twoTheta) < 0.75 * (equations.states[$0].fwhm + state.fwhm)
    }
  }

  /// Whether a line is below its limit only because neighbours lie on top of it.
  func isHidden(_ index: Int) -> Bool {
    let others = neighbours(of: index)
    guard !others.isEmpty else { return false }
    var fixed = layout.isLinear.indices.map { isFixed[$0] || !layout.isLinear[$0] }
    for other in others where layout.lines[other].intensity != layout.lines[index].intensity {
      fixed[layout.lines[other].intensity] = true
    }
    let all = linearVariances()[index]
    return all > 25 * linearVariances(fixed: fixed)[index]
  }

  /// Frees all parameters that a line depends on.
  private mutating func release() {
    for index in isFixed.indices { isFixed[index] = false }
    fixUnused()
  }

  /// Silences lines below the limit or of impossible width, and puts them back where they were expected.
  ///
  /// - Returns: whether there were any.
  mutating func silenceWeakLines() -> Bool {
    let limits = detectionLimits()
    var found = false
    for index in layout.lines.indices where !isSilent[index] {
      let line = layout.lines[index]
      let isStrong = equations.states[index].intensity > limits[index] && limits[index] > 0
      guard !isStrong || !hasReasonableWidth(index) else { continue }
      isSilent[index] = true
      found = true
      if case .own(let place) = line.position { p[place] = layout.start[place] }
      switch line.width {
      case .own(let fwhm, _, _): p[fwhm] = layout.start[fwhm]
      case .instrument(_, _, let excess?, _): if case .broadening = layout.names[excess] { p[excess] = 0 }
      default: break
      }
    }
    guard found else { return false }
    keepSilentLines()
    release()
    solveLinear()
    return true
  }

  /// Whether a neighbour of unknown intensity lies within 0.6 widths: the valley of χ² is then curved, ends elsewhere than
  /// it should in part of all cases, and its curvature tells nothing of that.
  private func isConfused(_ index: Int, sigma: Double) -> Bool {
    let (own, state) = (layout.lines[index], equations.states[index])
    return neighbours(of: index).contains { other in
      let (line, theirs) = (layout.lines[other], equations.states[other])
      let isKnown =
        layout.restraints.contains { $0.parameter == line.intensity }
        || layout.lines.contains { $0.intensity == line.intensity && $0.window != own.window }
      return !isKnown && abs(theirs.twoTheta - state.twoTheta) < 0.3 * (theirs.fwhm + state.fwhm) + 2 * sigma
    }
  }

  /// Whether neighbours take away most of what the pattern says about a line's position.
  ///
  /// - Parameters:
  ///   - variance: of its position, with everything free.
  ///   - held: parameters at their bounds.
  func isOverlapped(_ index: Int, variance: Double, held: [Bool]) -> Bool {
    let state = equations.states[index]
    let own = layout.lines[index]
    guard state.positionChain.count > 0, variance > 0 else { return false }
    var fixed = held
    var isAlone = true
    for (other, line) in layout.lines.enumerated() where line.phase != own.phase && line.window == own.window {
      let theirs = equations.states[other]
      guard abs(theirs.twoTheta - state.twoTheta) < 1.5 * (theirs.fwhm + state.fwhm) else { continue }
      isAlone = false
      if line.intensity != own.intensity { fixed[line.intensity] = true }
      for chain in [theirs.positionChain, theirs.fwhmChain, theirs.mixingChain] {
        for place in 0..<chain.count where chain.index[place] != layout.displacement {
          fixed[chain.index[place]] = true
        }
      }
    }
    guard !isAlone else { return false }
    if isConfused(index, sigma: variance.squareRoot()) { return true }
    for chain in [state.positionChain, state.fwhmChain, state.mixingChain] {
      for place in 0..<chain.count { fixed[chain.index[place]] = held[chain.index[place]] }
    }
    var alone = PeakSystem(order: layout.parameterCount)
    alone.factorise(equations.normal, isFixed: fixed)
    return variance > 25 * self.variance(of: state.positionChain, alone.inverse())
  }

  /// gᵀ C g of a chain of derivatives.
  func variance(of chain: PeakChain, _ covariance: [Double]) -> Double {
    var sum = 0.0
    for a in 0..<chain.count {
      for b in 0..<chain.count {
        sum += chain.value[a] * chain.value[b] * covariance[chain.index[a] * layout.parameterCount + chain.index[b]]
      }
    }
    return sum
  }
}

/// The standard normal deviate that is exceeded with a probability.
///
/// - Parameter tail: more than 0, at most 0.5.
func normalQuantile(tail: Double) -> Double {
  // Bisection on the complementary error function, monotone and exact to rounding.
  var (low, high) = (0.0, 38.0)
  for _ in 0..<80 {
    let middle = (low + high) / 2
    if 0.5 * erfc(middle / 2.0.squareRoot()) > tail { low = middle } else { high = middle }
  }
  return high
}
