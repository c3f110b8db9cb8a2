import ArrayMath
import PowderDiffraction

extension PoniFile {
  /// The text of the file, which pyFAI and everything built on it reads with the same numbers.
  ///
  /// - Throws: ``FormatError`` when the version cannot hold the content: an orientation needs 2.1; 3 is not written.
  public func write() throws -> String {
    var lines = ["# Nota: C-Order, 1 refers to the Y axis, 2 to the X axis"]
    for comment in comments where comment != "Nota: C-Order, 1 refers to the Y axis, 2 to the X axis" {
      // A line end would begin a key.
      lines.append("# " + comment.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
    guard version == .version2Point1 || orientation == .bottomRight else {
      throw FormatError("PONI", "version \(version.rawValue) cannot state an orientation; write version 2.1")
    }
    switch version {
    case .version1:
      lines += ["PixelSize1: \(pixelHeight)", "PixelSize2: \(pixelWidth)"]
    case .version2, .version2Point1:
      var fields = ["\"pixel1\": \(pixelHeight)", "\"pixel2\": \(pixelWidth)"]
      if let shape { fields.append("\"max_shape\": [\(shape.rows), \(shape.columns)]") }
      if version == .version2Point1 { fields.append("\"orientation\": \(orientation.rawValue)") }
      // A name would bind the pixels to pyFAI's own description of that detector; numbers say the same everywhere.
      lines += [
        "poni_version: \(version.rawValue)", "Detector: Detector",
        "Detector_config: {\(fields.joined(separator: ", "))}",
      ]
    case .version3:
      throw FormatError("PONI", "version 3 is read, not written; write version 2.1")
    }
    lines += [
      "Distance: \(poni.distance)", "Poni1: \(poni.poni1)", "Poni2: \(poni.poni2)", "Rot1: \(poni.rotation1)",
      "Rot2: \(poni.rotation2)", "Rot3: \(poni.rotation3)",
    ]
    if let wavelength { lines.append("Wavelength: \(wavelength)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
