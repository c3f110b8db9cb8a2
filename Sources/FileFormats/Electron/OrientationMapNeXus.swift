import Crystallography
public import ElectronDiffraction
import Foundation

/// Orientation maps as NeXus: a default plot of the tilt of the c axis, everything of each point, and the phases.
///
/// The datasets lie at `entry/orientations`; quaternions are (w, x, y, z) and take the components of a vector in the
/// sample's frame to those in the crystal's (x along a); `map_to_sample` leads from the map's frame (x right, y down, z
/// into the drawing) to the sample's. All is SI in the file as its `units` say.
public enum OrientationMapNeXus {
  private static let mark = "operando orientation map 1"

  /// The tree of a file.
  ///
  /// - Parameters:
  ///   - title: what the map shows.
  ///   - creator: the program and its version.
  public static func tree(_ map: OrientationMap, title: String, creator: String) -> NeXusGroup {
    let grid = map.grid
    let shape = [grid.rows, grid.columns]
    func scalar(_ name: String, _ unit: String, _ value: (MapPoint) -> Double) -> (String, NeXusDataset) {
      (name, NeXusDataset(map.points.map(value), shape: shape, units: unit))
    }
    func quaternion(_ rotation: Rotation) -> [Double] {
      let q = rotation.quaternion
      return [q.w, q.x, q.y, q.z]
    }
    var datasets = Dictionary(
      uniqueKeysWithValues: [
        scalar("x", "m", \.x), scalar("y", "m", \.y), scalar("fit", "rad", \.fit),
        scalar("confidence", "", \.confidence), scalar("quality", "", \.quality),
        scalar("c_axis_uncertainty", "rad", \.axisUncertainty),
      ])
    datasets["quaternion"] = NeXusDataset(
      map.points.flatMap { quaternion($0.orientation) }, shape: shape + [4], units: "")
    datasets["c_axis"] = NeXusDataset(
      map.points.indices.flatMap { index -> [Double] in
        guard map.points[index].status != .notIndexed else { return [.nan, .nan, .nan] }
        let axis = map.cAxis(at: index)
        return [axis.x, axis.y, axis.z]
      }, shape: shape + [3], units: "")
    datasets["phase"] = NeXusDataset(map.points.map { $0.status == .notIndexed ? 0 : $0.phase + 1 }, shape: shape)
    datasets["status"] = NeXusDataset(map.points.map { Int($0.status.rawValue) }, shape: shape)
    datasets["bands"] = NeXusDataset(map.points.map(\.bands), shape: shape)
    datasets["map_to_sample"] = NeXusDataset(quaternion(map.mapToSample), units: "")
    datasets["steps"] = NeXusDataset([grid.stepX, grid.stepY], units: "m")
    datasets["grid"] = NeXusDataset(text: grid.kind.rawValue)
    datasets["layout"] = NeXusDataset(text: mark)
    let phases = map.phases.enumerated().map { index, phase -> (String, NeXusNode) in
      var group = NeXusGroup("NXsample")
      group[dataset: "name"] = NeXusDataset(text: phase.name)
      group[dataset: "laue_class"] = NeXusDataset(text: phase.laueClass.rawValue)
      if let cell = phase.cell {
        group[dataset: "unit_cell_abc"] = NeXusDataset(cell.edgesInAngstrom, units: "angstrom")
        group[dataset: "unit_cell_alphabetagamma"] = NeXusDataset(cell.anglesInDegrees, units: "deg")
      }
      return ("phase\(index + 1)", .group(group))
    }
    var children = Dictionary(uniqueKeysWithValues: phases)
    children["orientations"] = .group(NeXusGroup.collection(datasets.mapValues { .dataset($0) }))
    children["map"] = .group(plot(map))
    return .root(entry: .entry(title: title, defaultPlot: "map", children: children), creator: creator)
  }

  /// The angle between the c axis and the normal of the map, 0 to 90 degrees.
  private static func plot(_ map: OrientationMap) -> NeXusGroup {
    let grid = map.grid
    let tilt = map.points.indices.map { index in
      map.points[index].status == .notIndexed
        ? Float.nan : Float(acos(min(abs(map.cAxis(at: index).z), 1)) * 180 / .pi)
    }
    func axis(_ count: Int, _ step: Double, _ name: String) -> NeXusDataset {
      let step = step > 0 ? step * 1e6 : 1
      return NeXusDataset((0..<count).map { Double($0) * step }, units: "um", longName: "\(name) / um")
    }
    let signal = NeXusDataset(
      tilt, shape: [grid.rows, grid.columns], units: "deg", longName: "c axis to the normal of the map / deg")
    return .data(
      signal: "c_axis_tilt", axes: ["y", "x"], title: "tilt of the c axis", interpretation: "image",
      datasets: [
        "c_axis_tilt": signal, "x": axis(grid.columns, grid.stepX, "x"), "y": axis(grid.rows, grid.stepY, "y"),
      ])
  }

  /// Whether a tree holds a map that ``map(in:named:)`` reads.
  public static func recognises(_ tree: NeXusGroup) -> Bool {
    tree.dataset(at: "entry/orientations/layout")?.text == mark
  }

  /// The map of a tree.
  ///
  /// - Parameter name: of the file, for messages.
  /// - Throws: ``FormatError`` when datasets are missing, of another shape, or hold what cannot be.
  public static func map(in tree: NeXusGroup, named name: String) throws -> OrientationMap {
    guard recognises(tree), let group = tree.group(at: "entry/orientations") else {
      throw FormatError(name, "holds no orientation map at entry/orientations")
    }
    guard let shape = group[dataset: "phase"]?.shape, shape.count == 2 else {
      throw FormatError(name, at: "entry/orientations/phase", "is no map of rows and columns")
    }
    let (count, overflow) = shape[0].multipliedReportingOverflow(by: shape[1])
    guard !overflow, count <= OrientationMapFile.largestPointCount else {
      throw FormatError(name, "claims \(shape[0]) x \(shape[1]) points")
    }
    func numbers(_ dataset: String, _ length: Int) throws -> [Double] {
      guard let values = group[dataset: dataset]?.numbers, values.count == length else {
        throw FormatError(name, at: "entry/orientations/\(dataset)", "is not \(length) numbers")
      }
      return values
    }
    func rotation(_ q: ArraySlice<Double>, _ place: String) throws -> Rotation {
      let q = Array(q)
      let length = q.reduce(0) { $0 + $1 * $1 }
      guard abs(length - 1) < 1e-3 else {
        throw FormatError(
          name, at: "entry/orientations/\(place)", "holds a quaternion of length \(length.squareRoot())")
      }
      return Rotation(w: q[0], x: q[1], y: q[2], z: q[3])
    }
    let phases = try phases(of: tree, named: name)
    let (quaternions, x, y) = (try numbers("quaternion", 4 * count), try numbers("x", count), try numbers("y", count))
    let (phase, status, bands) = (
      try numbers("phase", count), try numbers("status", count), try numbers("bands", count)
    )
    let (fit, confidence) = (try numbers("fit", count), try numbers("confidence", count))
    let (quality, uncertainty) = (try numbers("quality", count), try numbers("c_axis_uncertainty", count))
    let steps = try numbers("steps", 2)
    let toSample = try rotation(numbers("map_to_sample", 4)[...], "map_to_sample")
    guard let kind = group[dataset: "grid"]?.text.flatMap(MapGrid.Kind.init(rawValue:)),
      steps.allSatisfy({ $0 >= 0 && $0.isFinite })
    else { throw FormatError(name, at: "entry/orientations/grid", "is no known kind of grid with two steps") }
    let points = try (0..<count).map { index -> MapPoint in
      guard let state = UInt8(exactly: status[index]).flatMap(IndexingStatus.init(rawValue:)),
        let number = Int(exactly: phase[index]), (0...phases.count).contains(number),
        number > 0 || state == .notIndexed, let bands = Int(exactly: bands[index]), x[index].isFinite, y[index].isFinite
      else {
        throw FormatError(
          name, at: "point \(index)", "has the status \(status[index]) and the phase \(phase[index]) of \(phases.count)"
        )
      }
      return MapPoint(
        x: x[index], y: y[index], phase: max(number - 1, 0),
        orientation: try rotation(quaternions[4 * index..<4 * index + 4], "quaternion"), status: state,
        fit: fit[index], confidence: confidence[index], quality: quality[index], bands: bands,
        axisUncertainty: uncertainty[index])
    }
    return OrientationMap(
      grid: MapGrid(rows: shape[0], columns: shape[1], stepX: steps[0], stepY: steps[1], kind: kind), phases: phases,
      points: points, mapToSample: toSample)
  }

  private static func phases(of tree: NeXusGroup, named name: String) throws -> [MapPhase] {
    var phases: [MapPhase] = []
    while let group = tree.group(at: "entry/phase\(phases.count + 1)") {
      guard let laueClass = group[dataset: "laue_class"]?.text.flatMap(LaueClass.init(rawValue:)) else {
        throw FormatError(name, at: "entry/phase\(phases.count + 1)", "states no Laue class")
      }
      phases.append(
        MapPhase(
          name: group[dataset: "name"]?.text ?? "",
          cell: UnitCell(
            angstrom: group[dataset: "unit_cell_abc"]?.numbers ?? [],
            degrees: group[dataset: "unit_cell_alphabetagamma"]?.numbers ?? []), laueClass: laueClass))
    }
    return phases
  }
}
