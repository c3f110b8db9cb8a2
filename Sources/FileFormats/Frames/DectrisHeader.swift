public import ArrayMath

/// The lines that detectors of Dectris put into CBF and TIFF files: "# Exposure_time 0.2000000 s".
///
/// A line is a key and values between any of `: = , ( )` and spaces; the values carry their unit. Reference: Dectris, CBF
/// header specification, version 1.4.
struct DectrisHeader {
  private var values: [String: [Substring]] = [:]
  private var time: Double?
  private var detector: String?

  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      guard let hash = line.firstIndex(of: "#"), line[..<hash].allSatisfy(\.isWhitespace) else { continue }
      let content = line[line.index(after: hash)...]
      let words = content.split { ":=,() \t\"".contains($0) }
      guard let key = words.first else { continue }
      if key.lowercased() == "detector" {
        detector = content.split(separator: ":", maxSplits: 1).last.map {
          $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
      } else if key.first?.isNumber == true {
        let stamp = content.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        if time == nil { time = FrameTime.seconds(stamp) }
      } else if values[key.lowercased()] == nil {
        values[key.lowercased()] = Array(words.dropFirst())
      }
    }
  }

  /// Whether the file is of a detector that counts photons.
  var isPhotonCounting: Bool { values["threshold_setting"] != nil || values["count_cutoff"] != nil }

  /// Writes what the header states.
  func apply(to metadata: inout FrameMetadata) {
    if let detector { metadata.detectorName = detector }
    if let time { metadata.timestamps = [time] }
    if let pixel = values["pixel_size"] {
      // "172e-6 m x 172e-6 m": along the columns first.
      metadata.pixelWidth = length(pixel, at: 0)
      metadata.pixelHeight = length(pixel, at: 3) ?? metadata.pixelWidth
    }
    metadata.exposureTime = positive("exposure_time") ?? metadata.exposureTime
    metadata.countCutoff = positive("count_cutoff") ?? metadata.countCutoff
    metadata.distance = values["detector_distance"].flatMap { length($0, at: 0) } ?? metadata.distance
    if let wavelength = values["wavelength"].flatMap({ length($0, at: 0, unit: "A") }) {
      metadata.wavelength = wavelength
    } else if let energy = positive("photon_energy") {
      metadata.wavelength = FrameMetadata.wavelength(energy: energy * FrameMetadata.electronvolt)
    }
    if let beam = values["beam_xy"], beam.count >= 2, let column = Double(beam[0]), let row = Double(beam[1]),
      column.isFinite, row.isFinite, column != 0 || row != 0
    {
      metadata.beamCentreColumn = column
      metadata.beamCentreRow = row
    }
  }

  private func positive(_ key: String) -> Double? {
    guard let value = values[key]?.first.flatMap({ Double($0) }), value > 0, value.isFinite else { return nil }
    return value
  }

  /// A positive length in metres, from a number and its unit.
  private func length(_ words: [Substring], at index: Int, unit: Substring = "m") -> Double? {
    guard index < words.count, let value = Double(words[index]), value > 0, value.isFinite else { return nil }
    let units: [Substring: Double] = ["m": 1, "mm": 1e-3, "um": 1e-6, "A": 1e-10, "nm": 1e-9]
    let written = index + 1 < words.count ? words[index + 1] : unit
    return value * (units[written] ?? units[unit] ?? 1)
  }
}

extension PixelSentinel {
  /// The values that detectors write where there is no count: the highest of unsigned numbers, negative ones of
  /// detectors that count photons, and what is not a number.
  ///
  /// - Parameter isPhotonCounting: whether a number below zero cannot be a count with its background subtracted.
  public static func usual(for type: PixelType, isPhotonCounting: Bool) -> [PixelSentinel] {
    switch type {
    case .uint8: []
    case .uint16: [.value(Double(UInt16.max))]
    case .uint32: [.value(Double(UInt32.max))]
    case .uint64: [.value(Double(UInt64.max))]
    case .int8, .int16, .int32, .int64: isPhotonCounting ? [.negative] : []
    case .float32, .float64: isPhotonCounting ? [.negative, .notANumber] : [.notANumber]
    }
  }
}
