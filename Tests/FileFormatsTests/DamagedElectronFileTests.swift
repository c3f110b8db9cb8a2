import FileFormats
import Foundation
import TestSupport
import Testing

/// Damaged maps and patterns: no crash, no hang, an error that says something. The acceptance program reads 500 of each.
@Suite struct DamagedElectronFileTests {
  private func expectGraceful(_ inputs: [[UInt8]], count: Int, _ read: ([UInt8]) throws -> Void) {
    let result = MutatedReads(of: inputs, count: count, read: read)
    #expect(result.silentErrors == 0)
    #expect(result.errors > count / 20)
    #expect(result.slowest < 5)
  }

  @Test func mapsOfText() {
    expectGraceful([ElectronSamples.channelText(), ElectronSamples.channelText(comma: true)], count: 150) {
      _ = try OrientationMapFile.read($0, named: "map.ctf")
    }
    expectGraceful([ElectronSamples.edaxText()], count: 150) {
      _ = try OrientationMapFile.read($0, named: "map.ang")
    }
    let pair = ElectronSamples.channelProject()
    expectGraceful([pair.project], count: 100) {
      _ = try OrientationMapFile.read(project: $0, points: pair.points, named: "map.cpr")
    }
    expectGraceful([pair.points], count: 100) {
      _ = try OrientationMapFile.read(project: pair.project, points: $0, named: "map.crc")
    }
  }

  @Test func patternsOfBinaryFiles() {
    expectGraceful([ElectronSamples.edaxBinary(), ElectronSamples.edaxBinary(version: 1)], count: 100) {
      try ElectronDamage.readPatterns(KikuchiPatternFile.read($0, named: "a.up2"))
    }
    expectGraceful([2, 4, 6].map { ElectronSamples.oxfordBinary(version: $0) }, count: 100) {
      try ElectronDamage.readPatterns(KikuchiPatternFile.read($0, named: "a.ebsp"))
    }
  }

  @Test func hdf5() throws {
    try withFrameFolder { folder in
      try ElectronSamples.writeOxford(to: folder.path("oxford.h5"))
      try ElectronSamples.writeBruker(to: folder.path("bruker.h5"))
      let files = try ["oxford.h5", "bruker.h5"].map { try FrameSamples.bytes(folder.path($0)) }
      expectGraceful(files, count: 30) {
        let path = try folder.write($0, "damaged.h5")
        try ElectronDamage.readPatterns(KikuchiPatternFile.open(path: path))
        _ = try OrientationMapFile.open(path: path)
      }
    }
  }
}
