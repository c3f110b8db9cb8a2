import ArrayMath
import Foundation
import HDF5
import Ptychography

/// Reconstructions in CXI, which keeps results as `image_n` with the `process_1` that made them.
///
/// `image_1` is the transmission of the object, `image_2` the modes of the probe. `process_1/window_positions` says where
/// the windows begin in the object, in pixels, fractions allowed; `sample_1/geometry_1/translation` the same in metres in
/// the frame of the scan. Phase and amplitude stand beside the complex numbers for programs that draw no complex image.
enum CXIReconstructionFile {
  private static let process = "/entry_1/image_1/process_1/"

  static func recognises(_ statements: ScanStatements) -> Bool {
    statements.has("/entry_1/image_1/data") && statements.has("/entry_1/image_2/data")
  }

  // MARK: - Writing

  static func write(
    _ result: PtychographyReconstructionFile, to path: String, patterns: (file: String, dataset: String)?
  ) throws {
    let frames: NeXusNode? = patterns.map { .externalLink(file: $0.file, target: $0.dataset) }
    var entry = CXITree.entry(
      CXITree.Facts(
        title: result.name, geometry: result.geometry, positions: result.scanPositions, exposure: result.exposure,
        angle: result.angle),
      patterns: frames)
    entry.attributes["default"] = "phase"
    entry[group: "image_1"] = object(result)
    entry[group: "image_2"] = probes(result)
    entry[group: "phase"] = view("phase", result, result.reconstruction.object.map(\.phase), units: "rad")
    entry[group: "amplitude"] = view("amplitude", result, result.reconstruction.object.map(\.modulus), units: "")
    if !result.comments.isEmpty { entry[group: "comments"] = .note(result.comments) }
    if !result.notes.isEmpty { entry[group: "notes"] = .note(result.notes.joined(separator: "\n")) }
    try NeXusFile.write(CXITree.root(entry, creator: result.program), to: path)
  }

  private static func metres(_ value: Double) -> NeXusNode { .dataset(NeXusDataset(value, units: "m")) }

  private static func object(_ result: PtychographyReconstructionFile) -> NeXusGroup {
    let object = result.reconstruction.object
    var process = NeXusGroup.process(
      program: result.program.name, version: result.program.version, sequenceIndex: 1,
      notes: result.settings.isEmpty ? [:] : ["settings": .note(result.settings)])
    let errors = result.reconstruction.errors
    process[dataset: "error"] = NeXusDataset(errors, units: "", longName: "error of each pass")
    process[dataset: "window_positions"] = NeXusDataset(
      result.reconstruction.positions.flatMap { [$0.row, $0.column] },
      shape: [result.reconstruction.positions.count, 2], units: "pixel", longName: "row and column of each window")
    process[dataset: "origin"] = NeXusDataset([result.origin.y, result.origin.x], units: "m")
    if let background = result.reconstruction.background {
      process[dataset: "background"] = NeXusDataset(
        background.pixels, shape: [background.rows, background.columns], units: "counts")
    }
    return NeXusGroup(
      "NXdata", attributes: ["signal": "data", "interpretation": "image"],
      children: [
        "data": .dataset(
          NeXusDataset(NeXusArray(shape: [object.rows, object.columns], values: .complex64(object.pixels)), units: "")),
        "data_space": .dataset(NeXusDataset(text: "real")),
        "data_type": .dataset(NeXusDataset(text: "transmission")),
        "x_pixel_size": metres(result.objectPixel.width), "y_pixel_size": metres(result.objectPixel.height),
        "image_size": .dataset(
          NeXusDataset(
            [
              Double(object.columns) * result.objectPixel.width, Double(object.rows) * result.objectPixel.height, 0,
            ], units: "m")),
        "process_1": .group(process),
      ])
  }

  private static func probes(_ result: PtychographyReconstructionFile) -> NeXusGroup {
    let probes = result.reconstruction.probes
    let shape = probes.first?.shape ?? FrameShape(rows: 0, columns: 0)
    return NeXusGroup(
      "NXdata", attributes: ["signal": "data", "interpretation": "image"],
      children: [
        "data": .dataset(
          NeXusDataset(
            NeXusArray(
              shape: [probes.count, shape.rows, shape.columns], values: .complex64(probes.flatMap(\.pixels))),
            units: "")),
        "data_space": .dataset(NeXusDataset(text: "real")),
        "data_type": .dataset(NeXusDataset(text: "illumination")),
        "x_pixel_size": metres(result.objectPixel.width), "y_pixel_size": metres(result.objectPixel.height),
      ])
  }

  /// A real image with its axes in micrometres, for viewers.
  private static func view(
    _ name: String, _ result: PtychographyReconstructionFile, _ image: ScalarImage, units: String
  ) -> NeXusGroup {
    func axis(_ count: Int, _ pixel: Double) -> NeXusDataset {
      NeXusDataset((0..<count).map { Double($0) * pixel * 1e6 }, units: "um")
    }
    return .data(
      signal: name, axes: ["y", "x"], title: "\(name) of \(result.name)", interpretation: "image",
      datasets: [
        name: NeXusDataset(image.pixels, shape: [image.rows, image.columns], units: units),
        "y": axis(image.rows, result.objectPixel.height), "x": axis(image.columns, result.objectPixel.width),
      ])
  }

  // MARK: - Reading

  static func read(_ statements: ScanStatements) throws -> PtychographyReconstructionFile {
    let file = statements.path
    guard let object = try statements.complexImages("/entry_1/image_1/data")?.first,
      let probes = try statements.complexImages("/entry_1/image_2/data")
    else { throw FormatError(file, "has no complex images at entry_1/image_1/data and entry_1/image_2/data") }
    func length(_ place: String) throws -> Double {
      guard let value = try statements.quantity(place, usual: "m", NeXusUnits.metres), value > 0 else {
        throw FormatError(file, at: place, "a length above zero is expected")
      }
      return value
    }
    var assembly = ScanAssembly(file: file, options: PtychographyReadOptions())
    if let energy = try statements.quantity(
      "/entry_1/instrument_1/beam_1/energy", usual: "J", NeXusUnits.joules)
    {
      assembly.energy.add(energy: energy, "/entry_1/instrument_1/beam_1/energy")
    }
    assembly.distance = try length("/entry_1/instrument_1/detector_1/distance")
    assembly.pixelWidth = try length("/entry_1/instrument_1/detector_1/x_pixel_size")
    assembly.pixelHeight = try length("/entry_1/instrument_1/detector_1/y_pixel_size")
    assembly.propagation = try statements.text("/entry_1/sample_1/geometry_1/propagation").flatMap(
      Propagation.init(rawValue:))
    assembly.focusDistance = try statements.quantity(
      "/entry_1/sample_1/geometry_1/focus_distance", usual: "m", NeXusUnits.metres)
    guard let windows = try statements.numbers(process + "window_positions"), windows.shape.last == 2,
      windows.values.allSatisfy(\.isFinite)
    else { throw FormatError(file, at: process + "window_positions", "rows and columns of windows are expected") }
    let origin = try statements.numbers(process + "origin")?.values ?? []
    guard origin.isEmpty || origin.count == 2 && origin.allSatisfy(\.isFinite) else {
      throw FormatError(file, at: process + "origin", "y and x in metres are expected")
    }
    let background = try statements.frames(process + "background")
    let backgroundImage = try background.map { ScalarImage(try $0.floats(frame: 0), shape: $0.shape) }
    let geometry = try assembly.geometry()
    return PtychographyReconstructionFile(
      name: try statements.text("/entry_1/title") ?? "", geometry: geometry,
      objectPixel: (try length("/entry_1/image_1/y_pixel_size"), try length("/entry_1/image_1/x_pixel_size")),
      origin: origin.isEmpty ? ScanPosition(y: 0, x: 0) : ScanPosition(y: origin[0], x: origin[1]),
      reconstruction: Reconstruction(
        object: object, probes: probes,
        positions: stride(from: 0, to: windows.values.count, by: 2).map {
          PixelPosition(row: windows.values[$0], column: windows.values[$0 + 1])
        }, background: backgroundImage, errors: try statements.numbers(process + "error")?.values ?? []),
      angle: try statements.quantity("/entry_1/sample_1/rotation_angle", usual: "deg", NeXusUnits.radians),
      exposure: try statements.quantity(
        "/entry_1/instrument_1/detector_1/count_time", usual: "s", NeXusUnits.seconds),
      program: (try statements.text(process + "program") ?? "", try statements.text(process + "version") ?? ""),
      settings: try statements.text(process + "settings/data") ?? "",
      comments: try statements.text("/entry_1/comments/data") ?? "", notes: assembly.notes)
  }
}
