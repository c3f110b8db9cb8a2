import ElectronDiffraction
import Figures
import Foundation
import Pipeline
import Quantities

/// The grains of a map in words and figures.
struct OrientationMapSummary {
  let value: OrientationGrains
  let input: OrientationMapStage.Input
  let parameters: OrientationMapStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }
  private let degree = Double.pi / 180
  private var map: OrientationMap { value.map }
  private var grains: [Grain] { value.grains.grains }

  var summary: StageSummary {
    StageSummary(
      title: "Orientation map" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines, figures: figures,
      tables: [], assumptions: [], conventions: conventions, warnings: warnings, methods: methods,
      citations: OrientationMapStage.citations)
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    func value(_ key: String, _ label: String, _ value: Double, _ uncertainty: Double?, _ note: String, _ unit: String)
      -> HeadlineValue
    {
      HeadlineValue(
        key: "\(prefix)map.\(key)", label: label, value: value, uncertainty: uncertainty, uncertaintyNote: note,
        unit: unit)
    }
    let total = Double(max(map.points.count, 1))
    let share = Double(map.points.count { $0.status == .indexed }) / total
    let undecided = Double(map.points.count { $0.status == .undecided }) / total
    var all = [
      value("points", "points of the map", Double(map.points.count), nil, "a count", "1"),
      value(
        "indexed", "points with one orientation", 100 * share, 100 * (share * (1 - share) / total).squareRoot(), "", "%"
      ),
      value(
        "undecided", "points that fit several pseudo-symmetric orientations", 100 * undecided,
        100 * (undecided * (1 - undecided) / total).squareRoot(), "", "%"),
      value("grains", "grains", Double(grains.count), nil, "a count", "1"),
    ]
    let diameters = grains.map { 2 * ($0.area / .pi).squareRoot() }
    guard !diameters.isEmpty else { return all }
    let count = Double(diameters.count)
    let mean = diameters.reduce(0, +) / count
    let squares = diameters.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    all.append(
      value(
        "grain_diameter", "mean diameter of a grain, of a circle of its area", mean * 1e6,
        count > 1 ? (squares / (count - 1) / count).squareRoot() * 1e6 : nil, count > 1 ? "" : "one grain", "um"))
    let spreads = grains.map(\.orientationSpread).sorted()
    all.append(
      value(
        "orientation_spread", "median spread of orientations within a grain", spreads[spreads.count / 2] / degree, nil,
        "the median over the grains", "deg"))
    return all
  }

  private var warnings: [String] {
    var all = input.notes
    if grains.isEmpty { all.append("There is no grain: no point has an orientation that counts.") }
    return all
  }

  // MARK: - Figures

  private var figures: [Figure] {
    let pictures = OrientationPictures(map)
    let colours = OrientationColours(map)
    let lines = pictures.boundaries(value.grains.labels, name: "boundaries of grains", colourIndex: 6)
    var all = [
      Figure(
        identifier: "\(prefixed)map-c-axes", title: "The c axes of the map",
        caption:
          "Hue tells the direction of the c axis in the plane, both senses alike, and strength its angle to the normal: "
          + "white stands on the map, full colour lies in it. Grey points have no orientation. Right: the key.",
        panels: [pictures.panel("c axes", [pictures.picture(colours.axis), lines]), OrientationColours.axisKey])
    ]
    let name = map.phases.isEmpty ? "" : map.phases[0].name
    if !map.phases.isEmpty {
      all.append(
        Figure(
          identifier: "\(prefixed)map-inverse-pole-figure", title: "Which crystal direction stands on the map",
          caption:
            "Inverse pole figure colours of the normal of the map, after Nolze and Hielscher, in the frame of the crystal. "
            + "Right: the key of \(name).",
          panels: [
            pictures.panel("normal of the map", [pictures.picture(colours.inversePole), lines]),
            colours.inversePoleKey(of: map.phases[0]),
          ]))
    }
    return all
  }

  // MARK: - Words

  private var conventions: [Convention] {
    [
      Convention(subject: "Euler frame", choice: input.eulerFrame),
      Convention(
        subject: "map's frame", choice: "x along a row, y from row to row (down), z into the drawing"),
      Convention(subject: "crystal frame", choice: "x along a, z along c*"),
    ]
  }

  private var methods: String {
    String(
      format:
        "The map (%@; %d x %d points, steps of %.4g x %.4g um) was parted into %d grains where neighbours differ by %.3g deg or more; grains of fewer than %d points were given to their neighbours.%@",
      input.source, map.grid.columns, map.grid.rows, map.grid.stepX * 1e6, map.grid.stepY * 1e6, grains.count,
      parameters.threshold.si / degree, parameters.leastPoints,
      parameters.usesUndecided ? "" : " Points between pseudo-symmetric orientations took no part.")
  }
}
