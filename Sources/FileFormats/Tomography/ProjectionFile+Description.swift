import ArrayMath
import Foundation
public import Tomography

extension ProjectionFile {
  /// What a file of projections holds, in words; nil where an HDF5 file is of none of the layouts.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is one, and damaged.
  public static func description(ofHDF5 path: String) throws -> String? {
    // A file that cannot even be told is for other readers to complain about.
    guard let layout = (try? layout(ofHDF5: path)) ?? nil else { return nil }
    do {
      return description(of: try read(path), layout: layout)
    } catch let error as FormatError {
      return "format: projections (\(layout.rawValue)), incomplete: \(error)"
    }
  }

  /// What projections are, in words.
  public static func description(of projections: MeasuredProjections, layout: Layout? = nil) -> String {
    let frames = projections.frames
    var lines = [
      "format: projections" + (layout.map { " (\($0.rawValue))" } ?? ""), "scan: \(projections.name)",
      "projections: \(frames.count) of \(frames.shape.rows) rows x \(frames.shape.columns) columns of "
        + frames.pixelType.rawValue,
      "content: \(projections.content?.rawValue ?? "not stated")",
    ]
    if let angles = projections.angles, let first = angles.min(), let last = angles.max() {
      let unit = projections.angleUnitIsStated ? 180 / Double.pi : 1
      lines.append(
        String(format: "angles: %.6g to %.6g", first * unit, last * unit)
          + (projections.angleUnitIsStated ? " deg" : ", in a unit that nothing states"))
    } else {
      lines.append("angles: not stated")
    }
    lines.append("flats: \(projections.flats.count), darks: \(projections.darks.count)")
    if let pixel = projections.pixel {
      lines.append(String(format: "pixel: %.6g nm high, %.6g nm wide", pixel.height * 1e9, pixel.width * 1e9))
    }
    if let wavelength = projections.wavelength {
      lines.append(String(format: "wavelength: %.6g angstrom", wavelength * 1e10))
    }
    if let axis = projections.axisColumn { lines.append(String(format: "axis of rotation: column %.6g", axis)) }
    lines += projections.notes.map { "note: \($0)" } + projections.warnings.map { "warning: \($0)" }
    return lines.joined(separator: "\n")
  }
}
