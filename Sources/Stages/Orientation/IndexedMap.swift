import ArrayMath
import Crystallography
public import ElectronDiffraction
public import FileFormats
import Foundation

/// An orientation map that was made from patterns.
public struct IndexedMap: NeXusRepresentable {
  public var map: OrientationMap
  /// Normalised correlation of each pattern with the simulated one; NaN where none was made.
  public var correlations: [Double]
  /// By how much it exceeds that of the next pseudo-symmetric orientation; NaN where there is none.
  public var margins: [Double]
  /// Pattern centre (Bruker) and c/a of the first phase as used, with standard uncertainties where they were optimised
  /// and NaN where they were stated.
  public var calibration: [String: Double]
  /// What neighbours say of the pseudo-symmetric orientations, for each domain in which they count as equal.
  public var domains: [PseudoSymmetryVote.Decision]
  /// A pattern to show; nil where nothing was indexed.
  public var example: IndexedExample?

  // MARK: - NeXus

  public var defaultPlot: String { "c_axis_map" }

  public var nexusChildren: [String: NeXusNode] {
    let grid = map.grid
    let shape = [grid.rows, grid.columns]
    let tilt = map.points.indices.map { index -> Double in
      guard map.points[index].status != .notIndexed else { return .nan }
      return acos(min(abs(map.cAxis(at: index).z), 1)) * 180 / .pi
    }
    var children: [String: NeXusNode] = [
      defaultPlot: .group(
        .data(
          signal: "c_axis_tilt", axes: ["y", "x"], title: "Angle between c axis and the normal of the map",
          interpretation: "image",
          datasets: [
            "c_axis_tilt": NeXusDataset(tilt, shape: shape, units: "deg", longName: "c axis to normal / deg"),
            "x": NeXusDataset(
              (0..<grid.columns).map { Double($0) * grid.stepX * 1e6 }, units: "um", longName: "x / um"),
            "y": NeXusDataset((0..<grid.rows).map { Double($0) * grid.stepY * 1e6 }, units: "um", longName: "y / um"),
          ])),
      "map": .group(OrientationMapNodes.collection(map)),
      "match": .group(
        .collection([
          "correlation": .dataset(NeXusDataset(correlations, shape: shape, units: "")),
          "margin": .dataset(NeXusDataset(margins, shape: shape, units: "")),
        ])),
      "majority": .group(
        .collection([
          "points": .dataset(NeXusDataset(domains.map(\.pointCount))),
          "agreeing": .dataset(NeXusDataset(domains.map(\.agreeingCount))),
          "margin": .dataset(NeXusDataset(domains.map(\.margin), shape: [domains.count], units: "")),
        ])),
      "calibration": .group(.collection(calibration.mapValues { .dataset(NeXusDataset($0, units: "")) })),
    ]
    if let example {
      children["example"] = .group(example.group)
      children["example_bands"] = .group(.collection(ReflectorNodes.datasets(example.reflectors)))
    }
    return children
  }

  public init(entry: NeXusGroup) throws {
    map = try OrientationMapNodes.map(entry[group: "map"], place: "/entry/map")
    guard let correlations = entry.dataset(at: "match/correlation")?.numbers,
      let margins = entry.dataset(at: "match/margin")?.numbers, correlations.count == map.points.count,
      margins.count == map.points.count
    else { throw StageDocumentError(path: "/entry/match", problem: "it does not hold a number for each point") }
    (self.correlations, self.margins) = (correlations, margins)
    guard let counts = entry.dataset(at: "majority/points")?.integers,
      let agreeing = entry.dataset(at: "majority/agreeing")?.integers,
      let leads = entry.dataset(at: "majority/margin")?.numbers, agreeing.count == counts.count,
      leads.count == counts.count
    else {
      throw StageDocumentError(path: "/entry/majority", problem: "it does not hold three numbers for each domain")
    }
    domains = counts.indices.map {
      PseudoSymmetryVote.Decision(
        pointCount: counts[$0], agreeingCount: agreeing[$0], turnedCount: 0, margin: leads[$0])
    }
    calibration = [:]
    for (name, node) in entry[group: "calibration"]?.children ?? [:] {
      guard case .dataset(let dataset) = node, let number = dataset.numbers?.first else { continue }
      calibration[name] = number
    }
    example = try entry[group: "example"].map { group in
      try IndexedExample(
        group, reflectors: ReflectorNodes.reflectors(entry[group: "example_bands"], place: "/entry/example_bands"),
        place: "/entry/example")
    }
  }

  init(
    _ points: [DecidedPattern], input: OrientationIndexingStage.Input, calibration: PatternCalibration?,
    indexer: PatternIndexer
  ) throws {
    let grid = input.grid
    let phases = input.masters.phases.map(\.indexing)
    map = OrientationMap(
      grid: grid, phases: phases.map { MapPhase(name: $0.name, cell: $0.cell, laueClass: $0.laueClass) },
      points: points.enumerated().map { index, decided in
        let pattern = decided.pattern
        let (row, column) = index.quotientAndRemainder(dividingBy: grid.columns)
        return MapPoint(
          x: Double(column) * grid.stepX, y: Double(row) * grid.stepY, phase: pattern.phase,
          orientation: pattern.orientation, status: pattern.status, fit: pattern.fit, confidence: pattern.confidence,
          quality: pattern.quality, bands: pattern.bands, axisUncertainty: pattern.axisUncertainty)
      }, mapToSample: EulerFrame.edax1.fromMap)
    (correlations, margins) = (points.map(\.correlation), points.map(\.margin))
    domains = []
    for (phase, indexing) in phases.enumerated() {
      let variants = PseudoSymmetry(indexing).operators.map(\.rotation)
      // Pieces of no point are turned: the vote is told, the map stays as the patterns have it.
      if !variants.isEmpty {
        domains += PseudoSymmetryVote(phase: phase, variants: variants, largestPiece: 0)(map).decisions
      }
    }
    let (centre, sigmas) = (input.geometry.patternCentre, calibration?.centreUncertainty ?? [.nan, .nan, .nan])
    self.calibration = [
      "pattern_centre_x": centre.x, "pattern_centre_y": centre.y, "pattern_centre_z": centre.z,
      "pattern_centre_x_uncertainty": sigmas[0], "pattern_centre_y_uncertainty": sigmas[1],
      "pattern_centre_z_uncertainty": sigmas[2],
    ]
    if let cell = phases.first?.cell {
      let ratio = cell.c / cell.a * exp(calibration?.logAxialRatio ?? 0)
      self.calibration["axial_ratio"] = ratio
      self.calibration["axial_ratio_uncertainty"] = ratio * (calibration?.logAxialRatioUncertainty ?? .nan)
    }
    // The clearest pattern of those that were decided.
    let clear = points.indices.filter { points[$0].pattern.status == .indexed && points[$0].pattern.quality.isFinite }
    guard let best = clear.max(by: { points[$0].pattern.quality < points[$1].pattern.quality }) else { return }
    let (row, column) = best.quotientAndRemainder(dividingBy: grid.columns)
    example = IndexedExample(
      row: row, column: column, pixels: try indexer.pixels(frame: best) ?? input.frames.floats(frame: best),
      geometry: indexer.geometry(frame: best),
      orientation: points[best].pattern.orientation, reflectors: phases[points[best].pattern.phase].reflectors,
      wavelength: input.masters.wavelength)
  }
}

extension IndexedMap {
  /// The map as text of other programs: "ctf" or "ang".
  ///
  /// - Throws: the writer's errors.
  public func text(_ kind: String) throws -> String {
    if kind == "ang" {
      let centre = example.map { $0.geometry.patternCentre.tsl(shape: $0.geometry.shape) }
      return try OrientationMapFile.edaxText(map, patternCentre: centre ?? .zero)
    }
    return OrientationMapFile.channelText(map, sampleTilt: example?.geometry.sampleTilt)
  }
}
