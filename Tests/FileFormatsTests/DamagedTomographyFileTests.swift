import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

/// Damaged projections, volumes and surfaces: no crash, no hang, an error that says something. The acceptance program reads
/// 500 of each.
@Suite struct DamagedTomographyFileTests {
  private func expectGraceful(_ inputs: [[UInt8]], count: Int, _ read: ([UInt8]) throws -> Void) {
    let result = MutatedReads(of: inputs, count: count, read: read)
    #expect(result.silentErrors == 0 && result.slowest < 10)
    #expect(result.errors > count / 20)
  }

  @Test func projectionsOfHDF5() throws {
    try withFrameFolder { folder in
      try TomographySamples.writeNXtomo(to: folder.path("a.nxs"))
      try TomographySamples.writeDXchange(to: folder.path("b.h5"))
      try TomographySamples.writePhaseImages(to: folder.path("c.h5"))
      let files = try ["a.nxs", "b.h5", "c.h5"].map { try FrameSamples.bytes(folder.path($0)) }
      expectGraceful(files, count: 60) {
        try TomographySamples.exercise(ProjectionFile.read(folder.write($0, "damaged.h5")))
      }
    }
  }

  @Test func volumes() throws {
    try withFrameFolder { folder in
      try TomographySamples.volume().write(to: folder.path("a.nxs"))
      try TomographySamples.volume().write(to: folder.path("a.tif"))
      for name in ["a.nxs", "a.tif"] {
        expectGraceful([try FrameSamples.bytes(folder.path(name))], count: 40) {
          _ = try VolumeFile.read(folder.write($0, "damaged"))
        }
      }
    }
  }

  @Test func mrc() throws {
    let names = ["mode0-le", "mode1-be", "mode2-le", "mode6-be"]
    let files = try names.map { try FrameSamples.bytes(MRCFileTests.golden.appending(path: $0 + ".mrc").path) }
    try withFrameFolder { folder in
      expectGraceful(files, count: 200) {
        let path = try folder.write($0, "damaged.mrc")
        try TomographySamples.exercise(ProjectionFile.read(path))
        _ = try VolumeFile.read(path)
      }
    }
  }

  @Test func surfacesAndOutlines() {
    expectGraceful([STLFile.write(TomographySamples.tetrahedron)], count: 200) {
      _ = try STLFile.read($0, named: "a.stl")
    }
    expectGraceful([Array(GmshFile.write(TomographySamples.tetrahedron).utf8)], count: 200) {
      _ = try GmshFile.readSurface($0, named: "a.msh")
    }
    expectGraceful([Array(GmshFile.write(TomographySamples.outline).utf8)], count: 200) {
      _ = try GmshFile.readOutline($0, named: "a.msh")
    }
  }

  @Test func anglesAsText() throws {
    let text = Array(("# deg\n" + (0..<40).map { "\(Double($0) / 7)\n" }.joined()).utf8)
    try withFrameFolder { folder in
      try TomographySamples.writeNXtomo(to: folder.path("a.nxs"))
      expectGraceful([text], count: 30) {
        var options = ProjectionReadOptions()
        options.anglesFile = try folder.write($0, "angles.txt")
        options.angleLines = 2...6
        _ = try ProjectionFile.read(folder.path("a.nxs"), options: options)
      }
    }
  }
}
