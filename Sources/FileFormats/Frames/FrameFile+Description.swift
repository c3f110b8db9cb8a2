import ArrayMath
import Foundation

extension FrameFile {
  /// What a file of frames holds and states about them, in words.
  public var description: String {
    var lines = [
      "format: \(format.rawValue)", "frames: \(frames.count)",
      "pixels: \(frames.shape.rows) rows x \(frames.shape.columns) columns of \(frames.pixelType.rawValue)",
    ]
    func add(_ name: String, _ unit: String, _ value: Double?, _ factor: Double = 1) {
      if let value { lines.append(String(format: "%@: %.8g %@", name, value * factor, unit)) }
    }
    if let name = metadata.detectorName { lines.append("detector: \(name)") }
    add("pixel height", "um", metadata.pixelHeight, 1e6)
    add("pixel width", "um", metadata.pixelWidth, 1e6)
    add("distance", "mm", metadata.distance, 1e3)
    add("beam at row", "pixels", metadata.beamCentreRow)
    add("beam at column", "pixels", metadata.beamCentreColumn)
    add("wavelength", "angstrom", metadata.wavelength, 1e10)
    add("exposure time", "s", metadata.exposureTime)
    add("largest count", "counts", metadata.countCutoff)
    if let first = metadata.timestamps?.first {
      lines.append("first exposure: \(Date(timeIntervalSince1970: first).ISO8601Format())")
    }
    if let shape = metadata.scanShape { lines.append("scan: " + shape.map(String.init).joined(separator: " x ")) }
    return lines.joined(separator: "\n")
  }
}
