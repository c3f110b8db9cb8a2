import ArrayMath
import Crystallography
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport

/// Whole patterns: the measured standard, and simulated full cells over the whole published range of NMC811.
func wholePatternLines() throws -> [AcceptanceLine] {
  try standardLines() + simulatedLines(width: 1) + simulatedLines(width: 5) + sequentialLines()
}

private let degree = Double.pi / 180

// MARK: - The measured pattern of LaB6

/// The variants of the model whose spread is the systematic uncertainty.
///
/// The file states neither wavelength nor instrument. The spacings of its lines at Cu K alpha are those of LaB6, lines
/// split at high angles as K alpha 1 and 2 do (a single wavelength leaves four times the misfit), and all lie low by an
/// amount that falls as the cosine of θ: Bragg-Brentano geometry with the surface below the axis. The lines are asymmetric
/// as two Soller slits of 0.044 rad make them, which fits better than one slit does.
private func standardLines() throws -> [AcceptanceLine] {
  guard let path = SharedData.path("diffraction/gsas2/NIST660CBI.gsas") else { return [] }
  let pattern = try GSASPatternFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: path)
  let displacement = [WholePatternShift(.reflection(radius: 0.24), amount: 150e-6)]
  let soller = AxialDivergence.soller(incident: 0.04, diffracted: 0.04)
  func refined(
    _ radiation: Radiation, _ axial: AxialDivergence, _ shifts: [WholePatternShift], terms: Int = 12
  ) throws -> (a: Double, sigma: Double, fit: Double) {
    let model = WholePatternModel(
      radiation: radiation,
      phases: [
        WholePatternPhase("LaB6", spaceGroup: try SpaceGroup(symbol: "P m -3 m"), cell: UnitCell(cubic: 4.157e-10))
      ],
      profile: InstrumentProfile(w: pow(0.04 * degree, 2), x: 0.01 * degree, y: 0.02 * degree),
      refinedProfile: [.u, .v, .w, .x, .y], axialDivergence: axial, refinesAxialDivergence: axial != .none,
      shifts: shifts, backgroundTerms: terms, reach: 60)
    let result = try pattern.refined(model, options: WholePatternOptions(cycles: 100))
    guard result.status == .converged, let a = result["LaB6 a"] else { return (.nan, .nan, .nan) }
    return (a.value * 1e10, a.sigma * result.misfitFactor * 1e10, result.quality.goodnessOfFit)
  }
  let best = try refined(.copperKAlphaDoublet, soller, displacement)
  let single = try refined(.copperKAlpha1, soller, displacement)
  let slit = try refined(.copperKAlphaDoublet, .slit(sample: 0.03, detector: 0.03), displacement)
  let four = try refined(.copperKAlpha, soller, displacement)
  let zero = try refined(
    .copperKAlphaDoublet, soller, [WholePatternShift(.zero, amount: -0.06 * degree)])
  let flat = try refined(
    .copperKAlphaDoublet, soller,
    displacement + [WholePatternShift(.flatSample, amount: pow(degree, 2) / 6, isRefined: false)])
  let stiff = try refined(.copperKAlphaDoublet, soller, displacement, terms: 8)
  let soft = try refined(.copperKAlphaDoublet, soller, displacement, terms: 20)

  // What is not known of the instrument: whether the shift is one of height or of zero (anywhere between both), the
  // shape of the axial divergence and of the spectrum, a divergence of up to one degree, two kelvin, the wavelength.
  let parts: [(String, Double)] = [
    ("displacement or zero", (best.a - zero.a) / 3.0.squareRoot()), ("axial divergence", best.a - slit.a),
    ("spectrum", best.a - four.a), ("flat sample", best.a - flat.a),
    ("background", max(abs(best.a - stiff.a), abs(best.a - soft.a))), ("2 K", 4.157 * 6.4e-6 * 2),
    ("wavelength", 4.157 * 5e-7 / 1.5405929), ("certificate", 8e-6),
  ]
  let systematic = parts.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
  let certified = 4.156826
  let total = (systematic * systematic + best.sigma * best.sigma).squareRoot()
  let budget = parts.map { "\($0.0) \(String(format: "%.6f", abs($0.1)))" }.joined(separator: ", ")
  let goodness = [best, single, slit, four, zero, flat].map { String(format: "%.3f", $0.fit) }.joined(separator: " ")
  return [
    AcceptanceLine(
      "4", "Pawley on measured LaB6, a in angstrom",
      figure: String(
        format: "%.6f +- %.6f (counting and misfit) +- %.6f (systematic: %@)", best.a, best.sigma, systematic, budget),
      limit: "within one total uncertainty of 4.156826, which must be below 0.001",
      passed: abs(best.a - certified) < total && total < 0.001),
    AcceptanceLine(
      "4", "goodness of fit: two wavelengths, one, single slit, four lines, zero shift, flat sample of 1 degree",
      figure: goodness, limit: "two wavelengths below half of one",
      passed: best.fit < 0.5 * single.fit),
  ]
}

// MARK: - Simulated full cells

private struct PublishedLattice {
  var capacity, a, c: Double

  static func table() throws -> [PublishedLattice]? {
    guard let path = SharedData.path("diffraction/nmc811_marker2019/lattice_vs_capacity.tsv") else { return nil }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t").compactMap { Double($0) }
      return fields.count >= 5 ? PublishedLattice(capacity: fields[0], a: fields[2] * 1e-10, c: fields[4] * 1e-10) : nil
    }
  }
}

/// A full cell at 19 keV: NMC811 with its ten lines, aluminium foil, graphite, electrolyte and the window's hump.
private struct SimulatedCell {
  static let wavelength = 0.6525484e-10
  static let aluminium = UnitCell(cubic: 4.0494e-10)
  static let graphite = UnitCell(hexagonal: 2.464e-10, c: 6.711e-10)
  static let hump = AmorphousHump(twoTheta: 9 * degree, fwhm: 5 * degree, height: 1)
  static let strengths: [(MillerIndices, Double)] = [
    (MillerIndices(0, 0, 3), 48), (MillerIndices(1, 0, 1), 42), (MillerIndices(0, 0, 6), 7.5),
    (MillerIndices(0, 1, 2), 21), (MillerIndices(1, 0, 4), 100), (MillerIndices(0, 1, 5), 20),
    (MillerIndices(0, 0, 9), 4), (MillerIndices(1, 0, 7), 25), (MillerIndices(0, 1, 8), 42),
    (MillerIndices(1, 1, 0), 43), (MillerIndices(1, 1, 3), 31),
  ]

  var truth: PublishedLattice
  /// All widths are those of the narrow instrument times this.
  var width: Double

  var profile: InstrumentProfile {
    InstrumentProfile(u: 1e-7 * width * width, w: 1.6e-7 * width * width, x: 1e-4 * width, y: 5e-5 * width)
  }

  func pattern(seed: Int) throws -> PowderPattern {
    let positions = (0..<2000).map { (5 + 23 * (Double($0) + 0.5) / 2000) * degree }
    let step = 23 * degree / 2000
    var values = positions.map { position in
      80 + 0.8 * position / degree + 60 * exp(-4 * log(2) * pow((position - Self.hump.twoTheta) / Self.hump.fwhm, 2))
        + 30 * exp(-position / (4 * degree))
    }
    func add(_ spacing: Double, _ area: Double) {
      let place = 2 * asin(Self.wavelength / (2 * spacing))
      guard let line = profile.profile(twoTheta: place) else { return }
      for bin in positions.indices {
        let offset = positions[bin] - place
        values[bin] += area * line.mean(from: offset - step / 2, to: offset + step / 2)
      }
    }
    let cell = UnitCell(hexagonal: truth.a, c: truth.c)
    for (indices, strength) in Self.strengths { add(cell.dSpacing(indices), strength * 1e-2) }
    for (indices, strength) in [
      (MillerIndices(1, 1, 1), 20.0), (MillerIndices(2, 0, 0), 12), (MillerIndices(2, 2, 0), 11),
    ] {
      add(Self.aluminium.dSpacing(indices), strength * 1e-2)
    }
    add(Self.graphite.dSpacing(0, 0, 2), 0.3)
    var random = SeededGenerator(seed: UInt64(seed), item: Int(truth.capacity * 100))
    let noisy = values.map { ($0 + $0.squareRoot() * random.normal()).rounded() }
    return try PowderPattern(
      axis: .twoTheta, positions: positions, intensities: noisy, sigmas: noisy.map { max($0, 1).squareRoot() },
      wavelength: Self.wavelength)
  }

  func model(_ method: IntensityMethod, start: PublishedLattice) throws -> WholePatternModel {
    WholePatternModel(
      radiation: try .monochromatic(Self.wavelength),
      phases: [
        WholePatternPhase(
          "NMC811", spaceGroup: try SpaceGroup(symbol: "R -3 m :H"), cell: UnitCell(hexagonal: start.a, c: start.c),
          only: Set(Self.strengths.map(\.0))),
        WholePatternPhase(
          "Al", spaceGroup: try SpaceGroup(symbol: "F m -3 m"), cell: Self.aluminium, refinesCell: false,
          only: [MillerIndices(1, 1, 1), MillerIndices(2, 0, 0), MillerIndices(2, 2, 0)]),
        WholePatternPhase(
          "graphite", spaceGroup: try SpaceGroup(symbol: "P 63/m m c"), cell: Self.graphite, refinesCell: false,
          only: [MillerIndices(0, 0, 2)]),
      ], profile: profile, backgroundTerms: 6, humps: [Self.hump], method: method)
  }
}

private func simulatedLines(width: Double) throws -> [AcceptanceLine] {
  guard let table = try PublishedLattice.table() else { return [] }
  let seeds = 5
  let name = width == 1 ? "sharp lines" : "lines five times as wide"
  let series = try (1...seeds).map { seed in
    try chargeSeries(table.map { try SimulatedCell(truth: $0, width: width).pattern(seed: seed) })
  }
  var lines: [AcceptanceLine] = []
  for method in [IntensityMethod.pawley, .leBail] {
    let model = try SimulatedCell(truth: table[0], width: width).model(method, start: table[0])
    var (pulls, rejected) = ([[Double]](repeating: [], count: 2), 0)
    for charge in series {
      for (outcome, truth) in zip(try charge.refined(model), table) {
        guard let phase = outcome.result?.phases[0], let sigmas = phase.sigmas else {
          rejected += 1
          continue
        }
        pulls[0].append((phase.cell.a - truth.a) / sigmas[0])
        pulls[1].append((phase.cell.c - truth.c) / sigmas[1])
      }
    }
    for (parameter, values) in zip(["a", "c"], pulls) {
      let count = Double(values.count)
      let inside = Double(values.count { abs($0) < 1 }) / count
      let margin = 2.576 * (0.6827 * 0.3173 / count).squareRoot()
      let title = "\(name), \(method.rawValue), \(parameter) over the published range"
      lines.append(
        AcceptanceLine(
          "2", "\(title): share within one uncertainty", figure: String(format: "%.3f of %d", inside, values.count),
          limit: String(format: "0.683 +- %.3f", margin), passed: abs(inside - 0.6827) < margin))
      lines.append(
        AcceptanceLine(
          "2", "\(title): mean pull", abs(values.reduce(0, +) / count), atMost: 0.2 + 2.6 / count.squareRoot()))
    }
    lines.append(AcceptanceLine("2", "\(name), \(method.rawValue), frames rejected", Double(rejected), atMost: 0))
  }
  return lines
}

private func chargeSeries(_ patterns: [PowderPattern]) throws -> PowderPatternSeries {
  try PowderPatternSeries(
    axis: .twoTheta, positions: patterns[0].positions, frameCount: patterns.count,
    intensities: patterns.flatMap(\.intensities), sigmas: patterns.flatMap { $0.sigmas ?? [] },
    wavelength: SimulatedCell.wavelength)
}

/// The whole charge as one series from the pristine lattice: all frames refined, the turn of c found, the time.
private func sequentialLines() throws -> [AcceptanceLine] {
  guard let table = try PublishedLattice.table() else { return [] }
  let series = try chargeSeries(table.map { try SimulatedCell(truth: $0, width: 1).pattern(seed: 1) })
  let model = try SimulatedCell(truth: table[0], width: 1).model(.pawley, start: table[0])
  let start = clock()
  let outcomes = try series.refined(model)
  let milliseconds = 1000 * Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(outcomes.count)
  let lattices = outcomes.map { $0.result?.phases[0].cell }
  let largest = lattices.indices.max { (lattices[$0]?.c ?? 0) < (lattices[$1]?.c ?? 0) } ?? 0
  let truth = table.map(\.c).max() ?? 0
  return [
    AcceptanceLine(
      "2", "series of the whole charge, frames rejected", Double(outcomes.count { $0.result == nil }), atMost: 0),
    AcceptanceLine(
      "2", "turn of c",
      figure: String(
        format: "%.4f angstrom at %.1f mAh/g", (lattices[largest]?.c ?? 0) * 1e10, table[largest].capacity),
      limit: String(format: "%.4f angstrom at 170 to 186 mAh/g", truth * 1e10),
      passed: (170...186).contains(table[largest].capacity) && abs((lattices[largest]?.c ?? 0) - truth) < 1e-13),
    AcceptanceLine("5", "CPU time of a pattern of 2000 bins in the series", milliseconds, atMost: 20, unit: "ms"),
  ]
}
