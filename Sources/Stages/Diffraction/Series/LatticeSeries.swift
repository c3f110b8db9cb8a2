import Crystallography
import Foundation
import PowderDiffraction
import Quantities

/// The lattices of a series of patterns, and what is known of them all.
struct LatticeSeries {
  var rows: [LatticeTable.Row]
  /// Standard deviations of the relative spacings of 003 and 104 between the grains of different positions; nil where
  /// they are not taken into account.
  var grainSpread: (d003: Heterogeneity, d104: Heterogeneity)?
  /// Reduced χ² of each pattern's fit; NaN where there is none.
  var fitQualities: [Double]
  /// What the series says about itself.
  var remarks: [String] = []

  /// The lattice of each pattern from its peaks.
  ///
  /// From 003 and 104 alone by the closed form, from more lines by least squares. A pattern with 003 and without 104
  /// gives c alone.
  ///
  /// - Throws: `StageDocumentError` for a table without 003 of a hexagonal sample.
  init(peaks table: PeakTable, scan: LineScan?, parameters: LatticeParametersStage.Parameters) throws {
    let (i003, i104) = (MillerIndices(0, 0, 3), MillerIndices(1, 0, 4))
    guard let place003 = table.place(of: table.samplePhase, i003),
      let place104 = table.place(of: table.samplePhase, i104)
    else {
      throw StageDocumentError(
        path: "lattice", problem: "the peaks of \(table.samplePhase) hold no 003 and 104, which a and c are made of")
    }
    let lines = table.lines.count
    let others = table.lines.indices.filter {
      table.lines[$0].phase == table.samplePhase && $0 != place003 && $0 != place104
    }
    func spacing(_ pattern: Int, _ line: Int) -> Double { table.dSpacing.values[pattern * lines + line] }
    func covariance(_ pattern: Int, _ i: Int, _ j: Int) -> Double {
      table.spacingCovariances[(pattern * lines + i) * lines + j]
    }
    func isUsable(_ pattern: Int, _ line: Int) -> Bool {
      table.isUsable(pattern: pattern, line: line) && spacing(pattern, line) > 0 && covariance(pattern, line, line) > 0
    }
    grainSpread = nil
    if parameters.grains == .firstPass, let scan {
      grainSpread = Self.grainSpread(
        scan.frames(ofPass: 0).map(\.index), [place003, place104],
        // Beside the particle what is left of a neighbour may pass for one of the two lines, hardly for both.
        value: { pattern, line in
          isUsable(pattern, place003) && isUsable(pattern, place104)
            ? (spacing(pattern, line), covariance(pattern, line, line).squareRoot()) : nil
        })
    }
    let sampling = grainSpread.map {
      // Each ring's mean deviates by τ; the number of grains is in it already. On charge 003 and 104 move apart.
      GrainSampling(spreads: ($0.d003.spread, -$0.d104.spread), counts: (1, 1))
    }
    let common = InstrumentErrors(parameters, wavelength: table.wavelength)
    rows = []
    fitQualities = table.reducedChiSquares
    for pattern in 0..<table.patternCount {
      guard isUsable(pattern, place003) else {
        rows.append(.init(lattice: nil, reason: "003: \(table.statuses[pattern * lines + place003].words)"))
        continue
      }
      let d003 = spacing(pattern, place003)
      guard isUsable(pattern, place104) else {
        var row = LatticeTable.Row(
          lattice: nil, reason: "104: \(table.statuses[pattern * lines + place104].words)")
        row.onlyC = (
          3 * d003, 3 * covariance(pattern, place003, place003).squareRoot(), 3 * (try common.relative(d003) * d003),
          3 * d003 * (grainSpread?.d003.spread ?? 0)
        )
        rows.append(row)
        continue
      }
      let d104 = spacing(pattern, place104)
      do {
        var lattice = try HexagonalLattice(
          d003: d003, d104: d104,
          covariance: SpacingCovariance(
            d003: covariance(pattern, place003, place003), both: covariance(pattern, place003, place104),
            d104: covariance(pattern, place104, place104)),
          commonErrors: try common.spacings(d003: d003, d104: d104), sampling: sampling)
        let more = others.filter { isUsable(pattern, $0) }
        if !more.isEmpty {
          let used = [place003, place104] + more
          let fit = try LatticeFit(
            used.map { LatticeLine(table.lines[$0].indices, at: spacing(pattern, $0)) },
            covariance: used.flatMap { i in used.map { covariance(pattern, i, $0) } }, axis: .latticeSpacing,
            system: .hexagonal, start: lattice.cell)
          lattice = try HexagonalLattice(
            a: fit.cell.a, c: fit.cell.c,
            measurement: LatticeCovariance(aa: fit.covariance[0], ac: fit.covariance[1], cc: fit.covariance[3]),
            commonErrors: lattice.commonErrors, grains: lattice.grains)
        }
        rows.append(.init(lattice: lattice))
      } catch let error as LatticeError {
        rows.append(.init(lattice: nil, reason: "\(error)"))
      }
    }
  }

  /// The scatter of the spacings between the positions of one pass beyond their uncertainties; nil for fewer than four
  /// positions.
  private static func grainSpread(
    _ patterns: [Int], _ lines: [Int], value: (_ pattern: Int, _ line: Int) -> (d: Double, sigma: Double)?
  ) -> (d003: Heterogeneity, d104: Heterogeneity)? {
    let spreads = lines.compactMap { line -> Heterogeneity? in
      let found = patterns.compactMap { value($0, line) }
      guard found.count >= 4 else { return nil }
      return try? Heterogeneity(found.map { log($0.d) }, sigmas: found.map { $0.sigma / $0.d })
    }
    return spreads.count == 2 ? (spreads[0], spreads[1]) : nil
  }

  /// The rows with strains relative to the first lattice at the same position, or to the first of all.
  func withStrains(scan: LineScan?, grainCorrelation: Double) throws -> [LatticeTable.Row] {
    var rows = rows
    var references: [Int: HexagonalLattice] = [:]
    var steps = [Int](repeating: 0, count: rows.count)
    if let scan {
      steps = [Int](repeating: -1, count: rows.count)
      for frame in scan.frames { steps[frame.index] = frame.step }
    }
    for index in rows.indices where steps[index] >= 0 {
      guard let lattice = rows[index].lattice else { continue }
      guard let reference = references[steps[index]] else {
        references[steps[index]] = lattice
        continue
      }
      rows[index].strain = try lattice.strain(relativeTo: reference, grainCorrelation: grainCorrelation)
    }
    return rows
  }
}

/// Errors of wavelength and sample place, which all patterns of a series share.
struct InstrumentErrors {
  private let displacement, wavelengthUncertainty: Double
  private let wavelength: Double?

  init(_ parameters: LatticeParametersStage.Parameters, wavelength: Double?) {
    displacement = parameters.displacementUncertainty.si
    wavelengthUncertainty = parameters.wavelengthUncertainty.si
    self.wavelength = wavelength
  }

  /// What one standard deviation of each error does to the spacings of 003 and 104.
  ///
  /// - Throws: `LatticeError` where a line does not exist at the wavelength.
  func spacings(d003: Double, d104: Double) throws -> [SpacingCommonError] {
    var errors: [SpacingCommonError] = []
    if wavelengthUncertainty > 0 {
      errors.append(.wavelength(relative: wavelengthUncertainty, d003: d003, d104: d104))
    }
    if displacement > 0, let wavelength {
      errors.append(
        try .shift(.transmission(distance: 1), sigma: displacement, wavelength: wavelength, d003: d003, d104: d104))
    }
    return errors
  }

  /// Relative standard uncertainty of one spacing from all of them.
  func relative(_ spacing: Double) throws -> Double {
    try spacings(d003: spacing, d104: spacing).reduce(0) { $0 + $1.d003 * $1.d003 }.squareRoot() / spacing
  }

  /// What they do to a lattice that was refined from a whole pattern: what they would do to 003 and 104.
  func lattice(a: Double, c: Double) throws -> [LatticeCommonError] {
    let d003 = c / 3
    let d104 = 1 / (4 / (3 * a * a) + 16 / (c * c)).squareRoot()
    return try HexagonalLattice(
      d003: d003, d104: d104, covariance: SpacingCovariance(d003: 0, both: 0, d104: 0),
      commonErrors: try spacings(d003: d003, d104: d104)
    ).commonErrors
  }
}

extension PeakStatus {
  /// In words, for tables and messages.
  var words: String {
    switch self {
    case .fitted: "fitted"
    case .noUsablePeak: "no usable peak"
    case .atTheEdge: "at the edge of its window"
    case .overlapped: "under a neighbour's line"
    case .notConverged: "the fit did not come to rest"
    case .noData: "no data in its window"
    }
  }
}
