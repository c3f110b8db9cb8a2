import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// A raster of NXcxi_ptycho as h5py writes it, its patterns in four axes and, for CXI, as a virtual dataset of three:
/// Tests/Golden/h5py-cxi-raster.cxi, whose attribute `writer` names the program.
@Suite struct PtychographyRasterTests {
  @Test func theVirtualDatasetIsRead() throws {
    let scan = try PtychographyFile.read(
      SharedData.checkout.appending(path: "Tests/Golden/h5py-cxi-raster.cxi").path)
    #expect(scan.frames.count == 6 && scan.frames.shape == FrameShape(rows: 10, columns: 8))
    for frame in 0..<6 {
      #expect(try scan.frames.floats(frame: frame) == (0..<80).map { Float((80 * frame + $0) % 251) })
    }
    #expect(scan.positions[5] == ScanPosition(y: 2e-6, x: 2e-6))
    #expect(abs(scan.geometry.photonEnergy / 1.602_176_634e-19 - 710) < 1e-9)
    #expect(scan.notes.contains { $0.contains("patterns from /entry_1/data_1/data") })
    #expect(
      scan.notes.contains { $0.contains("beam_1/incident_beam_energy") && $0.contains("source_1/energy is 3e+06") })
  }
}
