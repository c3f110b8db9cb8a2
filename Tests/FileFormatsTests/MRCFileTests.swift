import ArrayMath
import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

/// Files of mrcfile 1.5.4: voxel (section, row, column) is 12 section + 4 row + column − 5, plus 5 where unsigned.
@Suite struct MRCFileTests {
  static let golden = SharedData.checkout.appending(path: "Tests/Golden/tomography")

  @Test(arguments: [0, 1, 2, 6], ["le", "be"]) func modes(_ mode: Int, _ order: String) throws {
    let path = Self.golden.appending(path: "mode\(mode)-\(order).mrc").path
    let volume = try VolumeFile.read(path)
    let first: Float = mode == 6 ? 0 : -5
    #expect(volume.volume.shape == VolumeShape(slices: 2, rows: 3, columns: 4))
    #expect(volume.volume.voxels == (0..<24).map { first + Float($0) })
    let voxel = try #require(volume.voxel)
    let found = [voxel.column, voxel.row, voxel.slice]
    #expect(zip(found, [2.5e-10, 3.5e-10, 4.5e-10]).allSatisfy { abs($0 / $1 - 1) < 1e-6 })
    // As projections: the first row of the file is the bottom one.
    let projections = try ProjectionFile.read(path)
    let row = (0..<4).map { first + Float($0) }
    #expect(try projections.frames.floats(frame: 0).suffix(4) == row[...])
    #expect(abs((projections.pixel?.height ?? 0) / 3.5e-10 - 1) < 1e-6)
    var options = ProjectionReadOptions()
    options.mrcStartsAtTop = true
    #expect(try ProjectionFile.read(path, options: options).frames.floats(frame: 0).prefix(4) == row[...])
    #expect(try TomographyFile.description(ofMRC: path).contains("mode \(mode)"))
  }

  @Test func unsignedBytesOfIMOD() throws {
    var bytes = try FrameSamples.bytes(Self.golden.appending(path: "mode0-le.mrc").path)
    bytes.replaceSubrange(152..<156, with: Array("IMOD".utf8))
    try withFrameFolder { folder in
      let unsigned = try VolumeFile.read(folder.write(bytes, "a.mrc"))
      #expect(unsigned.volume.voxels.first == 251)
      // The first flag: bytes are signed.
      bytes[156] = 1
      let signed = try VolumeFile.read(folder.write(bytes, "a.mrc"))
      #expect(signed.volume.voxels.first == -5)
    }
  }

  @Test func tiltAnglesLieBeside() throws {
    try withFrameFolder { folder in
      let bytes = try FrameSamples.bytes(Self.golden.appending(path: "mode1-be.mrc").path)
      let path = try folder.write(bytes, "needle.ali")
      #expect(try ProjectionFile.read(path).angles == nil)
      _ = try folder.write(Array("  -60.00\n   60.00\n".utf8), "needle.tlt")
      let read = try ProjectionFile.read(path)
      #expect(read.angles == [-60 * .pi / 180, 60 * .pi / 180] && read.angleUnitIsStated)
      _ = try folder.write(Array("-30\n30\n".utf8), "needle.rawtlt")
      #expect(try ProjectionFile.read(path).angles?[0] == -30 * .pi / 180)
    }
  }

  @Test func whatIsNoMRCIsRefusedInWords() throws {
    let good = try FrameSamples.bytes(Self.golden.appending(path: "mode2-le.mrc").path)
    func refusal(_ damage: (inout [UInt8]) -> Void) throws -> String {
      var bytes = good
      damage(&bytes)
      var message = ""
      try withFrameFolder { folder in
        let path = try folder.write(bytes, "a.mrc")
        do { _ = try VolumeFile.read(path) } catch { message = "\(error)" }
      }
      return message
    }
    #expect(try refusal { $0[12] = 4 }.contains("mode 4; 0 (bytes), 1"))
    #expect(try refusal { $0[8] = 3 }.contains("claims 3 sections"))
    #expect(try refusal { $0[64] = 2 }.contains("axes in the order"))
    #expect(try refusal { $0[95] = 0x80 }.contains("extended header"))
    #expect(try refusal { $0[3] = 0x7f }.contains("which no MRC file has"))
    #expect(try refusal { $0.removeLast(900) }.contains("header of MRC has 1024") == false)
    #expect(try refusal { _ in }.isEmpty)
  }
}
