public import ParticleMechanics

/// Writes results on a fixed mesh at several times as a VTKHDF file, which ParaView opens with its time slider.
///
/// The file is an UnstructuredGrid of format version 2.0: the mesh and the fields that do not change are written once, all
/// other fields once for each time. Lengths are in metres.
/// Source: VTK documentation, "VTKHDF file format".
public enum VTKHDFFile {
  public typealias Field = MeshField

  /// The number of VTK's nine-node quadrilateral: corners, middles of the sides, centre, counter-clockwise.
  public static let biquadraticQuadrilateral: UInt8 = 28

  /// The number of the region of each element, which files of an `ElementMesh` have besides their fields.
  public static let regionName = "region"

  /// Writes the fields of a mesh, and the region of each element.
  ///
  /// - Parameters:
  ///   - times: in seconds, ascending.
  /// - Throws: ``FormatError`` when counts do not belong together; the errors of the HDF5 library.
  public static func write(_ mesh: ElementMesh, times: [Double], fields: [MeshField], to path: String) throws {
    try mesh.requireConsistency(for: path)
    var points: [Double] = []
    points.reserveCapacity(3 * mesh.nodeCount)
    for node in 0..<mesh.nodeCount {
      let place = mesh.position(node)
      points += [place.x, place.y, place.z]
    }
    let cells = Cells(nodes: mesh.elements.map(Int.init), size: mesh.shape.nodeCount, type: mesh.shape.vtkType)
    try write(points: points, cells: cells, regions: mesh.regions, times: times, fields: fields, to: path)
  }

  /// - Parameters:
  ///   - points: `[point × 3 + axis]`, in metres.
  ///   - cells: `[cell × cellSize + corner]`, numbers of points in the order that VTK has for the type.
  ///   - cellSize: points of a cell.
  ///   - cellType: VTK's number of the cell's type.
  ///   - times: in seconds, ascending.
  ///   - fields: at the points or in the cells.
  /// - Throws: ``FormatError`` when counts do not belong together; the errors of the HDF5 library.
  public static func write(
    points: [Double], cells: [Int], cellSize: Int, cellType: UInt8, times: [Double], fields: [Field], to path: String
  ) throws {
    func require(_ condition: Bool, _ problem: String) throws {
      if !condition { throw FormatError(path, problem) }
    }
    let pointCount = points.count / 3
    try require(points.count.isMultiple(of: 3) && pointCount > 0, "points have three coordinates each")
    try require(
      cellSize > 0 && cells.count.isMultiple(of: cellSize) && !cells.isEmpty, "cells have \(cellSize) points each")
    try require(cells.allSatisfy { (0..<pointCount).contains($0) }, "a cell has a point that is not there")
    try write(
      points: points, cells: Cells(nodes: cells, size: cellSize, type: cellType), regions: nil, times: times,
      fields: fields, to: path)
  }

  private struct Cells {
    var nodes: [Int]
    var size: Int
    var type: UInt8
    var count: Int { nodes.count / size }
  }

  private static func write(
    points: [Double], cells: Cells, regions: [Int32]?, times: [Double], fields: [Field], to path: String
  ) throws {
    let pointCount = points.count / 3
    let steps = times.count
    try fields.requireConsistency(nodes: pointCount, elements: cells.count, times: times, for: path)
    func group(_ attributes: [String: NeXusArray] = [:], _ children: [String: NeXusNode]) -> NeXusNode {
      .group(NeXusGroup("", attributes: attributes, children: children))
    }
    func dataset(_ shape: [Int], _ values: NeXusValues) -> NeXusNode {
      .dataset(NeXusDataset(NeXusArray(shape: shape, values: values)))
    }
    func integers(_ values: [Int], _ shape: [Int]? = nil) -> NeXusNode {
      dataset(shape ?? [values.count], .int64(values.map(Int64.init)))
    }
    let zeros = [Int](repeating: 0, count: steps)
    var data: [MeshField.Location: [String: NeXusNode]] = [.nodes: [:], .elements: [:]]
    var offsets = data
    for field in fields {
      let rows = field.values.count / field.components
      let places = field.location == .nodes ? pointCount : cells.count
      let shape = field.components == 1 ? [rows] : [rows, field.components]
      data[field.location]?[field.name] = dataset(shape, .float64(field.values))
      // Every time of a field that does not change begins at its start.
      offsets[field.location]?[field.name] = integers(rows == places ? zeros : (0..<steps).map { $0 * places })
    }
    if let regions, data[.elements]?[regionName] == nil {
      data[.elements]?[regionName] = dataset([regions.count], .int32(regions))
      offsets[.elements]?[regionName] = integers(zeros)
    }
    let tree = group(
      ["Version": NeXusArray(shape: [2], values: .int64([2, 0])), "Type": "UnstructuredGrid"],
      [
        "NumberOfPoints": integers([pointCount]), "NumberOfCells": integers([cells.count]),
        "NumberOfConnectivityIds": integers([cells.nodes.count]), "Points": dataset([pointCount, 3], .float64(points)),
        "Connectivity": integers(cells.nodes), "Offsets": integers((0...cells.count).map { $0 * cells.size }),
        "Types": dataset([cells.count], .uint8([UInt8](repeating: cells.type, count: cells.count))),
        "PointData": group([:], data[.nodes] ?? [:]), "CellData": group([:], data[.elements] ?? [:]),
        "Steps": group(
          ["NSteps": .integer(steps)],
          [
            "Values": dataset([steps], .float64(times)), "PartOffsets": integers(zeros),
            "NumberOfParts": integers([Int](repeating: 1, count: steps)), "PointOffsets": integers(zeros),
            "CellOffsets": integers(zeros, [steps, 1]), "ConnectivityIdOffsets": integers(zeros, [steps, 1]),
            "PointDataOffsets": group([:], offsets[.nodes] ?? [:]),
            "CellDataOffsets": group([:], offsets[.elements] ?? [:]),
          ]),
      ])
    try NeXusFile.write(NeXusGroup("", children: ["VTKHDF": tree]), to: path)
  }
}
