public import ArrayMath
public import ElectronDiffraction
import Foundation
import HDF5

/// Writes Kikuchi patterns as an HDF5 file in the layout of kikuchipy.
public enum KikuchiPatternWriter {
  /// Writes a file, replacing one of that name; a chunk is one pattern.
  ///
  /// The layout states no face through which the electrons leave: whoever reads it has to say transmission.
  ///
  /// - Parameters:
  ///   - frames: the patterns in the order of the map.
  ///   - grid: as many points as there are patterns.
  ///   - geometry: one for all patterns.
  ///   - kiloelectronvolts: energy of the beam.
  /// - Throws: `HDF5Error` when the file cannot be written, what the source throws when it cannot be read.
  /// - Precondition: there are as many patterns as points.
  public static func write(
    _ frames: any FrameSource, grid: MapGrid, geometry: KikuchiGeometry, kiloelectronvolts: Double, to path: String
  ) throws {
    precondition(frames.count == grid.count, "a map has a pattern at each point")
    guard let number = HDF5NumberType(rawValue: frames.pixelType.rawValue) else {
      throw HDF5Error.invalid(object: path, reason: "cannot hold pixels of \(frames.pixelType.rawValue)")
    }
    let shape = [frames.shape.rows, frames.shape.columns]
    try HDF5File.create(path) { root in
      try root.write("manufacturer", ["kikuchipy"], shape: [1])
      try root.write("version", ["0.11.0"], shape: [1])
      let scan = try root.createGroup("Scan 1")
      let pattern = try scan.createGroup("EBSD")
      let header = try pattern.createGroup("Header")
      let degrees = 180 / Double.pi
      let counts = [
        "n_rows": grid.rows, "n_columns": grid.columns, "pattern_height": shape[0], "pattern_width": shape[1],
        "binning": 1,
      ]
      for (name, value) in counts.sorted(by: { $0.key < $1.key }) {
        try header.write(name, [Int64(value)], shape: [1])
      }
      let centre = geometry.patternCentre
      let numbers = [
        "step_x": grid.stepX * 1e6, "step_y": grid.stepY * 1e6, "pcx": centre.x, "pcy": centre.y, "pcz": centre.z,
        "sample_tilt": geometry.sampleTilt * degrees, "elevation_angle": geometry.screenTilt * degrees,
        "azimuth_angle": geometry.azimuth * degrees, "twist_angle": geometry.twist * degrees, "detector_pixel_size": 1,
      ]
      for (name, value) in numbers.sorted(by: { $0.key < $1.key }) { try header.write(name, [value], shape: [1]) }
      let microscope = try scan.createGroup("SEM").createGroup("Header")
      try microscope.write("beam_energy", [kiloelectronvolts], shape: [1])
      let dataset = try pattern.createGroup("Data").createChunked(
        "patterns", number, shape: [frames.count] + shape, chunk: [1] + shape, filter: .deflate(level: 4))
      var pixels = [UInt8](repeating: 0, count: frames.shape.count * number.size)
      for index in 0..<frames.count {
        try pixels.withUnsafeMutableBytes { try frames.read(frame: index, into: $0) }
        try dataset.write(pixels, start: [index, 0, 0], count: [1] + shape, number)
      }
    }
  }
}
