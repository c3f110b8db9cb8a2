import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// The measured scans of shared/data/ptychography.
@Suite struct PtychographyMeasuredTests {
  @Test func petrasNearFieldInCXI() throws {
    guard let path = SharedData.path("ptychography/petra-p25-nearfield-cdtools/PETRAIII_P25_Near_Field_Ptycho.cxi")
    else { return }
    var options = PtychographyReadOptions()
    options.propagation = .nearField
    options.focusDistance = 3.65e-3
    // The known magnification of this set, 306.85, is 1.12 m over 3.65 mm: its distance is from the focus.
    options.distance = 1.12 - 3.65e-3
    let scan = try PtychographyFile.read(path, options)
    #expect(scan.frames.count == 200 && scan.frames.shape == FrameShape(rows: 100, columns: 100))
    #expect(scan.frames.pixelType == .int32)
    #expect(try PtychographyFile.read(path).geometry.distance == Double(Float(1.12)))
    #expect(try scan.frames.floats(frame: 0).reduce(0) { $0 + Double($1) } == 9_665_398)
    #expect(abs(scan.geometry.photonEnergy / 1.602_176_634e-16 - 12.658) < 1e-3)
    #expect(scan.mask?.pixels.count { $0 } == 5)
    // As written: x, then y; the doubles are those of the file's floats.
    #expect(scan.positions[0] == ScanPosition(y: Double(Float(-3.8399612e-05)), x: Double(Float(-5.3400032e-05))))
    #expect(abs(scan.geometry.magnification - 306.85) < 0.01)
    #expect(abs(scan.geometry.objectPixel(for: scan.frames.shape).height - 179.24e-9) < 0.01e-9)
    #expect(abs(scan.geometry.effectiveDistance - 3.638e-3) < 1e-6)
    #expect(scan.notes.contains { $0.contains("source_1/energy") && $0.contains("12.65") })
    // The known answer of this set, from the basis vectors.
    #expect(scan.notes.contains { $0.contains("rows +y, columns +x") })
    #expect(try PtychographyFile.description(ofHDF5: path)?.contains("patterns: 200") == true)
  }

  @Test func theSiemensStarAsAStack() throws {
    guard let path = SharedData.path("ptychography/aps-siemens-star-tike/siemens-star.h5") else { return }
    // The set states neither energy nor distance; the pixel of the object cancels out of positions in pixels.
    var stack = PtychographyStackDescription(
      name: "siemens star", frames: [path + "::/counts"], positions: .dataset(path: path + "::/scan_px", xFirst: false),
      positionUnit: .objectPixels, photonEnergy: 8.8e3 * 1.602_176_634e-19, distance: 2, pixelHeight: 75e-6,
      pixelWidth: 75e-6)
    stack.isCornerCentred = true
    stack.probe = path + "::/probe_initial"
    let scan = try stack.read()
    #expect(
      scan.frames.count == 516 && scan.frames.shape == FrameShape(rows: 128, columns: 128) && scan.isCornerCentred)
    #expect(scan.probe.count == 1 && scan.probe[0].shape == FrameShape(rows: 128, columns: 128))
    #expect(scan.probe[0][0, 0] == ComplexFloat(2.7377403e-04, 1.08873739e-03))
    #expect(try scan.frames.floats(frame: 0).reduce(0) { $0 + Double($1) } == 456_722)
    let layout = ScanLayout(
      scan.positions, pixel: scan.geometry.objectPixel(for: scan.frames.shape), window: scan.frames.shape, margin: 0)
    // 167.57964 and -159.73396 lie so far from the smallest row, -164.33806, and column, -164.39053.
    #expect(abs(layout.positions[0].row - 331.9177) < 1e-3 && abs(layout.positions[0].column - 4.65657) < 1e-3)
  }

  @Test func countsOf512Pixels() throws {
    guard let path = SharedData.path("ptychography/aps-test235-512/test235.h5") else { return }
    var stack = PtychographyStackDescription(
      name: "test235", frames: [path + "::/counts"], positions: .dataset(path: path + "::/position_m", xFirst: false),
      positionUnit: .length(1), photonEnergy: 8.8e3 * 1.602_176_634e-19, distance: 2.2, pixelHeight: 75e-6,
      pixelWidth: 75e-6)
    stack.gapValues = [4_294_967_295]
    stack.centreRow = 227
    stack.centreColumn = 295
    let scan = try stack.read()
    #expect(scan.frames.count == 20 && scan.frames.shape == FrameShape(rows: 512, columns: 512))
    #expect(try scan.frames.floats(frame: 0).max() == 21914)
    #expect(abs(scan.positions[0].y + 4.09478504e-07) < 1e-15 && abs(scan.positions[0].x - 1.09923959e-06) < 1e-14)
    // No pixel of this excerpt has the value that its source has between the modules.
    #expect(scan.mask?.pixels.contains(true) == false && scan.centre?.row == 227)
    let table = SharedData.path("ptychography/aps-test235-512/pos235_full.csv") ?? ""
    stack.positions = .table(path: table, y: .index(0), x: .index(1))
    #expect {
      _ = try stack.read()
    } throws: {
      "\($0)".contains("positions for 20 patterns")
    }
  }
}
