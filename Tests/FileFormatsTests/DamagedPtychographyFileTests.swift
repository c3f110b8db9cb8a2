import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// Damaged scans and reconstructions: no crash, no hang, an error that says something. The acceptance program reads 500
/// of each.
@Suite struct DamagedPtychographyFileTests {
  private func expectGraceful(_ inputs: [[UInt8]], count: Int, _ read: ([UInt8]) throws -> Void) {
    let result = MutatedReads(of: inputs, count: count, read: read)
    #expect(result.silentErrors == 0 && result.slowest < 10)
    #expect(result.errors > count / 20)
  }

  @Test func scans() throws {
    try withFrameFolder { folder in
      try CXIScanWriter.write(PtychographySamples.scan(), to: folder.path("scan.cxi"))
      try PtychographySamples.writeDiamond(to: folder.path("scan.nxs"))
      let files = try ["scan.cxi", "scan.nxs"].map { try FrameSamples.bytes(folder.path($0)) }
      expectGraceful(files, count: 60) {
        try PtychographySamples.exercise(PtychographyFile.read(folder.write($0, "damaged.h5")))
      }
    }
  }

  @Test func reconstructions() throws {
    try withFrameFolder { folder in
      let result = PtychographySamples.reconstruction()
      for name in ["a.cxi", "a.h5"] { try result.write(to: folder.path(name)) }
      let files = try ["a.cxi", "a.h5"].map { try FrameSamples.bytes(folder.path($0)) }
      expectGraceful(files, count: 60) {
        _ = try PtychographyReconstructionFile.read(folder.write($0, "damaged.h5"))
      }
    }
  }

  @Test func tables() throws {
    let text = "y / um,x / um\n" + (0..<40).map { "\(Double($0) / 7),\(-Double($0))\n" }.joined()
    expectGraceful([Array(text.utf8)], count: 200) {
      _ = try PtychographyStackDescription.positions(ofTable: $0, named: "a.csv", y: .name("y"), x: .name("x"))
    }
  }
}
