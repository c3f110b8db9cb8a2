import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography

extension PhaseProjections {
  /// Writes the projections in a format of other programs: `.cxi` or `.h5` of one projection, `.tiff` of any number, with
  /// the unwrapped phase in radians, one image a projection, NaN where there was no light.
  ///
  /// - Parameters:
  ///   - scans: the files of the scans; a file of NXcxi_ptycho links to the patterns.
  ///   - program: what reconstructed, and its version.
  ///   - settings: the parameters as a text.
  /// - Throws: `StageDocumentError` for several projections in a format that holds one, and the writers' errors.
  public func export(
    to path: String, scans: [String], program: (name: String, version: String), settings: String
  ) throws {
    let kind = URL(filePath: path).pathExtension.lowercased()
    if kind == "tif" || kind == "tiff" {
      let phases = complete.compactMap { $0.images?.phase.pixels }.flatMap(\.self)
      let pixel = pixel
      let shape = shape
      return try AtomicFile.place(path) {
        try TIFFFrameWriter.write(
          MemoryFrames(phases, shape: shape), to: $0, compression: .deflate, description: "phase, radians", pixel: pixel
        )
      }
    }
    guard projections.count == 1, let projection = complete.first, let images = projection.images else {
      throw StageDocumentError(
        path: path,
        problem: "holds one projection, and there are \(complete.count); write .nxs or .tiff")
    }
    let file = Self.file(projection.facts, images, program: program, settings: settings)
    let patterns = try kind == "cxi" ? scans.first.flatMap { try Self.patterns(of: $0, for: path) } : nil
    // The ending tells the writer the format.
    try AtomicFile.place(path) { partial in
      let named = partial + "." + kind
      defer { try? FileManager.default.removeItem(atPath: named) }
      try file.write(to: named, patterns: patterns)
      try FileManager.default.moveItem(atPath: named, toPath: partial)
    }
  }

  /// The dataset of the patterns, where the scan is a file of NXcxi_ptycho or CXI; a file in the same folder is named
  /// without it, so that both can be moved together.
  private static func patterns(of scan: String, for path: String) throws -> (file: String, dataset: String)? {
    guard !ScanInput.isDescription(scan), try PtychographyFile.layout(of: scan) == .cxi else { return nil }
    let (file, target) = (URL(filePath: scan).standardizedFileURL, URL(filePath: path).standardizedFileURL)
    let isBeside = file.deletingLastPathComponent() == target.deletingLastPathComponent()
    return (isBeside ? file.lastPathComponent : file.path, "/entry_1/data_1/data")
  }

  /// One projection with an object that holds every window; outside of what was lit there is air.
  private static func file(
    _ facts: PhaseProjection.Facts, _ images: PhaseProjection.Images, program: (name: String, version: String),
    settings: String
  ) -> PtychographyReconstructionFile {
    let window = images.probes.first?.shape ?? FrameShape(rows: 0, columns: 0)
    let windows = facts.positions.map { place in
      PixelPosition(
        row: (place.y - facts.origin.y) / facts.pixelHeight - Double(window.rows / 2),
        column: (place.x - facts.origin.x) / facts.pixelWidth - Double(window.columns / 2))
    }
    func extent(_ places: [Double], _ size: Int, _ length: Int) -> (before: Int, all: Int) {
      let before = max(0, Int((-(places.min() ?? 0)).rounded(.up)))
      let after = max(length, Int((places.max() ?? 0).rounded(.up)) + size)
      return (before, before + after)
    }
    let rows = extent(windows.map(\.row), window.rows, images.object.rows)
    let columns = extent(windows.map(\.column), window.columns, images.object.columns)
    let object = images.object.placed(
      at: rows.before, columns.before, in: FrameShape(rows: rows.all, columns: columns.all),
      filling: ComplexFloat(1))
    let reconstruction = Reconstruction(
      object: object, probes: images.probes,
      positions: windows.map {
        PixelPosition(row: $0.row + Double(rows.before), column: $0.column + Double(columns.before))
      }, errors: facts.errors)
    let origin = ScanPosition(
      y: facts.origin.y + Double(window.rows / 2 - rows.before) * facts.pixelHeight,
      x: facts.origin.x + Double(window.columns / 2 - columns.before) * facts.pixelWidth)
    return PtychographyReconstructionFile(
      name: facts.name, geometry: facts.geometry, objectPixel: (facts.pixelHeight, facts.pixelWidth), origin: origin,
      reconstruction: reconstruction, angle: facts.angle, exposure: facts.exposure, program: program,
      settings: settings, notes: facts.notes + facts.warnings)
  }
}
