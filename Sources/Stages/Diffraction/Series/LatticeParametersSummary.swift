import Figures
import Foundation
import Pipeline
import PowderDiffraction
import Quantities

/// The lattice parameters of a series in words and figures.
struct LatticeParametersSummary {
  let value: LatticeTable
  let series: LatticeSeries
  let rows: [LatticeTable.Row]
  let input: LatticeParametersStage.Input
  let parameters: LatticeParametersStage.Parameters
  let scan: LineScan?

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }

  var summary: StageSummary {
    StageSummary(
      title: "Lattice parameters" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: figures, tables: series.grainSpread == nil ? [] : [grainTable], assumptions: assumptions,
      conventions: [
        Convention(subject: "lattice", choice: "hexagonal axes, c = 3 d(003)"),
        Convention(
          subject: "strain",
          choice: scan == nil
            ? "relative to the first pattern, expansion positive"
            : "relative to the first pass at the same position, expansion positive"),
      ], warnings: warnings, methods: methods, citations: LatticeParametersStage.citations)
  }

  private var known: [Int] { rows.indices.filter { rows[$0].lattice != nil } }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    var found = [
      HeadlineValue(
        key: "\(prefix)lattice.patterns", label: "patterns with both lattice parameters", value: Double(known.count),
        uncertaintyNote: "a count", unit: "1")
    ]
    guard let first = known.first, let last = known.last, let start = rows[first].lattice, let end = rows[last].lattice
    else { return found }
    func pair(_ key: String, _ words: String, _ lattice: HexagonalLattice) -> [HeadlineValue] {
      [
        HeadlineValue(
          key: "\(prefix)lattice.\(key)a", label: "a\(words)", value: lattice.a * 1e10,
          uncertainty: lattice.sigmaA * 1e10, unit: "angstrom", isAnswer: true),
        HeadlineValue(
          key: "\(prefix)lattice.\(key)c", label: "c\(words)", value: lattice.c * 1e10,
          uncertainty: lattice.sigmaC * 1e10, unit: "angstrom", isAnswer: true),
        HeadlineValue(
          key: "\(prefix)lattice.\(key)ratio", label: "c/a\(words)", value: lattice.axialRatio,
          uncertainty: lattice.sigmaAxialRatio, unit: "1"),
      ]
    }
    guard first != last else { return found + pair("", "", start) }
    found += pair("first_", " of the first pattern", start) + pair("last_", " of the last pattern", end)
    let strains = rows.compactMap(\.strain)
    if let strain = scan == nil ? strains.last : nil {
      found += [
        HeadlineValue(
          key: "\(prefix)lattice.strain_a", label: "strain of a at the end", value: strain.a * 100,
          uncertainty: strain.sigmaA * 100, unit: "%"),
        HeadlineValue(
          key: "\(prefix)lattice.strain_c", label: "strain of c at the end", value: strain.c * 100,
          uncertainty: strain.sigmaC * 100, unit: "%"),
      ]
    }
    return found
  }

  private var grainTable: Table {
    let rows = [("003", series.grainSpread?.d003), ("104", series.grainSpread?.d104)].compactMap { name, found in
      found.map {
        [
          name, "\($0.count)", String(format: "%.2e", $0.spread),
          String(format: "%.2e to %.2e", $0.spreadInterval.lowerBound, $0.spreadInterval.upperBound),
          String(format: "%.3g", $0.probability),
        ]
      }
    }
    return Table(
      title: "Spread between the positions of the first pass",
      columns: [
        "ring", "positions", "relative spread of d", "95 % interval", "probability by counting alone",
      ], rows: rows,
      caption:
        "A ring of few grains stands for the particle with this spread; it is a part of the uncertainty of a and c.")
  }

  private var warnings: [String] {
    var found: [String] = []
    let lost = Dictionary(grouping: rows.filter { $0.lattice == nil && $0.onlyC == nil }.map(\.reason)) { $0 }
    for (reason, all) in lost.sorted(by: { $0.key < $1.key }) {
      found.append("\(all.count) of \(rows.count) patterns give no lattice: \(reason).")
    }
    let alone = rows.count { $0.onlyC != nil }
    if alone > 0 { found.append("\(alone) of \(rows.count) patterns give c alone: their 104 is not usable.") }
    found += scan?.statements.map(\.description) ?? []
    return found + series.remarks
  }

  private var assumptions: [Assumption] {
    var found: [Assumption] = []
    if parameters.displacementUncertainty.si == 0 {
      found.append(
        Assumption(
          statement: "the sample stands where the calibrant stood", source: "no `displacement_uncertainty` is given",
          range: "100 um of 131.67 mm move d by 7.5e-4",
          effect: "absolute a and c follow it together, c/a and strains hardly"))
    }
    if parameters.grains == .firstPass && series.grainSpread == nil && parameters.method == .peaks {
      found.append(
        Assumption(
          statement: "every ring stands for the whole sample",
          source: scan == nil
            ? "no `scan` tells which patterns see different grains"
            : "fewer than four usable positions in the first pass",
          range: "not varied", effect: "the uncertainty holds no spread between grains"))
    }
    return found
  }

  private var methods: String {
    let strains =
      scan == nil
      ? ""
      : " Strains are relative to the first pass at the same position, so that errors of the instrument "
        + "cancel."
    switch parameters.method {
    case .peaks:
      return
        "Lattice parameters of \(known.count) patterns come from the spacings of 003 and 104 with their full covariance, "
        + "c = 3 d(003)."
        + (series.grainSpread == nil
          ? ""
          : " The spread between the few grains of a ring was taken from the scatter between the positions of the first "
            + "pass by restricted maximum likelihood.") + strains
    case .pawley, .leBail:
      let name = parameters.method == .pawley ? "Pawley's method [@pawley1981]" : "Le Bail's method [@lebail1988]"
      return
        "The whole patterns were refined by \(name) with Thompson-Cox-Hastings profiles [@thompson1987] and a "
        + "background of \(parameters.pattern.background) polynomials, each from its neighbour's result; "
        + "\(known.count) of \(rows.count) converged." + strains
    }
  }

  // MARK: - Figures

  private var figures: [Figure] {
    guard rows.count > 1 else { return [] }
    return [overTime] + (scan.map { [map($0)] } ?? []) + [quality]
  }

  private var abscissa: (axis: Axis, values: [Double]) {
    guard let times = value.times, let first = times.first else {
      return (Axis("pattern"), rows.indices.map(Double.init))
    }
    return (Axis("time since the first exposure", unit: "h"), times.map { ($0 - first) / 3600 })
  }

  private var overTime: Figure {
    let (axis, x) = abscissa
    func panel(
      _ name: String, _ color: Int, _ value: (HexagonalLattice) -> Double, _ sigma: (HexagonalLattice) -> Double
    )
      -> Panel
    {
      Panel(
        title: name, x: axis, y: Axis(name, unit: "angstrom"),
        marks: [
          .points(
            Curve(
              name: name, x: known.map { x[$0] }, y: known.compactMap { rows[$0].lattice.map { value($0) * 1e10 } },
              yUncertainty: known.compactMap { rows[$0].lattice.map { sigma($0) * 1e10 } }, colourIndex: color))
        ])
    }
    return Figure(
      identifier: "\(prefixed)lattice-time", title: "Lattice parameters over the series",
      caption: "Standard uncertainties from counting, the instrument and the choice of grains together.",
      panels: [panel("a", 0, \.a, \.sigmaA), panel("c", 1, \.c, \.sigmaC)])
  }

  /// Position by pass.
  private func map(_ scan: LineScan) -> Figure {
    let positions = scan.plan.positions
    let half = positions.count > 1 ? (positions[1] - positions[0]) / 2 : 0.5e-6
    func panel(_ title: String, _ value: (Int) -> Double) -> Panel {
      var values = [Float](repeating: .nan, count: scan.passCount * positions.count)
      for frame in scan.frames {
        // Rows are positions, the needle at the bottom; columns are passes.
        let row = positions.count - 1 - frame.step
        values[row * scan.passCount + frame.pass] = Float(value(frame.index) * 100)
      }
      let largest = Double(values.filter(\.isFinite).map(abs).max() ?? 1)
      let limit = largest > 0 ? largest : 1
      return Panel(
        title: title, x: Axis("pass"), y: Axis("position", unit: "um"),
        marks: [
          .map(
            PixelMap(
              label: title, unit: "%", rows: positions.count, columns: scan.passCount, values: [values],
              xExtent: -0.5...Double(scan.passCount) - 0.5,
              yExtent: (positions[0] - half) * 1e6...(positions[positions.count - 1] + half) * 1e6,
              colourScale: .diverging, limits: -limit...limit))
        ])
    }
    return Figure(
      identifier: "\(prefixed)lattice-map", title: "Strain along the scan, pass by pass",
      caption: "Relative to the first usable pass at the same position; the needle is below. Empty: no usable lines.",
      panels: [
        panel("strain of a") { rows[$0].strain?.a ?? .nan }, panel("strain of c") { rows[$0].strain?.c ?? .nan },
      ])
  }

  private var quality: Figure {
    let (axis, x) = abscissa
    let seen = series.fitQualities.indices.filter { series.fitQualities[$0].isFinite }
    return Figure(
      identifier: "\(prefixed)lattice-quality", title: "How well the models fit",
      caption: "Reduced χ² of each pattern; 1 is what counting alone leaves.",
      panels: [
        Panel(
          x: axis, y: Axis("reduced χ²"),
          marks: [
            .points(Curve(name: "fit", x: seen.map { x[$0] }, y: seen.map { series.fitQualities[$0] })),
            .horizontalLine(at: 1, label: "counting alone"),
          ])
      ])
  }
}
