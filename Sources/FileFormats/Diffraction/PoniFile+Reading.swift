import ArrayMath
import Foundation
import PowderDiffraction

extension PoniFile {
  /// Reads a PONI file.
  ///
  /// - Throws: ``FormatError`` naming the line: a key is missing or no number, a length is not positive, the version is
  ///   not known, or the detector is one that a flat regular grid does not describe.
  public static func read(_ bytes: [UInt8], named name: String) throws -> PoniFile {
    try PoniReader(bytes, named: name).read()
  }
}

/// The detector that a PONI file describes.
struct PoniDetector {
  var name: String
  var pixelHeight, pixelWidth: Double
  var shape: FrameShape?
  var orientation: DetectorOrientation
}

/// The keys of a PONI file and what they mean.
private struct PoniReader {
  /// The largest extent of a frame that is believed, in pixels.
  private static let largestExtent = 1_000_000

  private let file: String
  private var values: [String: (text: String, line: Int)] = [:]
  private var comments: [String] = []

  init(_ bytes: [UInt8], named file: String) {
    self.file = file
    for (index, line) in TextLines.split(bytes).enumerated() {
      let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("#") {
        comments.append(text.dropFirst().trimmingCharacters(in: .whitespaces))
      } else if let colon = text.firstIndex(of: ":") {
        let key = text[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
        let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        values[key] = (value, index + 1)
      }
    }
  }

  func read() throws -> PoniFile {
    guard !values.isEmpty else {
      throw FormatError(file, "there is no line \"key: value\"; a PONI file has Distance, Poni1, Poni2, Rot1 and so on")
    }
    let configuration = try configuration()
    let version = try version(configuration)
    let distanceKey = values["distance"] == nil && values["dist"] != nil ? "dist" : "distance"
    let distance = try positive(distanceKey, required(distanceKey))
    let poni = PoniGeometry(
      distance: distance, poni1: try required("poni1"), poni2: try required("poni2"), rotation1: try required("rot1"),
      rotation2: try required("rot2"), rotation3: try required("rot3"))
    let wavelength = try number("wavelength")
    if let wavelength, !(wavelength > 1e-14 && wavelength < 1e-7) {
      throw error("wavelength", "\(wavelength) m is no wavelength of a diffraction experiment; PONI files have metres")
    }
    return PoniFile(
      version: version, poni: poni, detector: try detector(version, configuration), wavelength: wavelength,
      correctsParallax: version == .version3 && values["parallax"]?.text.lowercased() == "true", comments: comments)
  }

  // MARK: - Version and detector

  private func version(_ configuration: PoniDetectorConfiguration?) throws -> PoniFile.Version {
    let claimed = try number("poni_version") ?? 1
    let implied = configuration == nil ? 1 : configuration?.orientation == nil ? 2 : 2.1
    switch max(claimed, implied, values["parallax"] == nil ? 1 : 3) {
    case 1: return .version1
    case 2: return .version2
    case 2.1: return .version2Point1
    case 3: return .version3
    default: throw error("poni_version", "version \(claimed) is not known; 1, 2, 2.1 and 3 are")
    }
  }

  private func configuration() throws -> PoniDetectorConfiguration? {
    guard let entry = values["detector_config"] else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in
      LowercaseKey(stringValue: path.last?.stringValue.lowercased() ?? "")
    }
    do {
      return try decoder.decode(PoniDetectorConfiguration.self, from: Data(entry.text.utf8))
    } catch let problem as DecodingError {
      throw error("detector_config", "the description of the detector is no JSON that is understood: \(words(problem))")
    }
  }

  private func words(_ problem: DecodingError) -> String {
    switch problem {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    @unknown default: return "\(problem)"
    }
  }

  private func detector(
    _ version: PoniFile.Version, _ configuration: PoniDetectorConfiguration?
  ) throws -> PoniDetector {
    let name = values["detector"].map(\.text).flatMap { $0.isEmpty || $0 == "None" ? nil : $0 } ?? "Detector"
    if let spline = configuration?.splinefile ?? values["splinefile"]?.text, spline.lowercased() != "none",
      !spline.isEmpty
    {
      throw error(
        configuration == nil ? "splinefile" : "detector_config",
        "the pixels are displaced by the spline \"\(spline)\", which is not read; correct the frames first")
    }
    if let offsets = configuration?.x_offset_file ?? configuration?.y_offset_file {
      throw error("detector_config", "the pixels are displaced by \"\(offsets)\", which is not read")
    }
    let orientation = try orientation(configuration)
    let key1 = version == .version1 ? "pixelsize1" : "detector_config"
    let key2 = version == .version1 ? "pixelsize2" : "detector_config"
    let height = try configuration == nil ? number("pixelsize1") : configuration?.pixel1
    let width = try configuration == nil ? number("pixelsize2") : configuration?.pixel2
    let entry = NamedDetectors.entry(name)
    guard entry != nil || name.lowercased() == "detector" else {
      let reason =
        NamedDetectors.isIrregular(name)
        ? "is not flat with a regular grid of equal pixels" : "is not known; call it Detector and give its pixels"
      throw error("detector", "the detector \"\(name)\" \(reason)")
    }
    guard let height = height ?? entry?.pixelHeight, let width = width ?? entry?.pixelWidth else {
      throw FormatError(file, "the pixel sizes are missing: PixelSize1 and PixelSize2, or pixel1 and pixel2")
    }
    return PoniDetector(
      name: name, pixelHeight: try positive(key1, height), pixelWidth: try positive(key2, width),
      shape: try shape(configuration, entry, height: height, width: width), orientation: orientation)
  }

  private func orientation(_ configuration: PoniDetectorConfiguration?) throws -> DetectorOrientation {
    guard let number = configuration?.orientation, number != 0 else { return .bottomRight }
    guard let orientation = DetectorOrientation(rawValue: number) else {
      throw error("detector_config", "the orientation is \(number); 1 to 4 are known")
    }
    return orientation
  }

  /// The shape that the file states, or that of the named detector at the binning that the pixel sizes tell.
  private func shape(
    _ configuration: PoniDetectorConfiguration?, _ entry: NamedDetectors.Entry?, height: Double, width: Double
  ) throws -> FrameShape? {
    var binning = (1, 1)
    if let entry {
      binning = (
        try self.binning(height, of: entry.pixelHeight, entry), try self.binning(width, of: entry.pixelWidth, entry)
      )
    }
    let stated = configuration?.max_shape ?? entry.map { [$0.rows * $0.binning, $0.columns * $0.binning] }
    guard let stated else { return nil }
    guard stated.count == 2, stated.allSatisfy({ $0 > 0 && $0 <= Self.largestExtent }) else {
      throw error("detector_config", "the shape is \(stated); two numbers of pixels, rows and columns, are expected")
    }
    return FrameShape(rows: max(stated[0] / binning.0, 1), columns: max(stated[1] / binning.1, 1))
  }

  /// How many of the detector's smallest pixels make one of the size stated.
  private func binning(_ size: Double, of usual: Double, _ entry: NamedDetectors.Entry) throws -> Int {
    let ratio = size / usual * Double(entry.binning)
    // Binned sizes of a data sheet are rounded, so half a per cent is let pass.
    guard ratio > 0.5, ratio < 1000, abs(ratio / ratio.rounded() - 1) < 0.005 else {
      throw error(
        values["detector_config"] == nil ? "pixelsize1" : "detector_config",
        "pixels of \(size) m are no multiple of those of \(entry.name); call it Detector and give its shape")
    }
    return Int(ratio.rounded())
  }

  // MARK: - Numbers

  private func number(_ key: String) throws -> Double? {
    guard let entry = values[key], entry.text.lowercased() != "none" else { return nil }
    guard let value = DecimalParser.number(ArraySlice(entry.text.utf8), decimalComma: false), value.isFinite else {
      throw error(key, "\"\(entry.text.prefix(40))\" is not a finite number")
    }
    return value
  }

  private func required(_ key: String) throws -> Double {
    guard let value = try number(key) else {
      throw FormatError(file, "\(key) is missing; a PONI file has Distance, Poni1, Poni2, Rot1, Rot2 and Rot3")
    }
    return value
  }

  private func positive(_ key: String, _ value: Double) throws -> Double {
    guard value > 0, value.isFinite else { throw error(key, "\(value) m; a positive length is expected") }
    return value
  }

  private func error(_ key: String, _ message: String) -> FormatError {
    FormatError(file, at: values[key].map { "line \($0.line): \(key)" } ?? "", message)
  }
}

/// The JSON that describes a detector in version 2 and later.
private struct PoniDetectorConfiguration: Decodable {
  var pixel1, pixel2: Double?
  var max_shape: [Int]?
  var orientation: Int?
  var splinefile, x_offset_file, y_offset_file: String?
}

/// pyFAI takes the keys in any case.
private struct LowercaseKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
