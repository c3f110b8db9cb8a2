import FileFormats
import Foundation
import ParticleMechanics
import TestSupport
import Testing

@Suite struct GmshMeshFileTests {
  static let forms = GmshMeshFile.Version.allCases.flatMap { version in
    GmshMeshFile.Encoding.allCases.map { (version, $0) }
  }

  /// A file has elements in the order of their regions.
  static func byRegion(_ mesh: ElementMesh) -> (elements: [Int32], regions: [Int32]) {
    let count = mesh.shape.nodeCount
    let order = mesh.regions.indices.sorted { (mesh.regions[$0], $0) < (mesh.regions[$1], $1) }
    return (order.flatMap { mesh.elements[($0 * count)..<(($0 + 1) * count)] }, order.map { mesh.regions[$0] })
  }

  /// The sides of a boundary whatever their order.
  static func sides(_ mesh: ElementMesh, _ name: String) -> Set<[Int32]> {
    let nodes = mesh.boundaries[name] ?? []
    let count = mesh.shape.facet?.nodeCount ?? 1
    return Set(stride(from: 0, to: nodes.count, by: count).map { Array(nodes[$0..<($0 + count)]) })
  }

  static func refusal(_ text: String) -> String { refusal(Array(text.utf8)) }

  static func refusal(_ bytes: [UInt8]) -> String {
    do {
      _ = try GmshMeshFile.read(bytes, named: "a.msh", unit: 1)
      return ""
    } catch { return "\(error)" }
  }

  @Test(arguments: MeshSamples.shapes) func meshesReadBack(shape: ElementShape) throws {
    let mesh = MeshSamples.box(shape)
    for (version, encoding) in Self.forms {
      let bytes = try GmshMeshFile.write(mesh, version: version, encoding: encoding, unit: 1)
      #expect(GmshMeshFile.recognises(bytes))
      let read = try GmshMeshFile.read(bytes, named: "a.msh", unit: 1)
      let sorted = Self.byRegion(mesh)
      #expect(read.shape == mesh.shape && read.points == mesh.points && read.elements == sorted.elements)
      #expect(read.regions == sorted.regions && read.regionNames == mesh.regionNames)
      #expect(Set(read.boundaries.keys) == ["surface", "wetted"])
      for name in ["surface", "wetted"] {
        #expect(Self.sides(read, name) == Self.sides(mesh, name), "\(version) \(encoding) \(name)")
      }
    }
  }

  @Test func coordinatesAreInMicrometresUnlessSaid() throws {
    let mesh = MeshSamples.box(.triangle3, length: 1e-5)
    let bytes = try GmshMeshFile.write(mesh)
    let plain = try GmshMeshFile.read(bytes, named: "a.msh", unit: 1)
    #expect(abs((plain.points.max() ?? 0) - 10) < 1e-12)
    let read = try GmshMeshFile.read(bytes, named: "a.msh")
    #expect(zip(read.points, mesh.points).allSatisfy { abs($0 - $1) < 1e-20 })
  }

  /// The area or volume of a mesh, and the length or area of a boundary, by the corners.
  static func size(_ mesh: ElementMesh) -> Double {
    stride(from: 0, to: mesh.elements.count, by: mesh.shape.nodeCount).reduce(0) { sum, start in
      let p = (0..<4).map { mesh.position(Int(mesh.elements[start + min($0, mesh.shape.nodeCount - 1)])) }
      let a = p[1] - p[0], b = p[2] - p[0], c = p[3] - p[0]
      if mesh.dimension == 3 {
        return sum + (SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x) * c).sum() / 6
      }
      let half = (a.x * b.y - a.y * b.x) / 2
      return sum + half + (mesh.shape == .quadrilateral9 ? (b.x * c.y - b.y * c.x) / 2 : 0)
    }
  }

  // MARK: - Files by hand

  /// A triangle that runs clockwise, at nodes with large numbers, one of which no element has.
  static let clockwise = """
    $MeshFormat
    2.2 0 8
    $EndMeshFormat
    $Nodes
    4
    7000000 0 0 3
    8 1 0 3
    12 0 1 3
    1 9 9 9
    $EndNodes
    $Elements
    2
    1 2 2 0 5 7000000 12 8
    2 1 2 4 1 8 12
    $EndElements

    """

  @Test func elementsAreTurnedAndStrayNodesDropped() throws {
    let mesh = try GmshMeshFile.read(Array(Self.clockwise.utf8), named: "a.msh", unit: 1)
    #expect(mesh.points == [0, 0, 1, 0, 0, 1] && mesh.elements == [0, 1, 2] && mesh.regions == [0])
    // The side is seen with the element on the left.
    #expect(mesh.boundaries == ["boundary 4": [1, 2]])
    #expect(Self.size(mesh) == 0.5)
  }

  @Test func sectionsOfNoUseArePassedOver() throws {
    let text = Self.clockwise.replacing(
      "$Nodes\n", with: "$Comments\n$Nodes of nothing\n$EndComments\n$Nodes\n")
    #expect(Self.refusal(text) == "")
  }

  @Test func withoutGroupsEachEntityIsARegion() throws {
    let mesh = MeshSamples.box(.triangle6)
    var text = String(decoding: try GmshMeshFile.write(mesh, unit: 1), as: UTF8.self)
    let names = try #require(text.firstRange(of: "$PhysicalNames"))
    let entities = try #require(text.firstRange(of: "$Nodes"))
    text.removeSubrange(names.lowerBound..<entities.lowerBound)
    let read = try GmshMeshFile.read(Array(text.utf8), named: "a.msh", unit: 1)
    #expect(read.regions == Self.byRegion(mesh).regions && read.regionNames.isEmpty && read.boundaries.isEmpty)
  }

  @Test func whatIsNotReadIsRefusedInWords() throws {
    let text = Self.clockwise
    func refusal(_ old: String, _ new: String) -> String { Self.refusal(text.replacing(old, with: new)) }
    #expect(refusal("2.2 0 8", "4 0 8").contains("line 2: is MSH 4.0; MSH 2.2 and 4.1 are read"))
    #expect(refusal("$MeshFormat\n", "$Mesh\n").contains("is no file of Gmsh"))
    #expect(refusal("1 2 2 0 5 7000000 12 8", "1 3 2 0 5 7000000 12 8 1").contains("quadrilaterals of 4 nodes"))
    #expect(refusal("7000000 12 8", "7000000 12 9").contains("node 9, which is not there"))
    #expect(refusal("8 1 0 3", "8 0 5 3").contains("without area"))
    #expect(refusal("8 1 0 3", "8 1 0 4").contains("surface in space"))
    #expect(refusal("8 1 0 3", "8 1 nan 3").contains("has \"nan\" where y is expected"))
    #expect(refusal("8 1 0 3", "12 1 0 3").contains("node 12 twice"))
    #expect(refusal("2 1 2 4 1 8 12", "2 1 2 4 1 8 1").contains("that no element has"))
    #expect(refusal("2 1 2 4 1 8 12", "2 8 2 4 1 8 12 7000000").contains("has sides of line-3 in the boundary"))
    #expect(refusal("2 1 2 4 1 8 12", "2 2 2 4 1 7000000 12 8").contains("twice"))
    #expect(refusal("2 1 2 4 1 8 12", "2 9 2 4 1 1 8 12 7000000 8 1").contains("triangle-3 and triangle-6"))
    #expect(refusal("$Nodes\n4", "$Nodes\n400000000000").contains("claims 400000000000 nodes"))
    #expect(refusal("$Elements\n2", "$Elements\n1").contains("$EndElements is expected"))
    #expect(refusal("\n$EndElements\n", "\n").contains("$EndElements"))
    #expect(Self.refusal("").contains("is no file of Gmsh"))
    var mesh = MeshSamples.box(.triangle3)
    mesh.regionNames[0] = "a \"b\""
    #expect(throws: FormatError.self) { try GmshMeshFile.write(mesh) }
    mesh = MeshSamples.box(.triangle3)
    mesh.elements[0] = 99
    #expect(throws: FormatError.self) { try GmshMeshFile.write(mesh) }
  }

  @Test(arguments: [ElementShape.triangle6, .quadrilateral9, .tetrahedron10])
  func foldedElementsAreRefused(shape: ElementShape) throws {
    // A node between corners that is drawn to the end of its side and beyond turns the element over there.
    for (shift, isFolded) in [(0.1, false), (0.24, false), (0.26, true), (0.6, true)] {
      var mesh = MeshSamples.box(shape)
      let corners = shape == .triangle6 ? 3 : 4
      let (from, middle) = (Int(mesh.elements[0]), Int(mesh.elements[corners]))
      for axis in 0..<mesh.dimension {
        let (start, half) = (mesh.points[mesh.dimension * from + axis], mesh.points[mesh.dimension * middle + axis])
        mesh.points[mesh.dimension * middle + axis] = half + 2 * shift * (start - half)
      }
      let message = Self.refusal(try GmshMeshFile.write(mesh, unit: 1))
      #expect(message.contains("folded element") == isFolded, "\(shift): \(message)")
    }
  }

  @Test func overlappingRegionsAreRefused() throws {
    let text = String(decoding: try GmshMeshFile.write(MeshSamples.box(.triangle3), unit: 1), as: UTF8.self)
    let overlapping = text.replacing("0.5 1.0 0.0 1 1 0", with: "0.5 1.0 0.0 2 1 2 0")
    #expect(overlapping != text)
    #expect(Self.refusal(overlapping).contains("grain a and grain b"))
  }

  /// Files of the other order of bytes: a file in binary, every number reversed.
  @Test func theOtherOrderOfBytes() throws {
    var text = Array("$MeshFormat\n2.2 1 8\n".utf8)
    func word(_ values: Int32...) { for value in values { withUnsafeBytes(of: value.bigEndian) { text += $0 } } }
    func number(_ values: Double...) {
      for value in values { withUnsafeBytes(of: value.bitPattern.bigEndian) { text += $0 } }
    }
    word(1)
    text += Array("\n$EndMeshFormat\n$Nodes\n3\n".utf8)
    for (index, place) in [(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)].enumerated() {
      word(Int32(index + 1))
      number(place.0, place.1, 0)
    }
    text += Array("\n$EndNodes\n$Elements\n1\n".utf8)
    word(2, 1, 2, 1, 7, 1, 1, 2, 3)
    text += Array("\n$EndElements\n".utf8)
    let mesh = try GmshMeshFile.read(text, named: "a.msh", unit: 1)
    #expect(mesh.points == [0, 0, 2, 0, 0, 2] && mesh.elements == [0, 1, 2])
  }

  @Test func damagedMeshes() throws {
    var inputs: [[UInt8]] = []
    for shape in MeshSamples.shapes {
      for (version, encoding) in Self.forms {
        inputs.append(try GmshMeshFile.write(MeshSamples.box(shape), version: version, encoding: encoding))
      }
    }
    let result = MutatedReads(of: inputs, count: 500) { _ = try GmshMeshFile.read($0, named: "a.msh") }
    #expect(result.silentErrors == 0 && result.slowest < 5)
    #expect(result.errors > 250)
  }
}
