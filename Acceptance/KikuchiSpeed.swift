import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import TestSupport

/// What a peer says of its own run.
private struct PeerFigures: Decodable {
  var patterns_per_cpu_s: Double?
  var comparisons_per_cpu_s: Double?
  var error_deg: Double?
  var c_axis_correct: Double?
  var peak_MB: Double
}

private func peer(_ script: String, _ arguments: [String]) throws -> PeerFigures {
  try JSONDecoder().decode(PeerFigures.self, from: Data(try KikuchiPatterns.run(script, arguments).utf8))
}

/// CPU seconds, the least of five.
private func cpuSeconds(_ work: () throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for _ in 0..<5 {
    let start = clock()
    try work()
    least = min(least, Double(clock() - start) / Double(CLOCKS_PER_SEC))
  }
  return least
}

/// Patterns and comparisons per CPU second on one thread, beside PyEBSDIndex and kikuchipy.
func kikuchiSpeedLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  let phase = try indexingPhase(cubicCrystal("Ni", spaceGroup: "Fm-3m", a: 3.5236e-10), families: 4)
  for (size, limit) in [(60, 10_000.0), (120, 2_500)] {
    guard let series = try nickelPatterns(size: size, count: 500) else { continue }
    let indexer = try BandIndexer(
      geometry: series.geometry, phases: [phase], wavelength: ElectronBeam.wavelength(kiloelectronvolts: 20))
    let frames = series.frames(series.noisy(1))
    let seconds = try cpuSeconds { _ = try indexer.index(frames, range: 0..<frames.count) }
    let theirs = try peer("index-pyebsdindex", [series.path, "nickel", "1"])
    lines.append(
      AcceptanceLine(
        "4",
        String(
          format: "patterns of %d x %d per CPU second, one thread; PyEBSDIndex %.0f (error %.3f deg, %.0f MB)", size,
          size,
          theirs.patterns_per_cpu_s ?? .nan, theirs.error_deg ?? .nan, theirs.peak_MB),
        Double(frames.count) / seconds, atLeast: limit))
  }
  let series = try NMC811Recipe.patterns("pristine")
  for ratio in ["0", "1", "0.5", "0.3"] {
    let theirs = try peer("index-pyebsdindex", [series.path, "nmc811", ratio])
    lines.append(
      AcceptanceLine(
        "3", "NMC811, PyEBSDIndex with its best families, SNR \(ratio == "0" ? "infinite" : ratio), correct c axis",
        figure: String(format: "%.3f", theirs.c_axis_correct ?? .nan), limit: "reported", passed: true))
  }
  return lines + (try dictionaryLines(series))
}

private func dictionaryLines(_ series: KikuchiPatterns) throws -> [AcceptanceLine] {
  let rows = 60
  let geometry = KikuchiGeometry(
    shape: FrameShape(rows: rows, columns: rows), patternCentre: series.geometry.patternCentre,
    sampleTilt: series.geometry.sampleTilt, emission: .exit)
  let structure = try NMC811Recipe.structure()
  let projector = PatternProjector(
    master: try KinematicalMaster.pattern(structure, kiloelectronvolts: 20, size: 201), geometry: geometry)
  let orientations = OrientationSampling(.trigonalHigh, spacing: 4 * .pi / 180).orientations
  let patterns = series.patterns.map { pattern -> [Float] in
    (0..<rows * rows).map { index in
      let first = 240 * (index / rows) + 2 * (index % rows)
      return pattern[first] + pattern[first + 1] + pattern[first + 120] + pattern[first + 121]
    }
  }
  let whole = DictionaryIndexing(projector, orientations: orientations)
  let start = clock()
  let compressed = DictionaryIndexing(projector, orientations: orientations, components: 300)
  let setUp = Double(clock() - start) / Double(CLOCKS_PER_SEC)
  let theirs = try peer("match-kikuchipy", [series.path, "\(rows)", "\(orientations.count)"])
  let peerRate = theirs.comparisons_per_cpu_s ?? .infinity
  func rate(_ dictionary: DictionaryIndexing) -> Double {
    Double(patterns.count * orientations.count) / cpuSeconds { _ = dictionary.matches(patterns, best: 20) }
  }
  let rates = (whole: rate(whole), compressed: rate(compressed))
  // What a refinement starts from: the best match of whole patterns must be among the best of the compressed ones.
  let agreeing = zip(whole.matches(patterns, best: 1), compressed.matches(patterns, best: 20)).count { whole, some in
    some.contains { $0.index == whole[0].index }
  }
  let memory = Double(compressed.memory(patterns: patterns.count, best: 20, threads: 1)) * 1e-6
  return [
    AcceptanceLine(
      "4", "dictionary, all pixels, its projection included, over kikuchipy without",
      figure: String(
        format: "%.2f of %.2f million comparisons per CPU second", rates.whole * 1e-6, peerRate * 1e-6),
      limit: "reported", passed: true),
    AcceptanceLine(
      "4",
      String(
        format: "dictionary, 300 principal components, %.1f million comparisons per CPU second after %.1f s, %.0f MB "
          + "against %.0f; over kikuchipy's %.2f", rates.compressed * 1e-6, setUp, memory, theirs.peak_MB,
        peerRate * 1e-6), rates.compressed / peerRate, atLeast: 5),
    AcceptanceLine(
      "4", "dictionary, best match of all pixels among the 20 best of 300 components",
      Double(agreeing) / Double(patterns.count), atLeast: 0.99),
  ]
}
