import ArrayMath
import Foundation
import HDF5
import Tomography

/// Data Exchange (DXchange) of the Advanced Photon Source: projections, flats and darks in stacks of their own under
/// `/exchange`.
///
/// Reference: F. De Carlo et al., J. Synchrotron Rad. 21 (2014) 1224.
enum DXchangeReader {
  private static let data = "/exchange/data"

  static func recognises(_ statements: ScanStatements) throws -> Bool {
    try statements.members("/").contains("exchange") && statements.members("/exchange").contains("data")
  }

  static func read(_ statements: ScanStatements, _ options: ProjectionReadOptions) throws -> MeasuredProjections {
    let file = statements.path
    guard let frames = try statements.frames(data) else { throw FormatError(file, "holds no \(data)") }
    guard frames.scanShape.count == 1 else {
      throw FormatError(
        file, at: data,
        "has the axes \(frames.scanShape + [frames.shape.rows, frames.shape.columns]); angle, row and column are expected"
      )
    }
    // Other orders of the axes are sinograms.
    if let axes = try statements.attributes(of: data)["axes"]?.text,
      let first = axes.split(separator: ":").first, !first.lowercased().hasPrefix("theta")
    {
      throw FormatError(file, at: data, "has the axes \(axes); projections, theta:y:x, are expected, not sinograms")
    }
    var assembly = ProjectionAssembly(file, frames: frames, options: options)
    for (name, path) in [("flats", \MeasuredProjections.flats), ("darks", \MeasuredProjections.darks)] {
      let place = name == "flats" ? "/exchange/data_white" : "/exchange/data_dark"
      guard let stack = try statements.frames(place) else { continue }
      assembly.projections[keyPath: path] = try ProjectionAssembly.images(
        stack, indices: Array(0..<stack.count), file: file, what: name)
    }
    if let theta = try statements.numbers("/exchange/theta") {
      let unit = AngleTable.unit(theta.units)
      if unit == nil, let text = theta.units {
        assembly.projections.warnings.append("the angles are in \"\(text)\", which is no known unit of angles")
      }
      assembly.stated = AngleTable(values: theta.values, unit: unit, place: "/exchange/theta")
    }
    if let name = try statements.text("/measurement/sample/name"), !name.isEmpty { assembly.projections.name = name }
    try readGeometry(statements, into: &assembly)
    return try assembly.finish()
  }

  private static func readGeometry(_ statements: ScanStatements, into assembly: inout ProjectionAssembly) throws {
    // The resolution of the objective is the pixel at the sample; the detector's own is larger by the magnification.
    let detector = "/measurement/instrument/detector/"
    if let pixel = try assembly.stated(
      statements, "/measurement/instrument/detection_system/objective/resolution", usual: "um", NeXusUnits.metres),
      pixel > 0
    {
      assembly.projections.pixel = (pixel, pixel)
    } else if let width = try assembly.stated(
      statements, detector + "actual_pixel_size_x", usual: "um", NeXusUnits.metres),
      let height = try assembly.stated(statements, detector + "actual_pixel_size_y", usual: "um", NeXusUnits.metres)
    {
      assembly.projections.pixel = (height, width)
    } else if statements.has(detector + "pixel_size_x") {
      assembly.projections.notes.append("the detector states its pixel, but nothing states the magnification")
    }
    if let energy = try assembly.stated(
      statements, "/measurement/instrument/monochromator/energy", usual: "keV", NeXusUnits.joules)
    {
      assembly.projections.wavelength = FrameMetadata.wavelength(energy: energy)
    }
  }
}
