public import ArrayMath
public import FileFormats
import Foundation
public import Ptychography

/// Small scans and reconstructions for tests of their files.
public enum PtychographySamples {
  public static let geometry = ScanGeometry(
    wavelength: ScanGeometry.wavelength(ofPhotonEnergy: 9.7e3 * 1.602_176_634e-19), distance: 9.47, pixelHeight: 55e-6,
    pixelWidth: 56e-6)

  /// Six patterns of 12 x 16 pixels.
  public static func scan() -> PtychographyScan {
    let shape = FrameShape(rows: 12, columns: 16)
    let pixels = (0..<6 * shape.count).map { UInt16(truncatingIfNeeded: ($0 &* 7919) % 263) }
    var mask = Image(repeating: false, shape: shape)
    for row in 0..<shape.rows { mask[row, 5] = true }
    return PtychographyScan(
      name: "sample scan", geometry: geometry, frames: MemoryFrames(pixels, shape: shape),
      positions: (0..<6).map { ScanPosition(y: 1e-6 * Double($0 / 3) + 1e-8, x: -1.5e-6 * Double($0 % 3)) },
      mask: mask, centre: (5.25, 8), probe: probes(FrameShape(rows: 8, columns: 8)), angle: 0.25, exposure: 0.1)
  }

  public static func probes(_ shape: FrameShape) -> [ComplexImage] {
    (0..<2).map { mode in
      ComplexImage(
        (0..<shape.count).map { ComplexFloat(modulus: Float($0 % 5) / Float(mode + 1), phase: Float($0) / 7) },
        shape: shape)
    }
  }

  public static func reconstruction() -> PtychographyReconstructionFile {
    let object = FrameShape(rows: 21, columns: 24)
    return PtychographyReconstructionFile(
      name: "sample scan", geometry: geometry, objectPixel: geometry.objectPixel(for: FrameShape(rows: 8, columns: 8)),
      origin: ScanPosition(y: -1e-6, x: 2e-6),
      reconstruction: Reconstruction(
        object: ComplexImage(
          (0..<object.count).map { ComplexFloat(modulus: 1 - Float($0 % 7) / 20, phase: -Float($0) / 300) },
          shape: object),
        probes: probes(FrameShape(rows: 8, columns: 8)),
        positions: (0..<6).map { PixelPosition(row: 4 + 1.25 * Double($0), column: 12 - 1.5 * Double($0)) },
        errors: [0.5, 0.25, 0.125]),
      angle: 0.25, exposure: 0.1, program: ("operando", "1"), settings: "{\"engine\":\"epie\"}",
      comments: "made for a test")
  }

  /// A scan as I13-1 of Diamond writes it: a raster of 2 x 3 patterns, motors in millimetres.
  public static func writeDiamond(to path: String) throws {
    let counts = (0..<6 * 10 * 9).map { UInt16($0 % 97) }
    func metre(_ value: Double) -> NeXusNode { .dataset(NeXusDataset(value, units: "m")) }
    let detector = NeXusGroup(
      "NXdetector",
      children: [
        "data": .dataset(NeXusDataset(NeXusArray(shape: [2, 3, 10, 9], values: .uint16(counts)))),
        "count_time": .dataset(NeXusDataset([0.02, 0.02])), "x_pixel_size": metre(55e-6), "y_pixel_size": metre(55e-6),
        "distance": metre(9.47),
      ])
    let motors = NeXusGroup(
      "NXpositioner",
      children: [
        "t1_sy": .dataset(NeXusDataset([1.0, 1.001], units: "mm")),
        "t1_sx": .dataset(NeXusDataset([2.0, 2.001, 2.002], units: "mm")),
      ])
    let entry = NeXusGroup(
      "NXentry",
      children: [
        "entry_identifier": .dataset(NeXusDataset(text: "86742")),
        "instrument": .group(
          NeXusGroup(
            "NXinstrument",
            children: [
              "merlin_sw_hdf": .group(detector), "t1_sxy": .group(motors),
              "source": .group(
                NeXusGroup("NXsource", children: ["energy": .dataset(NeXusDataset(3.0, units: "GeV"))])),
              "id_gap": .group(
                NeXusGroup("NXinsertion_device", children: ["gap": .dataset(NeXusDataset(5.4, units: "mm"))])),
              "dcm": .group(
                NeXusGroup("NXmonochromator", children: ["energy": .dataset(NeXusDataset(9.7))])),
            ])),
      ])
    try NeXusFile.write(NeXusGroup("NXroot", children: ["entry1": .group(entry)]), to: path)
  }

  /// Patterns, positions in pixels and a probe in a file without any layout.
  public static func writeStack(to path: String) throws {
    let counts = (0..<5 * 64).map { UInt16($0 % 61) }
    let probe = probes(FrameShape(rows: 8, columns: 8))[0]
    try NeXusFile.write(
      NeXusGroup(
        "",
        children: [
          "counts": .dataset(NeXusDataset(NeXusArray(shape: [5, 8, 8], values: .uint16(counts)))),
          "positions": .dataset(NeXusDataset((0..<10).map { Double($0 * $0) }, shape: [5, 2])),
          "probe": .dataset(NeXusDataset(NeXusArray(shape: [8, 8], values: .complex64(probe.pixels)))),
        ]), to: path)
  }

  /// The description of the scan that ``writeStack(to:)`` writes.
  public static func stack(_ path: String) -> PtychographyStackDescription {
    var stack = PtychographyStackDescription(
      name: "stack", frames: [path + "::/counts"], positions: .dataset(path: path + "::/positions", xFirst: false),
      positionUnit: .objectPixels, photonEnergy: geometry.photonEnergy, distance: geometry.distance,
      pixelHeight: geometry.pixelHeight, pixelWidth: geometry.pixelWidth)
    stack.probe = path + "::/probe"
    stack.gapValues = [60]
    return stack
  }

  /// Reads a scan, its first pattern and its last.
  public static func exercise(_ scan: PtychographyScan) throws {
    guard scan.frames.count > 0, scan.frames.shape.count < 1 << 24 else { return }
    _ = try scan.frames.floats(frame: 0)
    _ = try scan.frames.floats(frame: scan.frames.count - 1)
  }
}
