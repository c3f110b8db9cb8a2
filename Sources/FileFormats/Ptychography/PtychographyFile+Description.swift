import ArrayMath
import Foundation
public import Ptychography

extension PtychographyFile {
  /// What a file of a scan or of a reconstruction holds, in words; `nil` where it is neither.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is one, and damaged.
  public static func description(ofHDF5 path: String) throws -> String? {
    // A file that cannot even be told is for other readers to complain about.
    guard let found = (try? layout(of: path)) ?? nil else { return nil }
    switch found {
    case .ptychodus, .reconstruction: return try PtychographyReconstructionFile.read(path).description
    // Frames of other measurements lie in the same places; a scan has positions as well.
    case .diamond: return (try? read(path)).map { description(of: $0, layout: found) }
    case .cxi:
      do {
        let scan = try description(of: read(path), layout: found)
        let isResult = CXIReconstructionFile.recognises(try ScanStatements(path))
        return try scan + (isResult ? "\n" + PtychographyReconstructionFile.read(path).description : "")
      } catch let error as FormatError {
        return "format: ptychography (\(found.rawValue)), incomplete: \(error.message)"
      }
    }
  }

  /// What a scan holds, in words.
  public static func description(of scan: PtychographyScan, layout: Layout? = nil) -> String {
    let shape = scan.frames.shape
    var lines = [
      "format: ptychography" + (layout.map { " (\($0.rawValue))" } ?? ""), "scan: \(scan.name)",
      "patterns: \(scan.frames.count) of \(shape.rows) rows x \(shape.columns) columns of \(scan.frames.pixelType.rawValue)",
    ]
    lines += description(of: scan.geometry, window: shape)
    let ys = scan.positions.map(\.y), xs = scan.positions.map(\.x)
    if let top = ys.min(), let bottom = ys.max(), let left = xs.min(), let right = xs.max() {
      lines.append(
        String(
          format: "positions: %d over %.4g um along y and %.4g um along x", ys.count, (bottom - top) * 1e6,
          (right - left) * 1e6))
    }
    if let centre = scan.centre {
      lines.append(String(format: "beam at row %.2f, column %.2f", centre.row, centre.column))
    }
    if let probe = scan.probe.first {
      lines.append("probe: \(scan.probe.count) of \(probe.rows) x \(probe.columns) pixels")
    }
    if let angle = scan.angle { lines.append(String(format: "angle: %.6g deg", angle * 180 / .pi)) }
    if let exposure = scan.exposure { lines.append(String(format: "exposure time: %.6g s", exposure)) }
    if scan.isCornerCentred { lines.append("zero frequency: at the corner") }
    return (lines + scan.notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  fileprivate static func description(of geometry: ScanGeometry, window: FrameShape) -> [String] {
    var lines = [
      "photon energy: \(PhotonEnergyRule.text(geometry.photonEnergy))",
      String(format: "distance: %.6g m", geometry.distance),
      String(
        format: "detector pixel: %.6g um high, %.6g um wide", geometry.pixelHeight * 1e6, geometry.pixelWidth * 1e6),
      "propagation: \(geometry.propagation == .farField ? "far field" : "near field")"
        + (geometry.focusDistance.map { String(format: ", sample %.6g mm behind the focus", $0 * 1e3) } ?? ""),
    ]
    let pixel = geometry.objectPixel(for: window)
    if pixel.height.isFinite, pixel.width.isFinite {
      lines.append(
        String(
          format: "object pixel: %.5g nm high, %.5g nm wide with all %d x %d pixels", pixel.height * 1e9,
          pixel.width * 1e9, window.rows, window.columns))
    }
    return lines
  }
}

extension PtychographyReconstructionFile {
  /// What a reconstruction holds, in words.
  public var description: String {
    let object = reconstruction.object
    let window = reconstruction.probes.first?.shape ?? FrameShape(rows: 0, columns: 0)
    var lines = [
      "format: ptychographic reconstruction", "scan: \(name)",
      String(
        format: "object: %d x %d pixels of %.5g nm x %.5g nm", object.rows, object.columns, objectPixel.height * 1e9,
        objectPixel.width * 1e9),
      "probe: \(reconstruction.probes.count) of \(window.rows) x \(window.columns) pixels",
      "positions: \(reconstruction.positions.count)", "photon energy: \(PhotonEnergyRule.text(geometry.photonEnergy))",
    ]
    if let last = reconstruction.errors.last {
      lines.append(String(format: "error: %.5g after %d passes", last, reconstruction.errors.count))
    }
    if !program.name.isEmpty { lines.append("made by: \(program.name) \(program.version)") }
    return (lines + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}
