import Crystallography
import Figures
import Foundation
import Pipeline
import PowderDiffraction
import Quantities

/// The peaks of a series in words and figures.
struct DiffractionPeaksSummary {
  let value: PeakTable
  let fits: PeakSeries
  let model: PeakModel
  let input: DiffractionPeaksStage.Input
  let parameters: DiffractionPeaksStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }
  private let degree = Double.pi / 180

  var summary: StageSummary {
    StageSummary(
      title: "Peaks" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines, figures: figures,
      tables: [table] + (value.states.map { [stateTable($0)] } ?? []), assumptions: assumptions,
      conventions: conventions, warnings: warnings, methods: methods,
      citations: DiffractionPeaksStage.citations)
  }

  /// Estimates of a line in the patterns where it may be used.
  private func usable(_ line: Int) -> [Int] {
    (0..<value.patternCount).filter { value.isUsable(pattern: $0, line: line) }
  }

  private func values(_ estimates: PeakTable.Estimates, _ line: Int, _ patterns: [Int]) -> [PeakValue] {
    patterns.map {
      PeakValue(
        estimates.values[$0 * value.lines.count + line], sigma: estimates.sigmas[$0 * value.lines.count + line])
    }
  }

  /// The most precise mean and its uncertainty.
  static func mean(_ values: [PeakValue]) -> PeakValue {
    let known = values.filter { $0.sigma > 0 && $0.value.isFinite }
    let weight = known.reduce(0) { $0 + 1 / ($1.sigma * $1.sigma) }
    guard weight > 0 else { return .unknown }
    return PeakValue(
      known.reduce(0) { $0 + $1.value / ($1.sigma * $1.sigma) } / weight, sigma: 1 / weight.squareRoot())
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    value.lines.indices.flatMap { line -> [HeadlineValue] in
      let label = value.lines[line].label
      let key = "\(prefix)peaks.\(label.replacing(" ", with: "_"))"
      let patterns = usable(line)
      let mean = Self.mean(values(value.twoTheta, line, patterns))
      var found = [
        HeadlineValue(
          key: "\(key).usable", label: "patterns with a usable \(label)", value: Double(patterns.count),
          uncertaintyNote: "a count", unit: "1")
      ]
      if !mean.value.isNaN {
        found.append(
          HeadlineValue(
            key: "\(key).two_theta",
            label: patterns.count > 1 ? "mean 2θ of \(label) over them" : "2θ of \(label)", value: mean.value / degree,
            uncertainty: mean.sigma / degree, unit: "deg"))
      }
      return found
    }
  }

  private var table: Table {
    let rows = value.lines.indices.map { line -> [String] in
      let patterns = usable(line)
      let places = values(value.twoTheta, line, patterns)
      let widths = values(value.fwhm, line, patterns).map(\.value)
      let sigmas = places.map(\.sigma).sorted()
      let mean = Self.mean(places)
      let scatter =
        places.count > 1
        ? (places.reduce(0) { $0 + ($1.value - mean.value) * ($1.value - mean.value) } / Double(places.count - 1))
          .squareRoot() : .nan
      func text(_ value: Double, _ format: String) -> String { value.isNaN ? "" : String(format: format, value) }
      return [
        value.lines[line].label, "\(patterns.count) of \(value.patternCount)", text(mean.value / degree, "%.5f"),
        text(scatter / degree * 1e3, "%.2f"),
        text(sigmas.isEmpty ? .nan : sigmas[sigmas.count / 2] / degree * 1e3, "%.2f"),
        text(widths.isEmpty ? .nan : widths.sorted()[widths.count / 2] / degree * 1e3, "%.1f"),
      ]
    }
    return Table(
      title: "Lines",
      columns: [
        "line", "usable patterns", "mean 2θ / deg", "scatter / mdeg", "median uncertainty / mdeg", "median FWHM / mdeg",
      ], rows: rows,
      caption: "The scatter holds the motion of the line over the series as well as its uncertainty.")
  }

  /// Verdicts counted, with the limits of the middle pattern.
  private func stateTable(_ states: ColumnTable) -> Table {
    let (lines, verdicts) = (states.texts("Reflection") ?? [], states.texts("Verdict") ?? [])
    let seen = states.numbers("Separation Seen") ?? []
    let spread = states.numbers("Spread Seen") ?? []
    func median(_ values: [Double], _ rows: [Int]) -> String {
      let known = rows.map { values[$0] }.filter(\.isFinite).sorted()
      return known.isEmpty ? "" : String(format: "%.2e", known[known.count / 2])
    }
    let rows = parameters.states.map { line -> [String] in
      let own = lines.indices.filter { lines[$0] == SamplePhase.indices(line)?.description }
      let counts = Dictionary(grouping: own) { verdicts[$0] }.sorted { $0.key < $1.key }
      return [
        line, counts.map { "\(StateTable.words($0.key)): \($0.value.count)" }.joined(separator: "; "),
        median(seen, own), median(spread, own),
      ]
    }
    return Table(
      title: "States",
      columns: [
        "line", "patterns", "separation of two states that is seen", "relative spread of d that is seen",
      ], rows: rows,
      caption:
        "Decided by the Bayesian information criterion, a gain of more than 10. The limits are medians: what 95 % "
        + "of such patterns would show.")
  }

  private var warnings: [String] {
    var found: [String] = []
    let sample = value.lines.indices.filter { value.lines[$0].phase == value.samplePhase }
    for line in sample where usable(line).isEmpty {
      found.append("No pattern has a usable \(value.lines[line].label).")
    }
    let lost = (0..<value.patternCount).filter { pattern in
      !sample.contains { value.isUsable(pattern: pattern, line: $0) }
    }
    if !lost.isEmpty && lost.count < value.patternCount {
      found.append("\(lost.count) of \(value.patternCount) patterns have no usable line of \(value.samplePhase).")
    }
    let overlapped = value.statuses.indices.count {
      sample.contains($0 % value.lines.count) && value.statuses[$0] == .overlapped
    }
    if overlapped > 0 {
      found.append("\(overlapped) lines of \(value.samplePhase) lie under a neighbour's and are not used.")
    }
    if !fits.jumps.isEmpty {
      let first = fits.jumps.prefix(5).map { "\(value.lines[$0.peak].label) at pattern \($0.frame)" }
      found.append("\(fits.jumps.count) jumps of more than five sigma: \(first.joined(separator: ", ")).")
    }
    if !fits.ambiguousFrames.isEmpty {
      found.append("\(fits.ambiguousFrames.count) patterns have two fits about as good; the better one is kept.")
    }
    let scatter = value.reducedChiSquares.filter(\.isFinite).sorted()
    if let middle = scatter.isEmpty ? nil : scatter[scatter.count / 2], middle > 2 {
      found.append(
        String(
          format: "The median reduced χ² is %.2f: the patterns scatter more than their uncertainties say, as spots do.",
          middle))
    }
    return found
  }

  private var assumptions: [Assumption] {
    guard parameters.instrumentWidth == nil else { return [] }
    return [
      Assumption(
        statement: "widths of the lines are not known beforehand", source: "no `instrument_width` is given",
        range: "not varied",
        effect: "a broadened sample cannot be told from a broad instrument; positions are free of it")
    ]
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "displacement", choice: "positive towards the detector, as a fraction of the distance"),
      Convention(
        subject: "intensity of a peak",
        choice: "power of the ring over 2π: the pattern times sin 2θ, integrated over the line"),
      Convention(
        subject: "uncertainty of a peak",
        choice: "counting statistics with the covariance of neighbouring bins; not "
          + "scaled by the scatter about the fit"),
    ]
  }

  private var methods: String {
    let names = parameters.reflections.joined(separator: ", ")
    let beside = parameters.neighbours.map(\.rawValue).joined(separator: ", ")
    return
      "The reflections \(names) of \(value.samplePhase)"
      + (beside.isEmpty ? "" : ", together with the lines of \(beside) beside them,")
      + " were fitted jointly to \(value.patternCount) patterns with pseudo-Voigt profiles [@thompson1987] on polynomial "
      + "backgrounds, by generalised least squares with the covariance of neighbouring bins, each pattern from the "
      + "result of the one before and after it. Lines below the detection limit at a false-alarm chance of "
      + "\(parameters.falseAlarm) are not used."
  }

  // MARK: - Figures

  private var figures: [Figure] {
    value.patternCount > 1 ? [waterfall, positions, intensities] : [waterfall]
  }

  /// At most so many patterns behind the slider.
  private static let shownPatterns = 40

  private var waterfall: Figure {
    let series = input.patterns.series
    let step = max((value.patternCount + Self.shownPatterns - 1) / Self.shownPatterns, 1)
    let shown = Array(stride(from: 0, to: value.patternCount, by: step))
    let angles = series.positions.map {
      series.axis.convert($0, to: .twoTheta, wavelength: series.wavelength) ?? .nan
    }
    let panels = model.windows.indices.map { window -> Panel in
      let bins = angles.indices.filter { model.windows[window].range.contains(angles[$0]) }
        .sorted { angles[$0] < angles[$1] }
      let centres = bins.map { angles[$0] }
      let edges = PeakModel.edges(centres)
      let x = centres.map { $0 / degree }
      var (observed, total, background): ([[Double]], [[Double]], [[Double]]) = ([], [], [])
      for pattern in shown {
        observed.append(bins.map { series.intensities[pattern * series.binCount + $0] })
        let curve = fits.fits[pattern].curve(window: window, of: model, edges: edges)
        // Back from the power of the rings to the mean of the pixels.
        total.append(zip(curve.total, centres).map { $0 / sin($1) })
        background.append(zip(curve.background, centres).map { $0 / sin($1) })
      }
      let labels =
        fits.fits.first?.peaks.map(\.label).enumerated().filter { index, _ in
          (0..<value.patternCount).contains { pattern in
            model.windows[window].range.contains(value.twoTheta.values[pattern * value.lines.count + index])
          }
        }.map(\.element) ?? []
      return Panel(
        title: labels.joined(separator: ", "), x: Axis("2θ", unit: "deg"), y: Axis("intensity", unit: "counts a pixel"),
        marks: [
          .points(Curve(name: "measured", x: x, frames: observed, colourIndex: 6)),
          .line(Curve(name: "fit", x: x, frames: total, colourIndex: 0)),
          .line(Curve(name: "background", x: x, frames: background, style: .dashed, colourIndex: 1)),
        ])
    }
    return Figure(
      identifier: "\(prefixed)peaks-waterfall", title: "The fits, pattern by pattern",
      caption: shown.count > 1
        ? "Move the slider to go through the series; every \(step == 1 ? "" : "\(step)th ")pattern is shown."
        : "The lines of the sample and of its neighbours, fitted together.",
      panels: panels,
      frames: shown.count > 1 ? .init(label: "pattern", unit: "", values: shown.map(Double.init)) : nil)
  }

  private var sampleLines: [Int] {
    value.lines.indices.filter { value.lines[$0].phase == value.samplePhase && !usable($0).isEmpty }
  }

  private var positions: Figure {
    let panels = sampleLines.enumerated().map { place, line -> Panel in
      let patterns = usable(line)
      let estimates = values(value.dSpacing, line, patterns)
      return Panel(
        title: value.lines[line].label, x: Axis("pattern"), y: Axis("d spacing", unit: "angstrom"),
        marks: [
          .points(
            Curve(
              name: value.lines[line].label, x: patterns.map(Double.init), y: estimates.map { $0.value * 1e10 },
              yUncertainty: estimates.map { $0.sigma * 1e10 }, colourIndex: place))
        ])
    }
    return Figure(
      identifier: "\(prefixed)peaks-spacings", title: "Spacings over the series",
      caption: "Lattice spacings of the usable lines with standard uncertainties of counting.", panels: panels)
  }

  private var intensities: Figure {
    func curves(_ estimates: PeakTable.Estimates, _ factor: Double) -> [Mark] {
      value.lines.indices.filter { !usable($0).isEmpty }.map { line in
        let patterns = usable(line)
        let found = values(estimates, line, patterns)
        return .points(
          Curve(
            name: value.lines[line].label, x: patterns.map(Double.init), y: found.map { $0.value * factor },
            yUncertainty: found.map { $0.sigma * factor }))
      }
    }
    return Figure(
      identifier: "\(prefixed)peaks-intensities", title: "Intensities and widths over the series",
      caption: "The power of the rings and full widths at half maximum of their lines, neighbours included.",
      panels: [
        Panel(
          title: "Intensity", x: Axis("pattern"), y: Axis("ring power over 2π", unit: "counts a pixel x deg"),
          marks: curves(value.intensity, 1 / degree)),
        Panel(
          title: "Width", x: Axis("pattern"), y: Axis("FWHM", unit: "mdeg"), marks: curves(value.fwhm, 1e3 / degree)),
      ])
  }
}
