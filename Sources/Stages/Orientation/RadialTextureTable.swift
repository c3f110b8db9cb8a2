public import FileFormats
import Foundation

/// How the c axes of a particle's section lie to its radius, as tables.
public struct RadialTextureTable: NeXusRepresentable, Hashable {
  /// One row a bin of the angle between c axis and radius.
  public var distribution: ColumnTable
  /// One row a shell of the section.
  public var profile: ColumnTable
  /// One row a grain: its axis, its angle and its tensors, in the form the particle model reads.
  public var grains: ColumnTable
  /// Numbers by name, in SI units; NaN where one is not known.
  public var numbers: [String: Double]
  /// The angle of each point of the map in radians, NaN where there is none, row by row.
  public var angles: [Double]
  /// Rows and columns of the map.
  public var shape: [Int]

  // MARK: - NeXus

  public var defaultPlot: String { "distribution" }

  public var nexusChildren: [String: NeXusNode] {
    [
      defaultPlot: .group(
        .data(
          signal: "multiples_of_random", axes: ["angle"], title: "Angle between c axis and radius",
          datasets: distribution.datasets)),
      "profile": .group(
        .data(
          signal: "order_parameter", axes: ["radius"], title: "Order parameter against radius",
          datasets: profile.datasets)),
      "grains": .group(.collection(grains.datasets.mapValues { .dataset($0) })),
      "numbers": .group(.collection(numbers.mapValues { .dataset(NeXusDataset($0, units: "")) })),
      "angle_map": .group(
        .data(
          signal: "angle", axes: [".", "."], title: "Angle between c axis and radius of each point",
          interpretation: "image",
          datasets: ["angle": NeXusDataset(angles, shape: shape, units: "rad", longName: "angle / rad")])),
    ]
  }

  public init(entry: NeXusGroup) throws {
    func table(_ name: String) throws -> ColumnTable {
      guard let group = entry[group: name] else {
        throw StageDocumentError(path: "/entry", problem: "there is no \(name)")
      }
      return try ColumnTable(group, place: "/entry/\(name)")
    }
    (distribution, profile, grains) = (try table("distribution"), try table("profile"), try table("grains"))
    guard distribution.numbers("Multiples of Random") != nil else {
      throw StageDocumentError(path: "/entry/distribution", problem: "there are no multiples of random")
    }
    guard let group = entry[group: "numbers"] else {
      throw StageDocumentError(path: "/entry", problem: "there are no numbers")
    }
    numbers = [:]
    for (name, node) in group.children {
      guard case .dataset(let dataset) = node, let value = dataset.numbers?.first else { continue }
      numbers[name] = value
    }
    guard let dataset = entry.dataset(at: "angle_map/angle"), let values = dataset.numbers, dataset.shape.count == 2
    else { throw StageDocumentError(path: "/entry/angle_map", problem: "there is no map of angles") }
    (angles, shape) = (values, dataset.shape)
  }

  init(
    distribution: ColumnTable, profile: ColumnTable, grains: ColumnTable, numbers: [String: Double], angles: [Double],
    shape: [Int]
  ) {
    (self.distribution, self.profile, self.grains) = (distribution, profile, grains)
    (self.numbers, self.angles, self.shape) = (numbers, angles, shape)
  }
}
