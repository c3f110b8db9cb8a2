import CCompressionSystem
public import ParticleMechanics

/// Meshes with their fields at one time in VTK's XML format for unstructured grids, `.vtu`, which ParaView, pyvista and
/// meshio read. Arrays are appended in binary, compressed by zlib unless said. Lengths are in metres.
///
/// Source: VTK documentation, "VTK file formats", XML formats.
public enum VTUFile {
  /// How the arrays are stored.
  public enum Compression: Sendable, Hashable, CaseIterable {
    case none
    case zlib
  }

  /// Bytes of an array that are compressed together.
  private static let blockSize = 1 << 15

  /// The bytes of a file, with the region of each element besides the fields.
  ///
  /// - Parameters:
  ///   - fields: each for one time.
  ///   - time: in seconds; kept as the file's time value.
  /// - Throws: ``FormatError`` when counts do not belong together.
  public static func write(
    _ mesh: ElementMesh, fields: [MeshField], time: Double? = nil, compression: Compression = .zlib
  ) throws -> [UInt8] {
    let file = "the VTU file"
    try mesh.requireConsistency(for: file)
    try fields.requireConsistency(
      nodes: mesh.nodeCount, elements: mesh.elementCount, times: [time ?? 0], for: file)
    return document(Grid(mesh), fields: fields, step: 0, time: time, compression)
  }

  /// The arrays of a mesh as they are stored, the same for all times.
  struct Grid {
    let nodes: Int
    let elements: Int
    let points: [UInt8]
    let connectivity: [UInt8]
    let offsets: [UInt8]
    let types: [UInt8]
    let regions: [UInt8]

    init(_ mesh: ElementMesh) {
      nodes = mesh.nodeCount
      elements = mesh.elementCount
      points = bytes(
        (0..<mesh.nodeCount).flatMap { node in
          let place = mesh.position(node)
          return [place.x, place.y, place.z]
        })
      connectivity = bytes(mesh.elements.map(Int64.init))
      offsets = bytes((1...mesh.elementCount).map { Int64($0 * mesh.shape.nodeCount) })
      types = [UInt8](repeating: mesh.shape.vtkType, count: mesh.elementCount)
      regions = bytes(mesh.regions)
    }
  }

  /// - Parameter step: which of the times of a field is written; fields that do not change have one.
  static func document(
    _ grid: Grid, fields: [MeshField], step: Int, time: Double?, _ compression: Compression
  ) -> [UInt8] {
    var header = "<?xml version=\"1.0\"?>\n<VTKFile type=\"UnstructuredGrid\" version=\"1.0\" "
    header += "byte_order=\"LittleEndian\" header_type=\"UInt64\""
    if compression == .zlib { header += " compressor=\"vtkZLibDataCompressor\"" }
    header += ">\n<UnstructuredGrid>\n"
    var appended: [UInt8] = []
    func array(_ name: String, _ type: String, components: Int, _ values: [UInt8]) {
      header += "<DataArray type=\"\(type)\" Name=\"\(escaped(name))\" NumberOfComponents=\"\(components)\" "
      header += "format=\"appended\" offset=\"\(appended.count)\"/>\n"
      appended += compression == .zlib ? compressed(values) : bytes([UInt64(values.count)]) + values
    }
    if let time {
      header += "<FieldData>\n<DataArray type=\"Float64\" Name=\"TimeValue\" NumberOfTuples=\"1\" format=\"ascii\">"
      header += "\(time)</DataArray>\n</FieldData>\n"
    }
    header += "<Piece NumberOfPoints=\"\(grid.nodes)\" NumberOfCells=\"\(grid.elements)\">\n"
    for (location, element) in [(MeshField.Location.nodes, "PointData"), (.elements, "CellData")] {
      header += "<\(element)>\n"
      let own = fields.filter { $0.location == location }
      for field in own {
        let count = field.count(nodes: grid.nodes, elements: grid.elements)
        let start = field.values.count == count ? 0 : step * count
        array(field.name, "Float64", components: field.components, bytes(field.values[start..<(start + count)]))
      }
      if location == .elements, !own.contains(where: { $0.name == VTKHDFFile.regionName }) {
        array(VTKHDFFile.regionName, "Int32", components: 1, grid.regions)
      }
      header += "</\(element)>\n"
    }
    header += "<Points>\n"
    array("Points", "Float64", components: 3, grid.points)
    header += "</Points>\n<Cells>\n"
    array("connectivity", "Int64", components: 1, grid.connectivity)
    array("offsets", "Int64", components: 1, grid.offsets)
    array("types", "UInt8", components: 1, grid.types)
    header += "</Cells>\n</Piece>\n</UnstructuredGrid>\n<AppendedData encoding=\"raw\">\n_"
    return Array(header.utf8) + appended + Array("\n</AppendedData>\n</VTKFile>\n".utf8)
  }

  /// Blocks of zlib after their numbers: how many, the size of a full one, that of a last one that is not full (0 where all
  /// are), and the compressed size of each.
  private static func compressed(_ values: [UInt8]) -> [UInt8] {
    var sizes: [UInt64] = []
    var blocks: [UInt8] = []
    for start in stride(from: 0, to: values.count, by: blockSize) {
      let part = values[start..<min(start + blockSize, values.count)]
      var size = compressBound(uLong(part.count))
      let block = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, initialized in
        let status = part.withUnsafeBufferPointer {
          compress2(buffer.baseAddress, &size, $0.baseAddress, uLong($0.count), Z_DEFAULT_COMPRESSION)
        }
        // With as much room as the library asks for it fails only where memory ends.
        precondition(status == Z_OK, "zlib has no memory")
        initialized = Int(size)
      }
      sizes.append(UInt64(block.count))
      blocks += block
    }
    let last = values.count % blockSize
    return bytes([UInt64(sizes.count), UInt64(blockSize), UInt64(last)] + sizes) + blocks
  }

  private static func bytes<Values: Collection>(_ values: Values) -> [UInt8] where Values.Element: BitwiseCopyable {
    Array(values).withUnsafeBytes { Array($0) }
  }

  /// Text inside an attribute of XML.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
