public import ArrayMath
public import FileFormats
import Foundation
public import Tomography

/// Small sets of projections, volumes and surfaces for tests of their files.
public enum TomographySamples {
  public static let shape = FrameShape(rows: 6, columns: 8)

  /// Five projections of 6 x 8 counts over half a turn, two flats and a dark.
  public static func projections() -> MeasuredProjections {
    let pixels = (0..<5 * shape.count).map { UInt16(truncatingIfNeeded: ($0 &* 7919) % 263) }
    var projections = MeasuredProjections(name: "sample", frames: MemoryFrames(pixels, shape: shape))
    projections.content = .intensity
    projections.angles = (0..<5).map { Double($0) * .pi / 5 }
    projections.flats = (0..<2).map { flat in
      ScalarImage((0..<shape.count).map { Float(1000 + $0 + 7 * flat) + 0.5 }, shape: shape)
    }
    projections.darks = [ScalarImage((0..<shape.count).map { Float($0 % 3) }, shape: shape)]
    projections.pixel = (43e-9, 44e-9)
    projections.wavelength = 1.278e-10
    projections.axisColumn = 4.25
    return projections
  }

  /// What ``projections()`` has in a frame.
  public static func counts(_ frame: Int) -> [Float] {
    (0..<shape.count).map { Float((frame * shape.count + $0) * 7919 % 263) }
  }

  public static func writeNXtomo(to path: String) throws {
    try NXtomoFile.write(projections(), NXtomoFile.Facts(title: "sample", distance: 9.47), to: path)
  }

  /// NXtomo within another entry as Diamond writes it: frames in the order dark, flat, projections, one invalid.
  public static func writeDiamondNXtomo(to path: String, units: String? = "degrees") throws {
    let keys = [2, 1, 0, 0, 3, 0]
    let angles: [Double] = [0, 0, 0, 60, 90, 120]
    let pixels = (0..<keys.count * shape.count).map { UInt16($0 % 251) }
    func group(_ nxClass: String, _ children: [String: NeXusNode]) -> NeXusNode {
      .group(NeXusGroup(nxClass, children: children))
    }
    let detector = group(
      "NXdetector",
      [
        "data": .dataset(
          NeXusDataset(NeXusArray(shape: [keys.count, shape.rows, shape.columns], values: .uint16(pixels)))),
        "image_key": .dataset(NeXusDataset(keys)),
      ])
    let tomo = group(
      "NXsubentry",
      [
        "definition": .dataset(NeXusDataset(text: "NXtomo")), "title": .dataset(NeXusDataset(text: "tooth")),
        "instrument": group("NXinstrument", ["detector": detector]),
        "sample": group("NXsample", ["rotation_angle": .dataset(NeXusDataset(angles, units: units))]),
        "control": group("NXmonitor", ["data": .dataset(NeXusDataset([1.0, 1, 1, 1, 1, 1]))]),
      ])
    try NeXusFile.write(
      NeXusGroup("NXroot", children: ["entry1": group("NXentry", ["tomo_entry": tomo])]), to: path)
  }

  public static func writeDXchange(to path: String, units: String? = "degrees", axes: String? = "theta:y:x") throws {
    func stack(_ count: Int, _ first: Int) -> NeXusDataset {
      let values = (0..<count * shape.count).map { Float(first + $0) }
      return NeXusDataset(values, shape: [count, shape.rows, shape.columns])
    }
    var data = stack(4, 0)
    data.attributes["axes"] = axes.map { .text($0) }
    func quantity(_ value: Double, _ units: String) -> NeXusNode { .dataset(NeXusDataset(value, units: units)) }
    func group(_ children: [String: NeXusNode]) -> NeXusNode { .group(NeXusGroup("", children: children)) }
    try NeXusFile.write(
      NeXusGroup(
        "",
        children: [
          "exchange": group([
            "data": .dataset(data), "data_white": .dataset(stack(2, 5000)), "data_dark": .dataset(stack(1, 10)),
            "theta": .dataset(NeXusDataset([0, 45, 90, 135], units: units)),
          ]),
          "measurement": group([
            "sample": group(["name": .dataset(NeXusDataset(text: "grain"))]),
            "instrument": group([
              "detector": group([
                "actual_pixel_size_x": quantity(1.17, "um"), "actual_pixel_size_y": quantity(1.18, "um"),
              ]),
              "monochromator": group(["energy": quantity(24, "keV")]),
            ]),
          ]),
        ]), to: path)
  }

  /// Three phase images of qpimage, with a background of 0.25 rad where asked for.
  public static func writePhaseImages(to path: String, hasBackground: Bool = false) throws {
    var root = NeXusGroup("")
    for index in [10, 2, 0] {
      let phase = (0..<shape.count).map { Float(index) + Float($0) / 100 }
      var group = NeXusGroup(
        "",
        attributes: ["pixel size": .number(1.39e-7), "wavelength": .number(6.47e-7), "medium index": .number(1.335)])
      var background = NeXusGroup("")
      if hasBackground {
        background[dataset: "data"] = NeXusDataset(
          [Float](repeating: 0.25, count: shape.count), shape: [shape.rows, shape.columns])
      }
      group[group: "phase"] = NeXusGroup(
        "",
        children: [
          "raw": .dataset(NeXusDataset(phase, shape: [shape.rows, shape.columns])), "bg_data": .group(background),
        ])
      root[group: "qpi_\(index)"] = group
    }
    try NeXusFile.write(root, to: path)
  }

  /// A volume of 3 x 4 x 5 voxels.
  public static func volume() -> VolumeFile {
    let voxels = (0..<60).map { Float($0) * 0.37 - 4 }
    return VolumeFile(
      name: "sample", volume: ScalarVolume(voxels, shape: VolumeShape(slices: 3, rows: 4, columns: 5)),
      quantity: VolumeFile.Quantity(name: "electron_density", units: "1/m^3", title: "electron density"),
      voxel: VolumeFile.Voxel(slice: 43e-9, row: 44e-9, column: 45e-9), program: ("operando", "1"),
      rawFile: "scan.nxs", notes: ["made for a test"])
  }

  /// A tetrahedron with corners at 0, 2, 3 and 4 micrometres along the axes: 4 µm³.
  public static let tetrahedron = SurfaceMesh(
    vertices: [SIMD3(0, 0, 0), SIMD3(2e-6, 0, 0), SIMD3(0, 3e-6, 0), SIMD3(0, 0, 4e-6)],
    triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(0, 3, 2), SIMD3(1, 2, 3)])

  /// A square of 4 µm with a hole of 1 µm.
  public static let outline = SectionOutline(polygons: [
    [SIMD2(0, 0), SIMD2(4e-6, 0), SIMD2(4e-6, 4e-6), SIMD2(0, 4e-6)],
    [SIMD2(1e-6, 1e-6), SIMD2(1e-6, 2e-6), SIMD2(2e-6, 2e-6), SIMD2(2e-6, 1e-6)],
  ])

  /// Reads the first projections.
  ///
  /// - Throws: ``FormatError`` when a file of a few kB claims frames beyond all measure, and what reading throws.
  public static func exercise(_ projections: MeasuredProjections) throws {
    let size = projections.frames.shape.count * projections.frames.pixelType.size
    guard size <= 1 << 28 else {
      throw FormatError("projections", "a damaged file of a few kB claims \(size) bytes a frame")
    }
    for index in 0..<min(projections.frames.count, 4) { _ = try projections.frames.floats(frame: index) }
  }
}
