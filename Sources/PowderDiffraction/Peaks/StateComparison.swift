import Foundation

/// Fits the candidates to one line and weighs them.
struct StateComparison {
  var sharp, broad, double: PeakFitter
  private var sharpChi = 0.0
  private var broadChi = 0.0
  private var doubleChi = 0.0
  private var broadPoint: [Double] = []
  private var doublePoint: [Double] = []

  init(sharp: PeakFitter, broad: PeakFitter, double: PeakFitter) {
    (self.sharp, self.broad, self.double) = (sharp, broad, double)
  }

  /// Where the parameters of the states lie.
  private struct Places {
    var position, intensity: Int
    var excess: Int?

    init(_ line: PeakLine) {
      if case .own(let place) = line.position { position = place } else { position = 0 }
      intensity = line.intensity
      if case .instrument(_, _, let place, _) = line.width { excess = place }
    }
  }

  private var broadPlaces: Places { Places(broad.layout.lines[0]) }
  private var sharpPlaces: Places { Places(sharp.layout.lines[0]) }
  private var firstPlaces: Places { Places(double.layout.lines[0]) }
  private var secondPlaces: Places { Places(double.layout.lines[1]) }

  /// Fits all candidates to the data that the fitters hold.
  mutating func compare(start: PeakFit) {
    let from = broad.warmStart(start) ?? broad.layout.start
    (sharpChi, broadChi, doubleChi) = fitAll(from: from)
    broadPoint = broad.p
    doublePoint = double.p
  }

  /// χ² of the three, the fitters left at their ends.
  private mutating func fitAll(from: [Double]) -> (Double, Double, Double) {
    let broadChi = broad.descendFreely(from: from)
    let (centre, intensity) = (broad.p[broadPlaces.position], broad.p[broadPlaces.intensity])
    var single = sharp.layout.start
    copyRest(broad, &single, sharp, states: 1)
    single[sharpPlaces.position] = centre
    single[sharpPlaces.intensity] = intensity
    let sharpChi = sharp.descendFreely(from: single)
    let excess = broadPlaces.excess.map { max(broad.p[$0], 0) } ?? 0
    // Two lines at ± a broaden one as a variance of a² does.
    let width = broad.layout.lines[0].nominalWidth
    let half = max((excess / 5.545).squareRoot(), 0.15 * width)
    var best = (chiSquare: Double.infinity, point: double.layout.start)
    for (share, factor) in [(0.5, 1.0), (0.2, 1.0), (0.8, 1.0), (0.1, 2.0), (0.9, 2.0)] {
      var point = double.layout.start
      copyRest(broad, &point, double, states: 2)
      let root = (share * (1 - share)).squareRoot()
      point[firstPlaces.position] = centre - factor * half * share / root
      point[secondPlaces.position] = centre + factor * half * (1 - share) / root
      point[firstPlaces.intensity] = intensity * (1 - share)
      point[secondPlaces.intensity] = intensity * share
      let chiSquare = double.descendFreely(from: point)
      if chiSquare < best.chiSquare { best = (chiSquare, double.p) }
    }
    return (sharpChi, broadChi, double.descendFreely(from: best.point))
  }

  /// Background and neighbours as another candidate has them; they follow the states in the order of the model.
  private func copyRest(_ source: PeakFitter, _ point: inout [Double], _ target: PeakFitter, states: Int) {
    for (place, name) in target.layout.names.enumerated() {
      guard let same = source.layout.names.firstIndex(where: { $0.isSame(as: name, shiftedBy: states - 1) }) else {
        continue
      }
      point[place] = source.p[same]
    }
  }

  private func bic(_ chiSquare: Double, _ parameters: Double, _ bins: Int) -> Double {
    chiSquare + parameters * log(Double(max(bins, 2)))
  }

  /// The verdict, once compared.
  mutating func evidence(bins: Int) -> StateEvidence {
    typealias Candidate = StateEvidence.Candidate
    let count = Double(sharp.layout.parameterCount)
    var candidates = [
      Candidate(
        verdict: .oneState, chiSquare: sharpChi, parameters: count, bic: bic(sharpChi, count, bins)),
      Candidate(
        verdict: .broadened, chiSquare: broadChi, parameters: count + 1, bic: bic(broadChi, count + 1, bins)),
      Candidate(
        verdict: .twoStates, chiSquare: doubleChi, parameters: count + 2, bic: bic(doubleChi, count + 2, bins)),
    ]
    broad.p = broadPoint
    double.p = doublePoint
    let single = broad.result(converged: true)
    let two = twoStates()
    let recovered = StateRecovery(sharp, centre: broadPoint[broadPlaces.position], excess: excess(of: broadPoint))
      .solve(bins: bins)
    candidates.append(
      Candidate(
        verdict: .distribution, chiSquare: recovered.chiSquare, parameters: recovered.parameters,
        bic: bic(recovered.chiSquare, recovered.parameters, bins)))
    var chosen = 0
    if candidates[0].bic - candidates[1].bic > StateAnalysis.leastGain { chosen = 1 }
    let isDouble = two.map { $0.strength > StateAnalysis.leastStrength } ?? false
    if isDouble, candidates[chosen].bic - candidates[2].bic > StateAnalysis.leastGain { chosen = 2 }
    if candidates[chosen].bic - candidates[3].bic > StateAnalysis.leastGain { chosen = 3 }
    return StateEvidence(
      verdict: candidates[chosen].verdict, candidates: candidates, bins: bins, dSpacing: single.peaks[0].dSpacing,
      spread: spread(single), two: two?.states, distribution: recovered.distribution, limits: limits(bins: bins))
  }

  private func excess(of point: [Double]) -> Double { broadPlaces.excess.map { max(point[$0], 0) } ?? 0 }

  /// Relative standard deviation of d from the excess g: √(g / 8 ln 2) / (2 tan θ).
  private func spread(_ fit: PeakFit) -> PeakValue {
    guard let place = broadPlaces.excess else { return .unknown }
    let g = fit.parameters[place]
    let sigma = fit.covariance[place * fit.parameters.count + place].squareRoot()
    let slope = 2 * tan(broadPoint[broadPlaces.position] / 2)
    let value = (max(g, 0) / 5.545177444479562).squareRoot() / slope
    // Near zero the square, not the root, has a normal error.
    let byRoot = value > 0 ? sigma / (2 * 5.545177444479562 * slope * slope * value) : .infinity
    return PeakValue(value, sigma: min(byRoot, (sigma / 5.545177444479562).squareRoot() / slope))
  }

  /// The two states, and the lesser of the two intensities in sigmas.
  private mutating func twoStates() -> (states: StateEvidence.TwoStates, strength: Double)? {
    let fit = double.result(converged: true)
    let order = fit.parameters.count
    let (a, b) = (firstPlaces, secondPlaces)
    func covariance(_ i: Int, _ j: Int) -> Double { fit.covariance[i * order + j] }
    func spacing(_ place: Int) -> (value: Double, slope: Double) {
      let s = double.layout.displacement.map { fit.parameters[$0] } ?? double.layout.shift
      let angle = PeakLine.undisplaced(fit.parameters[place], by: s).value
      let d = double.layout.wavelength / (2 * sin(angle / 2))
      return (d, -d / (2 * tan(angle / 2)))
    }
    let (first, second) = (spacing(a.position), spacing(b.position))
    let isSwapped = first.value > second.value
    let (low, high) = isSwapped ? (b, a) : (a, b)
    let (small, large) = isSwapped ? (second, first) : (first, second)
    let (i, j) = (fit.parameters[low.intensity], fit.parameters[high.intensity])
    let strength = min(
      i / covariance(low.intensity, low.intensity).squareRoot(),
      j / covariance(high.intensity, high.intensity).squareRoot())
    guard strength.isFinite else { return nil }
    let sum = i + j
    let shareVariance =
      (i * i * covariance(high.intensity, high.intensity) + j * j * covariance(low.intensity, low.intensity)
        - 2 * i * j * covariance(low.intensity, high.intensity)) / (sum * sum * sum * sum)
    let mean = (small.value + large.value) / 2
    let separationVariance =
      large.slope * large.slope * covariance(high.position, high.position)
      + small.slope * small.slope * covariance(low.position, low.position)
      - 2 * large.slope * small.slope * covariance(low.position, high.position)
    return (
      StateEvidence.TwoStates(
        smaller: PeakValue(
          small.value, sigma: abs(small.slope) * covariance(low.position, low.position).squareRoot()),
        larger: PeakValue(
          large.value, sigma: abs(large.slope) * covariance(high.position, high.position).squareRoot()),
        share: PeakValue(j / sum, sigma: shareVariance.squareRoot()),
        separation: PeakValue((large.value - small.value) / mean, sigma: separationVariance.squareRoot() / mean)),
      strength
    )
  }
}

extension PeakParameter {
  /// Whether a parameter is that of another model whose phases after the first come `shift` places earlier.
  func isSame(as other: PeakParameter, shiftedBy shift: Int) -> Bool {
    func same(_ mine: Int, _ theirs: Int) -> Bool { theirs > shift && mine == theirs - shift }
    switch (self, other) {
    case (.background(let a, let b), .background(let c, let d)): return a == c && b == d
    case (.displacement, .displacement): return true
    case (.intensity(let a, let b), .intensity(let c, let d)): return same(a, c) && b == d
    case (.intensityScale(let a), .intensityScale(let c)): return same(a, c)
    case (.position(let a, let b), .position(let c, let d)): return same(a, c) && b == d
    case (.edge(let a, let b), .edge(let c, let d)): return same(a, c) && b == d
    case (.cellScale(let a), .cellScale(let c)): return same(a, c)
    case (.fwhm(let a, let b), .fwhm(let c, let d)): return same(a, c) && b == d
    case (.mixing(let a), .mixing(let c)): return same(a, c)
    case (.broadening(let a, let b), .broadening(let c, let d)): return same(a, c) && b == d
    case (.strain(let a), .strain(let c)): return same(a, c)
    default: return false
    }
  }
}
