public import FileFormats
import Foundation
import Quantities

/// A cycled particle as the stage hands it on: the course of the protocol, the drivers of cracks, and the fields.
public struct ParticleCyclingResult: NeXusRepresentable, Hashable {
  /// One row a step in time.
  public var course: ColumnTable
  /// One row a kept state.
  public var drivers: ColumnTable
  /// One row a kept state and radius; no columns for sections and meshes.
  public var profile: ColumnTable
  /// One row a sweep's value; no columns without sweeps.
  public var sweeps: ColumnTable
  /// One row an uncertain parameter; no columns where none was varied.
  public var sensitivities: ColumnTable
  /// On the elements; nil for spheres and cylinders.
  public var fields: CyclingFields?

  typealias Column = ColumnTable.Column

  init(
    _ outcome: CyclingOutcome, sweeps: [CyclingSweep], sensitivities: CyclingSensitivities, span: Double,
    specificCapacity: Double
  ) {
    let names = CyclingHeadline.all(capacity: specificCapacity)
    course = ColumnTable([
      Column("Test Time", unit: "s", outcome.course.time), Column("Voltage", unit: "V", outcome.course.voltage),
      Column("C-rate", unit: "1/h", outcome.course.rate.map { -$0 * 3600 / span }),
      Column("Lithiation", unit: "1", outcome.course.mean),
      Column("Surface Lithiation", unit: "1", outcome.course.surface),
      Column("Capacity", unit: "mAh/g", outcome.course.passed.map { -$0 * specificCapacity / 3600 }),
      Column("Step", unit: "1", outcome.course.step.map { $0 + 1 }),
    ])
    let found = outcome.drivers
    drivers = ColumnTable([
      Column("Time", unit: "s", found.time), Column("Lithiation Difference", unit: "1", found.spread),
      Column("Largest Tension", unit: "Pa", found.tension),
      Column("Largest von Mises Stress", unit: "Pa", found.vonMises),
      Column("Surface Hoop Stress", unit: "Pa", found.surfaceHoop),
      Column("Surface Stress Intensity", unit: "Pa*m^0.5", found.surfaceIntensity),
      Column("Boundary Stress Intensity", unit: "Pa*m^0.5", found.boundaryIntensity),
      Column("Survival", unit: "1", found.survival), Column("Surface Displacement", unit: "m", found.displacement),
    ])
    profile = Self.profile(outcome.profiles)
    self.sweeps = Self.table(sweeps, names)
    self.sensitivities = Self.table(sensitivities, names)
    fields = outcome.fields
  }

  private static func profile(_ profiles: [CyclingProfile]) -> ColumnTable {
    guard !profiles.isEmpty else { return ColumnTable([]) }
    func all(_ values: (CyclingProfile) -> [Double]) -> [Double] { profiles.flatMap(values) }
    return ColumnTable([
      Column("Time", unit: "s", all { [Double](repeating: $0.time, count: $0.radius.count) }),
      Column("Radius", unit: "m", all(\.radius)), Column("Lithiation", unit: "1", all(\.lithiation)),
      Column("Radial Stress", unit: "Pa", all(\.radialStress)), Column("Hoop Stress", unit: "Pa", all(\.hoopStress)),
      Column("Axial Stress", unit: "Pa", all(\.axialStress)),
    ])
  }

  private static func table(_ sweeps: [CyclingSweep], _ names: [CyclingHeadline]) -> ColumnTable {
    guard !sweeps.isEmpty else { return ColumnTable([]) }
    let parameters = sweeps.flatMap { sweep in sweep.texts.map { _ in sweep.parameter } }
    return ColumnTable(
      [Column("Parameter", texts: parameters), Column("Value", texts: sweeps.flatMap(\.texts))]
        + names.enumerated().map { place, name in
          Column(
            heading(name), unit: name.unit,
            sweeps.flatMap { sweep in sweep.values(of: place).map { $0 * name.factor } })
        })
  }

  private static func table(_ found: CyclingSensitivities, _ names: [CyclingHeadline]) -> ColumnTable {
    guard !found.rows.isEmpty else { return ColumnTable([]) }
    return ColumnTable(
      [
        Column("Parameter", texts: found.rows.map(\.parameter.key)),
        Column("Value", unit: "1", found.rows.map(\.value)),
        Column("Value Uncertainty", unit: "1", found.rows.map(\.parameter.standardUncertainty)),
      ]
        + names.enumerated().map { place, name in
          Column(heading(name), unit: name.unit, found.rows.map { $0.contributions[place] * name.factor })
        })
  }

  private static func heading(_ name: CyclingHeadline) -> String {
    name.key.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }

  // MARK: - NeXus

  public var defaultPlot: String { "course" }

  public var nexusChildren: [String: NeXusNode] {
    let hasVoltage = course.numbers("Voltage")?.contains(where: \.isFinite) ?? false
    var children: [String: NeXusNode] = [
      "course": .group(
        .data(
          signal: hasVoltage ? "voltage" : "lithiation", axes: ["test_time"], title: "Course of the protocol",
          datasets: course.datasets)),
      "drivers": .group(
        .data(
          signal: "largest_tension", axes: ["time"], title: "What drives cracks", datasets: drivers.datasets)),
    ]
    for (name, table) in [("profile", profile), ("sweeps", sweeps), ("sensitivities", sensitivities)]
    where !table.columns.isEmpty {
      children[name] = .group(.collection(table.datasets.mapValues { .dataset($0) }))
    }
    if let fields { children["fields"] = .group(fields.group) }
    return children
  }

  public init(entry: NeXusGroup) throws {
    func table(_ name: String, required: Bool = false) throws -> ColumnTable {
      guard let group = entry[group: name] else {
        if required { throw StageDocumentError(path: "/entry", problem: "there is no \(name)") }
        return ColumnTable([])
      }
      return try ColumnTable(group, place: "/entry/\(name)")
    }
    course = try table("course", required: true)
    drivers = try table("drivers", required: true)
    (profile, sweeps, sensitivities) = (try table("profile"), try table("sweeps"), try table("sensitivities"))
    fields = try entry[group: "fields"].map { try CyclingFields($0, place: "/entry/fields") }
  }
}

extension CyclingFields {
  var group: NeXusGroup {
    let nodes = nodeCount, states = time.count
    var children: [String: NeXusNode] = [
      "points": .dataset(NeXusDataset(points, shape: [nodes, dimension], units: "m")),
      "elements": .dataset(NeXusDataset(elements, shape: [elements.count / cellSize, cellSize])),
      "regions": .dataset(NeXusDataset(regions)), "cell_type": .dataset(NeXusDataset([cellType])),
      "time": .dataset(NeXusDataset(time, units: "s")),
      "lithiation": .dataset(NeXusDataset(lithiation, shape: [states, nodes], units: "")),
      "displacement": .dataset(NeXusDataset(displacement, shape: [states, nodes, dimension], units: "m")),
      "stress": .dataset(
        NeXusDataset(stress, shape: [states, nodes, 6], units: "Pa", longName: "stress xx, yy, zz, yz, xz, xy / Pa")),
      "c_axis_tilt": .dataset(NeXusDataset(tilt, units: "rad")),
      "c_axis_azimuth": .dataset(NeXusDataset(azimuth, units: "rad")),
    ]
    if !damage.isEmpty { children["damage"] = .dataset(NeXusDataset(damage, shape: [states, nodes], units: "")) }
    if boundaryCount > 0 {
      children["boundaries"] = .dataset(NeXusDataset(boundaries, shape: [boundaryCount, 4], units: "m"))
      children["boundary_stress_intensity"] = .dataset(
        NeXusDataset(boundaryIntensity, shape: [states, boundaryCount], units: "Pa*m^0.5"))
    }
    return .collection(children)
  }

  /// - Throws: `StageDocumentError` where arrays are missing or do not belong to one mesh.
  init(_ group: NeXusGroup, place: String) throws {
    func numbers(_ name: String) throws -> [Double] {
      guard let values = group[dataset: name]?.numbers else {
        throw StageDocumentError(path: "\(place)/\(name)", problem: "there are no numbers")
      }
      return values
    }
    func integers(_ name: String) throws -> [Int] {
      guard let values = group[dataset: name]?.integers else {
        throw StageDocumentError(path: "\(place)/\(name)", problem: "there are no whole numbers")
      }
      return values
    }
    guard let shape = group[dataset: "points"]?.shape, shape.count == 2, shape[1] == 2 || shape[1] == 3,
      let cells = group[dataset: "elements"]?.shape, cells.count == 2
    else { throw StageDocumentError(path: place, problem: "points and elements are no tables") }
    (dimension, cellSize) = (shape[1], cells[1])
    (points, elements, regions) = (try numbers("points"), try integers("elements"), try integers("regions"))
    cellType = try integers("cell_type").first ?? 0
    (tilt, azimuth, time) = (try numbers("c_axis_tilt"), try numbers("c_axis_azimuth"), try numbers("time"))
    (lithiation, displacement, stress) = (
      try numbers("lithiation"), try numbers("displacement"), try numbers("stress")
    )
    damage = group[dataset: "damage"]?.numbers ?? []
    boundaries = group[dataset: "boundaries"]?.numbers ?? []
    boundaryIntensity = group[dataset: "boundary_stress_intensity"]?.numbers ?? []
    let values = shape[0] * time.count
    guard lithiation.count == values, displacement.count == dimension * values, stress.count == 6 * values,
      damage.isEmpty || damage.count == values, regions.count == cells[0],
      elements.allSatisfy({ (0..<shape[0]).contains($0) }),
      boundaryIntensity.count == time.count * (boundaries.count / 4)
    else { throw StageDocumentError(path: place, problem: "the arrays do not belong to one mesh") }
  }
}
