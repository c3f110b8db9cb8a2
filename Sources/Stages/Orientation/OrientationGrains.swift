import Crystallography
public import ElectronDiffraction
public import FileFormats
import Foundation

/// An orientation map parted into grains.
public struct OrientationGrains: NeXusRepresentable, Hashable {
  public let map: OrientationMap
  public let segmentation: GrainSegmentation
  /// What the segmentation makes of the map.
  public let grains: GrainMap

  public init(_ map: OrientationMap, _ segmentation: GrainSegmentation) {
    (self.map, self.segmentation) = (map, segmentation)
    grains = segmentation(map)
  }

  /// One row a grain: c axis in the map's frame with z not negative, areas, neighbours.
  public var table: ColumnTable {
    let degree = Double.pi / 180
    let all = grains.grains
    let axes = all.map { grain -> SIMD3<Double> in
      let axis = map.mapToSample.inverse(grain.meanOrientation.inverse(SIMD3(0, 0, 1)))
      return axis.z < 0 ? -axis : axis
    }
    return ColumnTable([
      .init("Grain", unit: "1", all.indices.map(Double.init)),
      .init("Phase", texts: all.map { map.phases[$0.phase].name }),
      .init("Points", unit: "1", all.map { Double($0.pointCount) }),
      .init("Area", unit: "um2", all.map { $0.area * 1e12 }),
      .init("X", unit: "um", all.map { $0.centroid.x * 1e6 }),
      .init("Y", unit: "um", all.map { $0.centroid.y * 1e6 }),
      .init("c Axis X", unit: "1", axes.map(\.x)), .init("c Axis Y", unit: "1", axes.map(\.y)),
      .init("c Axis Z", unit: "1", axes.map(\.z)),
      .init("Orientation Spread", unit: "deg", all.map { $0.orientationSpread / degree }),
      .init("On Border", unit: "1", all.map { $0.touchesBorder ? 1 : 0 }),
      .init("Neighbours", texts: all.map { $0.neighbours.map { String($0.grain) }.joined(separator: " ") }),
    ])
  }

  // MARK: - NeXus

  public var defaultPlot: String { "grain_map" }

  public var nexusChildren: [String: NeXusNode] {
    let grid = map.grid
    let shape = [grid.rows, grid.columns]
    let x = (0..<grid.columns).map { Double($0) * grid.stepX * 1e6 }
    let y = (0..<grid.rows).map { Double($0) * grid.stepY * 1e6 }
    let segmentation = segmentation
    return [
      defaultPlot: .group(
        .data(
          signal: "grain", axes: ["y", "x"], title: "Grain of each point, -1 for none", interpretation: "image",
          datasets: [
            "grain": NeXusDataset(grains.labels.map { Int($0) }, shape: shape, longName: "grain"),
            "x": NeXusDataset(x, units: "um", longName: "x / um"),
            "y": NeXusDataset(y, units: "um", longName: "y / um"),
          ])),
      "map": .group(OrientationMapNodes.collection(map)),
      "grains": .group(.collection(table.datasets.mapValues { .dataset($0) })),
      "segmentation": .group(
        .collection([
          "threshold": .dataset(NeXusDataset(segmentation.threshold, units: "rad")),
          "neighbours": .dataset(NeXusDataset(text: segmentation.neighbours.rawValue)),
          "minimum_points": .dataset(NeXusDataset([segmentation.minimumPoints])),
          "fill_steps": .dataset(NeXusDataset([segmentation.fillSteps])),
          "uses_undecided": .dataset(NeXusDataset([segmentation.usesUndecided ? 1 : 0])),
        ])),
    ]
  }

  public init(entry: NeXusGroup) throws {
    let place = "/entry/segmentation"
    guard let group = entry[group: "segmentation"], let threshold = group[dataset: "threshold"]?.numbers?.first,
      threshold > 0,
      let neighbours = group[dataset: "neighbours"]?.text.flatMap(GrainSegmentation.Neighbours.init(rawValue:)),
      let least = group[dataset: "minimum_points"]?.integers?.first, least >= 0,
      let steps = group[dataset: "fill_steps"]?.integers?.first, steps >= 0,
      let undecided = group[dataset: "uses_undecided"]?.integers?.first
    else { throw StageDocumentError(path: place, problem: "it is missing or incomplete") }
    self.init(
      try OrientationMapNodes.map(entry[group: "map"], place: "/entry/map"),
      GrainSegmentation(
        threshold: threshold, neighbours: neighbours, minimumPoints: least, fillSteps: steps,
        usesUndecided: undecided != 0))
  }
}
