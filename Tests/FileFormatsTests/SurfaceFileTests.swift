import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

@Suite struct SurfaceFileTests {
  let mesh = TomographySamples.tetrahedron

  @Test func surfacesReadBack() throws {
    let stl = try STLFile.read(STLFile.write(mesh), named: "a.stl")
    #expect(stl.triangles.count == 4 && stl.vertices.count == 4 && stl.isWatertight)
    #expect(abs(stl.volume / 4e-18 - 1) < 1e-6)
    let gmsh = try GmshFile.readSurface(Array(GmshFile.write(mesh).utf8), named: "a.msh")
    #expect(gmsh.triangles == mesh.triangles && gmsh.isWatertight && abs(gmsh.volume / 4e-18 - 1) < 1e-12)
    #expect(GmshFile.write(mesh).contains("2 1 \"particle\""))
  }

  /// What trimesh 5.2.0 and meshio 5.3.5 wrote, and in the unit that is said.
  @Test func surfacesOfOtherPrograms() throws {
    let folder = SharedData.checkout.appending(path: "Tests/Golden/tomography")
    let stl = try FrameSamples.bytes(folder.appending(path: "tetrahedron.stl").path)
    #expect(try abs(STLFile.read(stl, named: "a", unit: 1).volume - 4) < 1e-6)
    let msh = try FrameSamples.bytes(folder.appending(path: "tetrahedron.msh").path)
    let read = try GmshFile.readSurface(msh, named: "a", unit: 1)
    #expect(abs(read.volume - 4) < 1e-12 && read.isWatertight && read.triangles == mesh.triangles)
  }

  @Test func theNormalOfATriangleInSTL() {
    let bytes = STLFile.write(mesh)
    #expect(bytes.count == 84 + 4 * 50 && bytes[80] == 4 && !bytes.starts(with: Array("solid".utf8)))
    func normal(_ triangle: Int) -> [Float] {
      (0..<3).map { axis in
        let at = 84 + 50 * triangle + 4 * axis
        return Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
      }
    }
    // The first triangle lies in z = 0 and looks down; the last is x/2 + y/3 + z/4 = 1 and looks away from the origin.
    #expect(normal(0) == [0, 0, -1])
    let length = Float(1.0 / 4 + 1.0 / 9 + 1.0 / 16).squareRoot()
    #expect(zip(normal(3), [Float(1) / 2, 1 / 3, 1 / 4]).allSatisfy { abs($0 - $1 / length) < 1e-6 })
  }

  @Test func outlinesReadBackWithTheirNames() throws {
    let outline = TomographySamples.outline
    let text = GmshFile.write(outline)
    #expect(text.contains("1 1 \"outer\"") && text.contains("1 2 \"hole\""))
    let read = try GmshFile.readOutline(Array(text.utf8), named: "a.msh")
    #expect(read.polygons.map(\.count) == [4, 4])
    #expect(abs(read.area / 15e-12 - 1) < 1e-12 && abs(read.perimeter / 20e-6 - 1) < 1e-12)
  }

  @Test func damageIsRefusedInWords() throws {
    func refusal(_ body: () throws -> Void) -> String {
      do {
        try body()
        return ""
      } catch { return "\(error)" }
    }
    let stl = STLFile.write(mesh)
    #expect(refusal { _ = try STLFile.read(Array(stl.dropLast()), named: "a") }.contains("claims 4 triangles"))
    #expect(refusal { _ = try STLFile.read(Array("solid a\n".utf8), named: "a") }.contains("at least 84"))
    var text = GmshFile.write(TomographySamples.outline)
    #expect(refusal { _ = try GmshFile.readSurface(Array(text.utf8), named: "a") }.contains("no triangles"))
    text = text.replacing("4.1 0 8", with: "4 0 8")
    #expect(refusal { _ = try GmshFile.readOutline(Array(text.utf8), named: "a") }.contains("MSH 2.2 and 4.1 are read"))
    let open = GmshFile.write(TomographySamples.outline).replacing("\n4 4 1\n", with: "\n4 4 2\n")
    #expect(!refusal { _ = try GmshFile.readOutline(Array(open.utf8), named: "a") }.isEmpty)
  }
}
