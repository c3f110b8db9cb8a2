import Crystallography
import ElectronDiffraction
import FileFormats

/// An orientation map as a NeXus collection that is read back bit for bit.
///
/// Euler angles would not do: a quaternion does not survive them to the last bit.
enum OrientationMapNodes {
  static func collection(_ map: OrientationMap) -> NeXusGroup {
    let points = map.points
    func numbers(_ units: String, _ value: (MapPoint) -> Double) -> NeXusNode {
      .dataset(NeXusDataset(points.map(value), units: units))
    }
    func counts(_ value: (MapPoint) -> Int) -> NeXusNode { .dataset(NeXusDataset(points.map(value))) }
    let grid = map.grid
    var children: [String: NeXusNode] = [
      "shape": .dataset(NeXusDataset([grid.rows, grid.columns])),
      "step": .dataset(NeXusDataset([grid.stepX, grid.stepY], units: "m")),
      "grid": .dataset(NeXusDataset(text: grid.kind.rawValue)),
      "map_to_sample": .dataset(NeXusDataset(map.mapToSample.components, units: "")),
      "x": numbers("m", \.x), "y": numbers("m", \.y), "phase": counts(\.phase),
      "orientation": .dataset(
        NeXusDataset(points.flatMap(\.orientation.components), shape: [points.count, 4], units: "")),
      "status": counts { Int($0.status.rawValue) }, "fit": numbers("rad", \.fit),
      "confidence": numbers("", \.confidence), "quality": numbers("", \.quality), "bands": counts(\.bands),
      "axis_uncertainty": numbers("rad", \.axisUncertainty),
      "phase_names": .dataset(NeXusDataset(.texts(map.phases.map(\.name)))),
      "phase_laue_classes": .dataset(NeXusDataset(.texts(map.phases.map(\.laueClass.rawValue)))),
    ]
    let cells = map.phases.flatMap { phase -> [Double] in
      guard let cell = phase.cell else { return [Double](repeating: .nan, count: 6) }
      return [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma]
    }
    // Edges in metres, then angles in radians.
    children["phase_cells"] = .dataset(NeXusDataset(cells, shape: [map.phases.count, 6], units: ""))
    return .collection(children)
  }

  /// - Throws: `StageDocumentError` when something is missing or does not fit together.
  static func map(_ group: NeXusGroup?, place: String) throws -> OrientationMap {
    guard let group else { throw StageDocumentError(path: place, problem: "there is no orientation map") }
    func wrong(_ name: String) -> StageDocumentError {
      StageDocumentError(path: "\(place)/\(name)", problem: "it is missing or has another shape")
    }
    func numbers(_ name: String, _ count: Int) throws -> [Double] {
      guard let values = group[dataset: name]?.numbers, values.count == count else { throw wrong(name) }
      return values
    }
    func integers(_ name: String, _ count: Int) throws -> [Int] {
      guard let values = group[dataset: name]?.integers, values.count == count else { throw wrong(name) }
      return values
    }
    func rotation(_ numbers: ArraySlice<Double>, _ name: String) throws -> Rotation {
      let q = Array(numbers)
      let square = q.reduce(0) { $0 + $1 * $1 }
      guard square.isFinite, square > 1e-300 else { throw wrong(name) }
      return Rotation(w: q[0], x: q[1], y: q[2], z: q[3])
    }
    let shape = try integers("shape", 2), step = try numbers("step", 2)
    guard shape[0] >= 0, shape[1] >= 0, let kind = group[dataset: "grid"]?.text.flatMap(MapGrid.Kind.init(rawValue:)),
      case (let count, false) = shape[0].multipliedReportingOverflow(by: shape[1])
    else { throw wrong("shape") }
    guard let names = group[dataset: "phase_names"]?.texts,
      let classes = group[dataset: "phase_laue_classes"]?.texts?.compactMap(LaueClass.init(rawValue:)),
      classes.count == names.count
    else { throw wrong("phase_names") }
    let cells = try numbers("phase_cells", 6 * names.count)
    let phases = names.indices.map { index -> MapPhase in
      let edges = Array(cells[6 * index..<6 * index + 6])
      let isCell = UnitCell.isPossible(
        a: edges[0], b: edges[1], c: edges[2], alpha: edges[3], beta: edges[4], gamma: edges[5])
      let cell =
        isCell
        ? UnitCell(a: edges[0], b: edges[1], c: edges[2], alpha: edges[3], beta: edges[4], gamma: edges[5]) : nil
      return MapPhase(name: names[index], cell: cell, laueClass: classes[index])
    }
    let x = try numbers("x", count), y = try numbers("y", count), fit = try numbers("fit", count)
    let confidence = try numbers("confidence", count), quality = try numbers("quality", count)
    let uncertainty = try numbers("axis_uncertainty", count), turns = try numbers("orientation", 4 * count)
    let phase = try integers("phase", count), bands = try integers("bands", count)
    let status = try integers("status", count)
    let points = try (0..<count).map { index -> MapPoint in
      guard let state = UInt8(exactly: status[index]).flatMap(IndexingStatus.init(rawValue:)) else {
        throw wrong("status")
      }
      guard state == .notIndexed || phases.indices.contains(phase[index]) else { throw wrong("phase") }
      return MapPoint(
        x: x[index], y: y[index], phase: phase[index],
        orientation: try rotation(turns[4 * index..<4 * index + 4], "orientation"), status: state, fit: fit[index],
        confidence: confidence[index], quality: quality[index], bands: bands[index],
        axisUncertainty: uncertainty[index])
    }
    return OrientationMap(
      grid: MapGrid(rows: shape[0], columns: shape[1], stepX: step[0], stepY: step[1], kind: kind), phases: phases,
      points: points, mapToSample: try rotation(try numbers("map_to_sample", 4)[...], "map_to_sample"))
  }
}

extension Rotation {
  /// w, x, y, z of the quaternion.
  var components: [Double] { [quaternion.w, quaternion.x, quaternion.y, quaternion.z] }
}
