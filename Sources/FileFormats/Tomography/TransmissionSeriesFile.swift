import ArrayMath
import Foundation
import Ptychography
public import Tomography

/// Reads reconstructions of ptychography, a file an angle, as the projections of one sample.
///
/// Products of Ptychodus and reconstructions in CXI are read, as ``PtychographyReconstructionFile`` does. The illumination
/// of a pixel is the sum of the probes' squared moduli over all positions, each at the nearest pixel, over that of the
/// brightest pixel.
public enum TransmissionSeriesFile {
  /// Wavelengths and pixels may differ by this fraction.
  private static let tolerance = 1e-4

  /// - Parameters:
  ///   - paths: files, taken in this order; a folder stands for its files, and a name with `*` or `?` for those that match.
  ///   - options: angles and their unit, which win over those of the files.
  /// - Throws: ``FormatError`` or `HDF5Error` that names the file, what was found and what was expected.
  public static func read(
    _ paths: [String], options: ProjectionReadOptions = ProjectionReadOptions()
  ) throws -> MeasuredTransmissions {
    let files = try paths.flatMap { try FrameFile.files(of: $0) }
    guard let firstFile = files.first else { throw FormatError("", "no file of a reconstruction is named") }
    let results = try files.map { try PtychographyReconstructionFile.read($0) }
    let first = results[0]
    func differs(_ a: Double, _ b: Double) -> Bool { !(abs(a / b - 1) <= tolerance) }
    for (result, file) in zip(results, files) {
      if differs(result.geometry.wavelength, first.geometry.wavelength)
        || differs(result.objectPixel.height, first.objectPixel.height)
        || differs(result.objectPixel.width, first.objectPixel.width)
      {
        throw FormatError(
          file,
          String(
            format:
              "has pixels of %.6g x %.6g nm at a wavelength of %.6g nm, but %@ has %.6g x %.6g nm at %.6g nm; the "
              + "projections of one sample have the same", result.objectPixel.height * 1e9,
            result.objectPixel.width * 1e9, result.geometry.wavelength * 1e9, firstFile,
            first.objectPixel.height * 1e9, first.objectPixel.width * 1e9, first.geometry.wavelength * 1e9))
      }
    }
    let (angles, place) = try angles(results, files, options)
    let name = first.name.isEmpty ? URL(filePath: firstFile).deletingPathExtension().lastPathComponent : first.name
    var series = MeasuredTransmissions(
      name: name,
      projections: zip(zip(results, files), angles).map { item, angle in
        let label = URL(filePath: item.1).lastPathComponent
        return TransmissionProjection(
          name: label, angle: angle, object: item.0.reconstruction.object, illumination: illumination(item.0))
      }, pixel: first.objectPixel, wavelength: first.geometry.wavelength)
    series.notes.append("angles from \(place)")
    return series
  }

  private static func angles(
    _ results: [PtychographyReconstructionFile], _ files: [String], _ options: ProjectionReadOptions
  ) throws -> ([Double], String) {
    var table: AngleTable?
    if let angles = options.angles {
      table = AngleTable(values: angles, unit: options.angleUnit, place: "the given list")
    } else if let file = options.anglesFile {
      table = try AngleTable.read(file, column: options.angleColumn, lines: options.angleLines)
    }
    if let table {
      guard table.values.count == files.count, table.values.allSatisfy(\.isFinite) else {
        throw FormatError(
          table.place, "holds \(table.values.count) angles for \(files.count) reconstructions; one for each is expected"
        )
      }
      guard let unit = options.angleUnit ?? table.unit else {
        throw FormatError(table.place, "does not state the unit of the angles; say whether they are deg or rad")
      }
      return (table.values.map { $0 * unit.radians }, "\(table.place), in \(unit.rawValue)")
    }
    let stated = try zip(results, files).map { result, file in
      guard let angle = result.angle, angle.isFinite else {
        throw FormatError(file, "does not state the angle of its projection; give the angles")
      }
      return angle
    }
    // Products of Ptychodus hold 0 where nobody has set the angle.
    if stated.count > 1, Set(stated).count == 1 {
      throw FormatError(
        files[0], "and the other \(files.count - 1) files state the same angle, \(stated[0]) rad; give the angles")
    }
    return (stated, "the files")
  }

  /// The light that every pixel of the object has received, over that of the brightest.
  private static func illumination(_ result: PtychographyReconstructionFile) -> ScalarImage? {
    let (object, probes) = (result.reconstruction.object, result.reconstruction.probes)
    guard let window = probes.first?.shape else { return nil }
    var intensity = [Float](repeating: 0, count: window.count)
    for probe in probes { for (place, value) in probe.pixels.enumerated() { intensity[place] += value.squaredModulus } }
    var light = [Float](repeating: 0, count: object.shape.count)
    for position in result.reconstruction.positions {
      guard let top = Int(exactly: position.row.rounded()), let left = Int(exactly: position.column.rounded()),
        abs(top) < 1 << 30, abs(left) < 1 << 30
      else { continue }
      let columns = max(0, -left)..<max(max(0, -left), min(window.columns, object.columns - left))
      for row in max(0, -top)..<max(max(0, -top), min(window.rows, object.rows - top)) {
        let (from, to) = (row * window.columns, (top + row) * object.columns + left)
        for column in columns { light[to + column] += intensity[from + column] }
      }
    }
    guard let brightest = light.max(), brightest > 0, brightest.isFinite else { return nil }
    return ScalarImage(light.map { $0 / brightest }, shape: object.shape)
  }
}
