import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import TestSupport

/// Joint peak fits: the measured particle, coverage on simulated patterns, two states or one, CPU time.
func peaksLines() throws -> [AcceptanceLine] {
  try measuredParticleLines() + coverageLines() + stateLines() + peakTimeLines()
}

private let degree = OperandoPeaks.degree
private var threads: Int { ProcessInfo.processInfo.activeProcessorCount }

private func measuredParticleLines() throws -> [AcceptanceLine] {
  guard let series = try SecondaryParticleMap.series() else { return [] }
  let result = try SecondaryParticleMap.model.fit(
    series, settings: SecondaryParticleMap.settings, chains: [], threads: threads)
  var lines: [AcceptanceLine] = []
  for (index, name, angle, sigma) in [(0, "003", 5.9878, 0.0002), (2, "104", 13.9592, 0.0005)] {
    let usable = result.fits.map { $0.peaks[index] }.filter { $0.status == .fitted }.map(\.twoTheta.value)
    let mean = usable.reduce(0, +) / Double(usable.count)
    let scatter = usable.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / Double(usable.count - 1)
    let own = (scatter / Double(usable.count)).squareRoot() / degree
    let away = abs(mean / degree - angle) / (own * own + sigma * sigma).squareRoot()
    lines.append(
      AcceptanceLine(
        "1", "measured particle, mean \(name)",
        figure: String(format: "%.5f +- %.5f deg over %d positions", mean / degree, own, usable.count),
        limit: String(format: "%.4f +- %.4f within 3 sigma", angle, sigma), passed: away < 3))
  }
  let usable = result.fits.count { $0.peaks[0].status == .fitted }
  lines.append(
    AcceptanceLine(
      "1", "measured particle, positions with a significant 003", figure: "\(usable) of \(series.frameCount)",
      limit: "50 to 56", passed: (50...56).contains(usable)))
  let ratio = SecondaryParticleMap.axialRatio(result)
  lines.append(
    AcceptanceLine(
      "1", "measured particle, c/a from 003 and 104",
      figure: String(format: "%.5f +- %.5f", ratio.value, ratio.sigma), limit: "4.9535 +- 0.0015",
      passed: abs(ratio.value - 4.9535) < 0.0015))
  let odd = SecondaryParticleMap.disagreement(result)
  lines.append(
    AcceptanceLine(
      "1", "measured particle, 101 less that of the cell of 003 and 104",
      figure: String(format: "%.2f +- %.2f mdeg", odd.value / degree * 1e3, odd.sigma / degree * 1e3),
      limit: "reported", passed: odd.sigma > 0))
  return lines
}

/// 300 patterns of each kind.
private func coverageLines() throws -> [AcceptanceLine] {
  let crossing = [-0.03, -0.02, 0, 0.02].map { beyond in
    (
      "104 \(beyond) deg beyond Al 200, its intensity known to 5 %",
      OperandoPeaks(cell: OperandoPeaks.cell(beyondAluminium: beyond * degree), height: 200, background: 50), 0.05
    )
  }
  let apart: [(String, OperandoPeaks, Double?)] = [
    ("bright", OperandoPeaks(cell: OperandoPeaks.pristine, height: 200, background: 50), nil),
    (
      "bright, no aluminium",
      OperandoPeaks(cell: OperandoPeaks.pristine, height: 200, background: 50, hasAluminium: false), nil
    ),
    ("weak", OperandoPeaks(cell: OperandoPeaks.pristine, height: 10, background: 5, hasAluminium: false), nil),
    (
      "at the limit of detection",
      OperandoPeaks(cell: OperandoPeaks.pristine, height: 4, background: 5, hasAluminium: false), nil
    ),
  ]
  var lines: [AcceptanceLine] = []
  for (name, scene, known) in apart + crossing.map({ ($0.0, $0.1, Optional($0.2)) }) {
    let pulls = try scene.pulls(seeds: 300, tiedToCell: true, knownAluminium: known, threads: threads)
    // At the limit of detection only lines that came out strong have a fitted width: a selection, no fair draw.
    for (quantity, pull) in pulls.sorted(by: { $0.key < $1.key })
    where scene.height > 4 || !quantity.hasSuffix("width") {
      lines.append(
        AcceptanceLine(
          "1", "\(name): \(quantity)", figure: pull.text,
          limit: String(format: "mean within %.3f, 99 %% binomial intervals", pull.allowedMean), passed: pull.passes))
    }
  }
  return lines
}

/// 200 seeds of each kind of 104.
private func stateLines() throws -> [AcceptanceLine] {
  let indices = MillerIndices(1, 0, 4)
  let spacing = OperandoPeaks.pristine.dSpacing(indices)
  let angle = OperandoPeaks.twoTheta(OperandoPeaks.pristine, indices)
  let analysis = StateAnalysis(
    window: PeakWindow(angle - 0.4 * degree...angle + 0.4 * degree), cell: OperandoPeaks.pristine, reflection: indices,
    instrument: OperandoPeaks.instrument, wavelength: OperandoPeaks.wavelength)
  @Sendable func evidence(_ states: [Double], spread: Double, seed: Int) throws -> StateEvidence {
    let lines = states.map { state -> SimulatedPeaks.Line in
      let place = 2 * asin(OperandoPeaks.wavelength / (2 * spacing * (1 + state)))
      let sharp = OperandoPeaks.instrument.gaussian(twoTheta: place)
      let added = spread * 2 * tan(place / 2) * 2.3548200450309493
      let profile = PeakProfile(
        gaussian: (sharp * sharp + added * added).squareRoot(),
        lorentzian: OperandoPeaks.instrument.lorentzian(twoTheta: place))
      return SimulatedPeaks.Line(
        twoTheta: place, area: 60 * 0.026 * degree / Double(states.count), fwhm: profile.fwhm, mixing: profile.mixing)
    }
    var generator = SeededGenerator(seed: UInt64(seed))
    return try analysis.evidence(
      try SimulatedPeaks(
        from: angle - 0.5 * degree, to: angle + 0.5 * degree, bins: 80, lines: lines, background: 20, pixels: 100,
        shared: 0.3
      ).pattern(&generator))
  }
  let seeds = 200
  func count(_ verdict: StateEvidence.Verdict, _ states: [Double], spread: Double = 0) throws -> Int {
    try parallelMap(count: seeds, threads: threads) { item in
      try evidence(states, spread: spread, seed: item + 1).verdict == verdict
    }.count { $0 }
  }
  guard let limits = try evidence([0], spread: 0, seed: 1).limits else { return [] }
  func line(_ subject: String, _ found: Int, _ passed: Bool, _ limit: String) -> AcceptanceLine {
    AcceptanceLine("3", subject, figure: "\(found) of \(seeds)", limit: limit, passed: passed)
  }
  let (few, most) = (PeakPulls.interval(of: seeds, 0.05).upperBound, PeakPulls.interval(of: seeds, 0.95).lowerBound)
  func seen(_ subject: String, _ found: Int) -> AcceptanceLine {
    line(subject, found, found >= most, "at least \(most)")
  }
  func missed(_ subject: String, _ found: Int) -> AcceptanceLine {
    line(subject, found, found <= few, "at most \(few)")
  }
  let (far, near) = (limits.separation.seen / 2, limits.separation.missed / 2)
  func percent(_ value: Double) -> String { String(format: "%.4f %%", value * 100) }
  return [
    seen("two states 0.15 % apart are two", try count(.twoStates, [0.00075, -0.00075])),
    seen("one line of the same variance is one", try count(.broadened, [0], spread: 0.00075)),
    seen("a sharp line is sharp", try count(.oneState, [0])),
    seen("two states \(percent(2 * far)) apart, the limit, are two", try count(.twoStates, [far, -far])),
    missed("two states \(percent(2 * near)) apart, below the limit, are two", try count(.twoStates, [near, -near])),
    missed(
      "a spread of \(percent(limits.spread.seen)), the limit, is taken for sharp",
      try count(.oneState, [0], spread: limits.spread.seen)),
    seen(
      "a spread of \(percent(limits.spread.missed)), below the limit, is taken for sharp",
      try count(.oneState, [0], spread: limits.spread.missed)),
  ]
}

/// One thread; windows of 003 and 104 with Al 200 in a pattern of 2000 bins.
private func peakTimeLines() throws -> [AcceptanceLine] {
  let scene = OperandoPeaks(cell: OperandoPeaks.pristine, height: 200, background: 50)
  let frames = 200
  var (intensities, sigmas, covariances): ([Double], [Double], [Double]) = ([], [], [])
  for frame in 0..<frames {
    var generator = SeededGenerator(seed: 1, item: frame)
    let pattern = try scene.simulation.pattern(&generator)
    intensities += pattern.intensities
    sigmas += pattern.sigmas ?? []
    covariances += pattern.neighbourCovariances ?? []
  }
  let series = try PowderPatternSeries(
    axis: .twoTheta, positions: scene.simulation.centres, edges: scene.simulation.edges, frameCount: frames,
    intensities: intensities, sigmas: sigmas, neighbourCovariances: covariances, wavelength: OperandoPeaks.wavelength)
  var model = scene.model(tiedToCell: true)
  model.windows.remove(at: 1)
  model.displacement = .none
  func milliseconds(_ model: PeakModel) throws -> Double {
    var least = Double.infinity
    for _ in 0..<3 {
      let start = clock()
      _ = try model.fit(series)
      least = min(least, Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e3 / Double(frames))
    }
    return least
  }
  return [
    AcceptanceLine(
      "5", "joint fit of 003 and 104, forwards and backwards", try milliseconds(model), atMost: 1,
      unit: "ms CPU a pattern"),
    AcceptanceLine(
      "5", "the same with 006, 012, Al 111 and W 110", try milliseconds(scene.model(tiedToCell: true)), atMost: 4,
      unit: "ms CPU a pattern"),
  ]
}
