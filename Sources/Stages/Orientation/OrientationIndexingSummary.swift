import ArrayMath
import Crystallography
import ElectronDiffraction
import Figures
import Foundation
import Pipeline

/// An indexed map in words and figures.
struct OrientationIndexingSummary {
  let value: IndexedMap
  let points: [DecidedPattern]
  let input: OrientationIndexingStage.Input
  let parameters: OrientationIndexingStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }
  private let degree = Double.pi / 180
  private var pictures: OrientationPictures { OrientationPictures(value.map) }

  var summary: StageSummary {
    StageSummary(
      title: "Indexing" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines, figures: figures,
      tables: [], assumptions: [], conventions: conventions, warnings: warnings, methods: methods,
      citations: OrientationIndexingStage.citations)
  }

  private func count(_ status: IndexingStatus) -> Int { points.count { $0.pattern.status == status } }
  private var found: [DecidedPattern] { points.filter { $0.pattern.status != .notIndexed } }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.filter(\.isFinite).sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  private var headlines: [HeadlineValue] {
    let total = Double(max(points.count, 1))
    func share(_ key: String, _ label: String, _ count: Int) -> HeadlineValue {
      let share = Double(count) / total
      return HeadlineValue(
        key: "\(prefix)indexing.\(key)", label: label, value: 100 * share,
        uncertainty: 100 * (share * (1 - share) / total).squareRoot(), unit: "%")
    }
    func middle(_ key: String, _ label: String, _ values: [Double], _ unit: String) -> HeadlineValue {
      HeadlineValue(
        key: "\(prefix)indexing.\(key)", label: label, value: median(values),
        uncertaintyNote: "the median over the map", unit: unit)
    }
    var all = [
      HeadlineValue(
        key: "\(prefix)indexing.patterns", label: "patterns", value: Double(points.count), uncertaintyNote: "a count",
        unit: "1"),
      share("indexed", "patterns with one orientation", count(.indexed)),
      share("undecided", "patterns that fit several pseudo-symmetric orientations", count(.undecided)),
    ]
    all += majorityHeadlines
    all += calibrationHeadlines
    guard !found.isEmpty else { return all }
    all += [
      middle(
        "fit", "median deviation of the bands from the orientation", found.map { $0.pattern.fit / degree }, "deg"),
      middle(
        "axis_uncertainty", "median standard uncertainty of the c axis",
        found.map { $0.pattern.axisUncertainty / degree }, "deg"),
    ]
    if found.contains(where: { $0.correlation.isFinite }) {
      all.append(
        middle("correlation", "median correlation with the simulated pattern", found.map(\.correlation), "1"))
    }
    if found.contains(where: { $0.margin.isFinite }) {
      all.append(
        middle(
          "margin", "median margin over the next pseudo-symmetric orientation, in correlation", found.map(\.margin), "1"
        ))
    }
    return all
  }

  /// Domains of fewer points say nothing.
  private static let smallestDomain = 5

  private var majorityHeadlines: [HeadlineValue] {
    let domains = value.domains.filter { $0.pointCount >= Self.smallestDomain }
    guard !domains.isEmpty else { return [] }
    let points = Double(domains.reduce(0) { $0 + $1.pointCount })
    let share = Double(domains.reduce(0) { $0 + $1.agreeingCount }) / points
    return [
      HeadlineValue(
        key: "\(prefix)indexing.majority", label: "points that follow the pseudo-symmetric majority of their grain",
        value: 100 * share, uncertainty: 100 * (share * (1 - share) / points).squareRoot(), unit: "%"),
      HeadlineValue(
        key: "\(prefix)indexing.majority_margin", label: "smallest lead of a grain's majority, of its votes",
        value: 100 * (domains.map(\.margin).min() ?? .nan), uncertaintyNote: "of \(domains.count) grains", unit: "%"),
    ]
  }

  private var calibrationHeadlines: [HeadlineValue] {
    func optimised(_ key: String, _ label: String) -> HeadlineValue? {
      guard let number = value.calibration[key], let sigma = value.calibration[key + "_uncertainty"], sigma.isFinite
      else { return nil }
      return HeadlineValue(
        key: "\(prefix)indexing.\(key)", label: label, value: number, uncertainty: sigma, unit: "1")
    }
    return [
      optimised("pattern_centre_x", "pattern centre from the left, in widths"),
      optimised("pattern_centre_y", "pattern centre from the top, in heights"),
      optimised("pattern_centre_z", "distance of the screen, in heights"),
      optimised("axial_ratio", "c/a of \(input.masters.phases.first?.indexing.name ?? "the phase")"),
    ].compactMap(\.self)
  }

  private var warnings: [String] {
    var all = input.notes
    let share = Double(count(.indexed)) / Double(max(points.count, 1))
    if found.isEmpty {
      all.append("No pattern was indexed: look at the pattern centre, the tilts and the phase.")
    } else if share < 0.3 {
      all.append(String(format: "Only %.0f %% of the patterns have one orientation.", 100 * share))
    }
    if !parameters.refine || !parameters.decidePseudoSymmetry,
      input.masters.phases.contains(where: { !PseudoSymmetry($0.indexing).operators.isEmpty })
    {
      all.append(
        "Pseudo-symmetric orientations were not told apart on the pattern: c axes may be wrong by 70 deg with a good fit."
      )
    }
    if parameters.axialRatio == .optimised, let found = value.calibration["axial_ratio"],
      let sigma = value.calibration["axial_ratio_uncertainty"], let cell = input.masters.phases.first?.indexing.cell,
      abs(found - cell.c / cell.a) > 3 * sigma
    {
      all.append(
        String(
          format:
            "c/a was found at %.4f, %.2f %% from that of the stated cell. The simulated pattern is of the stated cell "
            + "and holds c/a back: of a simulated difference of 0.6 %% a third was found. State the cell that was "
            + "found and run again until it stays; the uncertainty is that of noise alone.", found,
          100 * (found / (cell.c / cell.a) - 1)))
    }
    return all
  }

  // MARK: - Figures

  private var figures: [Figure] {
    var all = [
      KikuchiSetupFigure(geometry: input.geometry, identifier: "\(prefixed)indexing-setup").figure
    ]
    if let example = value.example {
      all.append(
        Figure(
          identifier: "\(prefixed)indexing-pattern", title: "A pattern with the bands of its orientation",
          caption:
            "The clearest pattern of the map, background taken off, with the edges of the two strongest families of bands "
            + "and the middles of others where the orientation puts them.",
          panels: [RadialTextureFigures.patternPanel(example)]))
    }
    all.append(maps)
    return all
  }

  private var maps: Figure {
    func limits(_ values: [Double]) -> ClosedRange<Double> {
      let sorted = values.filter(\.isFinite).sorted()
      guard let low = sorted.first, let high = sorted.last else { return 0...1 }
      let top = sorted[sorted.count * 98 / 100]
      return low...max(top, low + 1e-3 * max(abs(high), 1))
    }
    let fit = value.map.points.map { $0.status == .notIndexed ? .nan : $0.fit / degree }
    let status = value.map.points.map { Double($0.status.rawValue) }
    var panels = [
      pictures.panel(
        "0 not indexed, 1 indexed, 2 undecided", [pictures.values("status", unit: "", limits: 0...2) { status[$0] }]),
      pictures.panel("Fit", [pictures.values("deviation of bands", unit: "deg", limits: limits(fit)) { fit[$0] }]),
    ]
    if value.margins.contains(where: \.isFinite) {
      panels.append(
        pictures.panel(
          "Margin over the next variant",
          [
            pictures.values("margin", unit: "", limits: limits(value.margins)) { value.margins[$0] }
          ]))
    }
    return Figure(
      identifier: "\(prefixed)indexing-maps", title: "How well each point was indexed",
      caption:
        "Undecided points fit several pseudo-symmetric orientations alike; the margin is the difference of correlation "
        + "between the best of them and the next.", panels: panels)
  }

  // MARK: - Words

  private var conventions: [Convention] {
    let centre = input.geometry.patternCentre
    return [
      Convention(
        subject: "pattern centre",
        choice: String(
          format: "%.4f from the left, %.4f from the top, distance %.4f heights (Bruker)", centre.x, centre.y, centre.z)
      ),
      Convention(
        subject: "electrons leave by",
        choice: input.geometry.emission == .exit ? "the far face of the foil" : "the face that the beam enters"),
      Convention(
        subject: "tilts",
        choice: String(
          format:
            "sample %.2f deg (positive: entry face towards the screen), screen's axis %.2f deg below the horizontal",
          input.geometry.sampleTilt / degree, input.geometry.screenTilt / degree)),
      Convention(subject: "Euler frame", choice: "edax1: x down and y to the right of the map; Bunge, passive"),
    ]
  }

  private var methods: String {
    let phases = input.masters.phases.map(\.indexing.name).joined(separator: ", ")
    let refinement =
      parameters.refine
      ? " Orientations were refined on all pixels of the pattern within a circle against the master pattern"
        + (parameters.decidePseudoSymmetry
          ? ", together with their pseudo-symmetric ones; a pattern is decided where the likelihood of the best stands "
            + String(format: "%g", parameters.decisionThreshold) + " standard deviations above the next." : ".") : ""
    return
      "\(points.count) patterns of \(input.geometry.shape.columns) x \(input.geometry.shape.rows) pixels (\(input.source)) were indexed as \(phases) by up to \(parameters.bands) bands of their Radon transforms.\(refinement)"
  }
}
