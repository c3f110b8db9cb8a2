import FileFormats
import Foundation
import ParticleMechanics
import TestSupport
import Testing

/// Meshes that Gmsh 4.15.2 and meshio 5.3.5 wrote, in all versions and encodings; Tests/Golden/meshes/make-meshes made them.
@Suite struct GoldenMeshTests {
  static let folder = SharedData.checkout.appending(path: "Tests/Golden/meshes")

  static func read(_ name: String) throws -> ElementMesh {
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
    return try GmshMeshFile.read(bytes, named: name, unit: 1)
  }

  /// The length of a quadratic side, and the area that it adds to a section by Green's theorem; both by Gauss points.
  static func side(_ mesh: ElementMesh, _ nodes: ArraySlice<Int32>) -> (length: Double, area: Double) {
    let p = nodes.map { mesh.position(Int($0)) }
    var sum = (length: 0.0, area: 0.0)
    for (t, weight) in [(-0.6.squareRoot(), 5 / 9.0), (0, 8 / 9.0), (0.6.squareRoot(), 5 / 9.0)] {
      let place = p[0] * (t * (t - 1) / 2) + p[1] * (t * (t + 1) / 2) + p[2] * (1 - t * t)
      let along = p[0] * (t - 0.5) + p[1] * (t + 0.5) - p[2] * (2 * t)
      sum.length += weight * (along * along).sum().squareRoot()
      sum.area += weight * (place.x * along.y - place.y * along.x) / 2
    }
    return sum
  }

  static func length(_ mesh: ElementMesh, _ name: String) -> Double {
    let nodes = mesh.boundaries[name] ?? []
    return stride(from: 0, to: nodes.count, by: 3).reduce(0) { $0 + side(mesh, nodes[$1..<($1 + 3)]).length }
  }

  static func area(_ mesh: ElementMesh, _ name: String) -> Double {
    let nodes = mesh.boundaries[name] ?? []
    return stride(from: 0, to: nodes.count, by: 3).reduce(0) { $0 + side(mesh, nodes[$1..<($1 + 3)]).area }
  }

  static let forms = ["2.2-text", "2.2-binary", "4.1-text", "4.1-binary"]

  /// What Gmsh counts: type, nodes, elements, size.
  static func expected(_ name: String) throws -> [Double] {
    let text = try String(contentsOf: folder.appending(path: "meshes.tsv"), encoding: .utf8)
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + "\t") })
    return row.split(separator: "\t").dropFirst().compactMap { Double($0) }
  }

  @Test func aDiscOfCurvedTriangles() throws {
    let meshes = try Self.forms.map { try Self.read("disc-\($0).msh") }
    let expected = try Self.expected("disc")
    for mesh in meshes {
      #expect(mesh.shape == .triangle6 && mesh.regionNames == [0: "left", 1: "right"])
      #expect(mesh.nodeCount == Int(expected[1]) && mesh.elementCount == Int(expected[2]))
      #expect(abs(Self.area(mesh, "surface") - expected[3]) < 1e-12)
      // Chords of curved sides are longer than straight ones: within 1e-3 of the circle here.
      #expect(abs(Self.length(mesh, "surface") / (4 * .pi) - 1) < 1e-3)
      #expect(abs(Self.length(mesh, "wetted") / (2 * .pi) - 1) < 1e-3)
      for element in 0..<mesh.elementCount {
        let corners = (0..<3).map { mesh.position(Int(mesh.elements[6 * element + $0])) }
        let a = corners[1] - corners[0], b = corners[2] - corners[0]
        #expect(a.x * b.y > a.y * b.x)
        #expect(corners.allSatisfy { mesh.regions[element] == 0 ? $0.x < 1 + 1e-9 : $0.x > 1 - 1e-9 })
      }
    }
    // Coordinates in text have 16 digits, and the order of elements is the file's own.
    for mesh in meshes.dropFirst() {
      #expect(mesh.elements == meshes[0].elements && mesh.regions == meshes[0].regions)
      #expect(zip(mesh.points, meshes[0].points).allSatisfy { abs($0 - $1) < 1e-14 })
      #expect(
        GmshMeshFileTests.sides(mesh, "wetted") == GmshMeshFileTests.sides(meshes[0], "wetted"))
    }
  }

  @Test func aBoxOfTetrahedra() throws {
    let expected = try Self.expected("box")
    for form in Self.forms {
      let mesh = try Self.read("box-\(form).msh")
      #expect(mesh.shape == .tetrahedron10 && mesh.regionNames == [0: "particle"])
      #expect(mesh.nodeCount == Int(expected[1]) && mesh.elementCount == Int(expected[2]))
      #expect(abs(GmshMeshFileTests.size(mesh) - expected[3]) < 1e-12)
      // Middles lie where VTK's order has them.
      let pairs = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)]
      for start in stride(from: 0, to: mesh.elements.count, by: 10) {
        let p = (0..<10).map { mesh.position(Int(mesh.elements[start + $0])) }
        for (index, pair) in pairs.enumerated() {
          let off = p[4 + index] - (p[pair.0] + p[pair.1]) / 2
          #expect((off * off).sum() < 1e-20)
        }
      }
      // Divergence theorem: sides that all look outwards enclose the volume.
      for (name, area, third) in [("surface", 24.0, 8.0), ("wetted", 4, 0)] {
        let nodes = try #require(mesh.boundaries[name])
        var sum = (area: 0.0, volume: 0.0)
        for start in stride(from: 0, to: nodes.count, by: 6) {
          let p = (0..<3).map { mesh.position(Int(nodes[start + $0])) }
          let a = p[1] - p[0], b = p[2] - p[0]
          let n = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x) / 2
          sum.area += (n * n).sum().squareRoot()
          sum.volume += (n * p[0]).sum() / 3
        }
        #expect(abs(sum.area - area) < 1e-12 && abs(sum.volume - third) < 1e-12)
      }
    }
  }

  @Test func aSheetOfQuadrilateralsWithoutNames() throws {
    let expected = try Self.expected("sheet")
    for form in Self.forms {
      let mesh = try Self.read("sheet-\(form).msh")
      #expect(mesh.shape == .quadrilateral9 && mesh.regionNames.isEmpty && mesh.boundaries.isEmpty)
      #expect(mesh.nodeCount == Int(expected[1]) && mesh.elementCount == Int(expected[2]))
      #expect(abs(GmshMeshFileTests.size(mesh) - expected[3]) < 1e-12 && mesh.regions == [0, 0, 0, 0])
      // The last node of an element is its middle.
      let p = (0..<9).map { mesh.position(Int(mesh.elements[$0])) }
      let off = p[8] - (p[0] + p[2]) / 2
      #expect((off * off).sum() < 1e-20)
    }
  }

  @Test func aTetrahedronOfMeshio() throws {
    let mesh = try Self.read("meshio.msh")
    #expect(mesh.shape == .tetrahedron4 && abs(GmshMeshFileTests.size(mesh) - 1 / 6.0) < 1e-15)
  }
}
