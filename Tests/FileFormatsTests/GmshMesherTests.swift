import FileFormats
import Foundation
import ParticleMechanics
import TestSupport
import Testing
import Tomography

/// What Gmsh makes of sections and surfaces, where it is installed, and its scripts, which need no Gmsh.
@Suite struct GmshMesherTests {
  /// Nil, with a printed skip, where Gmsh is not installed.
  static func mesher() -> GmshMesher? {
    do { return try GmshMesher() } catch {
      print("skipped: \(error)")
      return nil
    }
  }

  /// A regular polygon about the origin.
  static func circle(_ corners: Int, radius: Double) -> [SIMD2<Double>] {
    (0..<corners).map {
      let angle = 2 * Double.pi * Double($0) / Double(corners)
      return SIMD2(radius * cos(angle), radius * sin(angle))
    }
  }

  /// Three sectors of a hexagon, the third with sides that the others cut in two.
  static let grains: [[SIMD2<Double>]] = [
    [SIMD2(0, 0), SIMD2(4e-6, 0), SIMD2(4e-6, 2e-6), SIMD2(0, 2e-6)],
    // Runs clockwise.
    [SIMD2(4e-6, 0), SIMD2(4e-6, 4e-6), SIMD2(8e-6, 4e-6), SIMD2(8e-6, 0)],
    [SIMD2(0, 2e-6), SIMD2(4e-6, 2e-6), SIMD2(4e-6, 4e-6), SIMD2(0, 4e-6)],
  ]

  static func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  @Test func aMissingLibraryIsSaid() {
    let message = Self.refusal { _ = try GmshMesher(library: "/nowhere/libgmsh.so") }
    #expect(message.contains("Gmsh is needed here") && message.contains("install it"))
    #expect(Self.refusal { _ = try GmshMesher(library: "libm.so.6") }.contains("has no gmshInitialize"))
  }

  @Test func aSectionWithAHole() throws {
    guard let mesher = Self.mesher() else { return }
    for order in 1...2 {
      let mesh = try mesher.mesh(
        SectionGeometry(TomographySamples.outline), sizes: MeshSizes(uniform: 0.4e-6), order: order)
      #expect(mesh.shape == (order == 1 ? .triangle3 : .triangle6) && mesh.regionNames == [0: "particle"])
      #expect(abs(GmshMeshFileTests.size(mesh) / 15e-12 - 1) < 1e-9)
      #expect(mesh.elementCount > 150 && mesh.elementCount < 600)
      guard order == 2 else { continue }
      #expect(abs(GoldenMeshTests.length(mesh, "surface") / 20e-6 - 1) < 1e-9)
      #expect(abs(GoldenMeshTests.area(mesh, "surface") / 15e-12 - 1) < 1e-9)
    }
  }

  @Test func grainsShareTheirSides() throws {
    guard let mesher = Self.mesher() else { return }
    var geometry = SectionGeometry(grains: Self.grains)
    geometry.regions[1].name = "the right one"
    let mesh = try mesher.mesh(
      geometry, sizes: MeshSizes(surface: 0.3e-6, interior: 0.6e-6, transition: 2e-6)
    ) { $0.x > 7.9e-6 ? ["surface", "wetted"] : ["surface"] }
    #expect(Set(mesh.regions) == [0, 1, 2] && mesh.regionNames == [1: "the right one"])
    #expect(abs(GmshMeshFileTests.size(mesh) / 32e-12 - 1) < 1e-9)
    #expect(abs(GoldenMeshTests.length(mesh, "surface") / 24e-6 - 1) < 1e-9)
    #expect(abs(GoldenMeshTests.length(mesh, "wetted") / 4e-6 - 1) < 1e-9)
    #expect(abs(GoldenMeshTests.length(mesh, SectionGeometry.interfaceName) / 8e-6 - 1) < 1e-9)
    // Conforming: the grains meet in nodes that both have, and each of the sides inside belongs to two elements.
    var count: [Set<Int32>: Int] = [:]
    for start in stride(from: 0, to: mesh.elements.count, by: 6) {
      for side in [[0, 1, 3], [1, 2, 4], [2, 0, 5]] {
        count[Set(side.map { mesh.elements[start + $0] }), default: 0] += 1
      }
    }
    #expect(count.values.count { $0 == 1 } == (mesh.boundaries["surface"] ?? []).count / 3)
    #expect(count.values.allSatisfy { $0 <= 2 })
  }

  @Test func smoothOutlinesGetCurvedSides() throws {
    guard let mesher = Self.mesher() else { return }
    let outline = SectionOutline(polygons: [Self.circle(200, radius: 5e-6)])
    let mesh = try mesher.mesh(
      SectionGeometry(outline), sizes: MeshSizes(surface: 0.5e-6, interior: 1e-6, transition: 2e-6), curves: .smooth)
    #expect(mesh.elementCount < 800)
    let area = Double.pi * 25e-12
    // Quadratic sides of h = 0.5 um follow the circle to (h/R)^4 / 2000 of its area; straight ones would miss 0.4 %.
    #expect(abs(GoldenMeshTests.area(mesh, "surface") / area - 1) < 2e-5)
    #expect(abs(GoldenMeshTests.length(mesh, "surface") / (2 * .pi * 5e-6) - 1) < 2e-5)
  }

  @Test func theSameInputGivesTheSameMesh() throws {
    guard let mesher = Self.mesher() else { return }
    let geometry = SectionGeometry(grains: Self.grains)
    let first = try mesher.mesh(geometry, sizes: MeshSizes(uniform: 0.4e-6))
    #expect(try mesher.mesh(geometry, sizes: MeshSizes(uniform: 0.4e-6)) == first)
  }

  @Test func surfacesAreFilledWithTetrahedra() throws {
    guard let mesher = Self.mesher() else { return }
    for order in 1...2 {
      let mesh = try mesher.mesh(TomographySamples.tetrahedron, size: 1e-6, order: order)
      #expect(mesh.shape == (order == 1 ? .tetrahedron4 : .tetrahedron10))
      #expect(abs(GmshMeshFileTests.size(mesh) / 4e-18 - 1) < 1e-9)
      #expect(Set(mesh.boundaries.keys) == ["surface"] && mesh.regionNames == [0: "particle"])
    }
    let open = SurfaceMesh(
      vertices: TomographySamples.tetrahedron.vertices, triangles: [TomographySamples.tetrahedron.triangles[0]])
    #expect(Self.refusal { _ = try mesher.mesh(open, size: 1e-6) }.contains("not closed"))
  }

  /// A surface as tomography gives it: many triangles, here of a sphere.
  @Test func aSphereIsFilled() throws {
    guard let mesher = Self.mesher() else { return }
    let (rings, steps) = (16, 32)
    var vertices = [SIMD3(0, 0, 5e-6)]
    for ring in 1..<rings {
      let polar = Double.pi * Double(ring) / Double(rings)
      for step in 0..<steps {
        let angle = 2 * Double.pi * Double(step) / Double(steps)
        vertices.append(5e-6 * SIMD3(sin(polar) * cos(angle), sin(polar) * sin(angle), cos(polar)))
      }
    }
    vertices.append(SIMD3(0, 0, -5e-6))
    func vertex(_ ring: Int, _ step: Int) -> Int32 { Int32(1 + steps * (ring - 1) + step % steps) }
    var triangles: [SIMD3<Int32>] = []
    for step in 0..<steps {
      triangles.append(SIMD3(0, vertex(1, step), vertex(1, step + 1)))
      for ring in 1..<(rings - 1) {
        triangles.append(SIMD3(vertex(ring, step), vertex(ring + 1, step), vertex(ring + 1, step + 1)))
        triangles.append(SIMD3(vertex(ring, step), vertex(ring + 1, step + 1), vertex(ring, step + 1)))
      }
      triangles.append(
        SIMD3(Int32(vertices.count - 1), vertex(rings - 1, step + 1), vertex(rings - 1, step)))
    }
    let surface = SurfaceMesh(vertices: vertices, triangles: triangles)
    let mesh = try mesher.mesh(surface, size: 1.5e-6)
    #expect(abs(GmshMeshFileTests.size(mesh) / surface.volume - 1) < 1e-9)
    #expect((mesh.boundaries["surface"] ?? []).count == 6 * triangles.count)
  }

  // MARK: - Without Gmsh

  @Test func whatCannotBeMeshedIsSaid() throws {
    func refusal(_ polygons: [[SIMD2<Double>]], size: Double = 1e-6) -> String {
      Self.refusal {
        _ = try GmshScript.text(
          SectionGeometry(regions: [SectionGeometry.Region(polygons: polygons)]), sizes: MeshSizes(uniform: size))
      }
    }
    let square = [SIMD2(0.0, 0.0), SIMD2(4e-6, 0), SIMD2(4e-6, 4e-6), SIMD2(0, 4e-6)]
    #expect(refusal([square]) == "")
    #expect(refusal([]).contains("no polygons"))
    #expect(refusal([[square[0], square[1]]]).contains("fewer than 3 corners"))
    #expect(refusal([[square[0], square[1], square[1] / 2]]).contains("without area"))
    #expect(refusal([[square[0], square[2], square[1], square[3]]]).contains("sides that cross, at ("))
    #expect(refusal([square, square]).contains("overlap"))
    #expect(refusal([square.reversed()]).contains("around a hole"))
    #expect(refusal([[SIMD2(.nan, 0)] + square]).contains("no number"))
    #expect(refusal([square], size: 1e-10).contains("choose larger ones"))
    #expect(refusal([square], size: 1e-200).contains("choose larger ones"))
    #expect(refusal([[SIMD2(1e308, 0), SIMD2(-1e308, 0), SIMD2(0, 1e308)]]).contains("beyond all measure"))
    #expect(refusal([square], size: 0).contains("sizes are positive"))
    let named = SectionGeometry(regions: [SectionGeometry.Region(name: "a\"; Exit", polygons: [square])])
    #expect(Self.refusal { _ = try GmshScript.text(named, sizes: MeshSizes(uniform: 1e-6)) }.contains("quotation mark"))
  }

  @Test func aScriptTellsRegionsAndBoundaries() throws {
    let text = try GmshScript.text(SectionGeometry(grains: Self.grains), sizes: MeshSizes(uniform: 1e-6))
    // The side of the second grain is cut in two where the others meet.
    #expect(text.matches(of: /Line\(/).count == 10)
    #expect(text.contains("Physical Surface(2) = {2};") && text.contains("Physical Curve(\"surface\", 2)"))
    #expect(text.contains("Physical Curve(\"grain-boundary\", 1)"))
  }
}
