/// Writes results on a fixed mesh at several times as a VTKHDF file, which ParaView opens with its time slider.
///
/// The file is an UnstructuredGrid of format version 2.0: the mesh is written once, every field once for each time.
/// Source: VTK documentation, "VTKHDF file format".
public enum VTKHDFFile {
  /// A field with a value, or several components, at every point and time.
  public struct Field: Sendable, Hashable {
    public var name: String
    public var components: Int
    /// `[(time × points + point) × components + component]`.
    public var values: [Double]

    public init(name: String, components: Int, values: [Double]) {
      self.name = name
      self.components = components
      self.values = values
    }
  }

  /// The number of VTK's nine-node quadrilateral: corners, middles of the sides, centre, counter-clockwise.
  public static let biquadraticQuadrilateral: UInt8 = 28

  /// - Parameters:
  ///   - points: `[point × 3 + axis]`, in metres.
  ///   - cells: `[cell × cellSize + corner]`, numbers of points in the order that VTK has for the type.
  ///   - cellSize: points of a cell.
  ///   - cellType: VTK's number of the cell's type.
  ///   - times: in seconds, ascending.
  ///   - fields: at the points.
  /// - Throws: ``FormatError`` when counts do not belong together; the errors of the HDF5 library.
  public static func write(
    points: [Double], cells: [Int], cellSize: Int, cellType: UInt8, times: [Double], fields: [Field], to path: String
  ) throws {
    let pointCount = points.count / 3
    func require(_ condition: Bool, _ problem: String) throws {
      if !condition { throw FormatError(path, problem) }
    }
    try require(points.count.isMultiple(of: 3) && pointCount > 0, "points have three coordinates each")
    try require(
      cellSize > 0 && cells.count.isMultiple(of: cellSize) && !cells.isEmpty, "cells have \(cellSize) points each")
    try require(cells.allSatisfy { (0..<pointCount).contains($0) }, "a cell has a point that is not there")
    try require(!times.isEmpty && zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times ascend")
    for field in fields {
      try require(
        field.components > 0 && field.values.count == times.count * pointCount * field.components,
        "the field \(field.name) has \(field.values.count) values; expected \(field.components) for each point and time"
      )
    }
    let cellCount = cells.count / cellSize
    let steps = times.count
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
    var data: [String: NeXusNode] = [:]
    var offsets: [String: NeXusNode] = [:]
    for field in fields {
      let shape = field.components == 1 ? [steps * pointCount] : [steps * pointCount, field.components]
      data[field.name] = dataset(shape, .float64(field.values))
      offsets[field.name] = integers((0..<steps).map { $0 * pointCount })
    }
    let tree = group(
      ["Version": NeXusArray(shape: [2], values: .int64([2, 0])), "Type": "UnstructuredGrid"],
      [
        "NumberOfPoints": integers([pointCount]), "NumberOfCells": integers([cellCount]),
        "NumberOfConnectivityIds": integers([cells.count]), "Points": dataset([pointCount, 3], .float64(points)),
        "Connectivity": integers(cells), "Offsets": integers((0...cellCount).map { $0 * cellSize }),
        "Types": dataset([cellCount], .uint8([UInt8](repeating: cellType, count: cellCount))),
        "PointData": group([:], data),
        "Steps": group(
          ["NSteps": .integer(steps)],
          [
            "Values": dataset([steps], .float64(times)), "PartOffsets": integers(zeros),
            "NumberOfParts": integers([Int](repeating: 1, count: steps)), "PointOffsets": integers(zeros),
            "CellOffsets": integers(zeros, [steps, 1]), "ConnectivityIdOffsets": integers(zeros, [steps, 1]),
            "PointDataOffsets": group([:], offsets),
          ]),
      ])
    try NeXusFile.write(NeXusGroup("", children: ["VTKHDF": tree]), to: path)
  }
}
