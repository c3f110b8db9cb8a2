import ArrayMath
import HDF5

/// What an HDF5 file states about its frames, by the names that NeXus and the detectors of Dectris use.
enum HDF5FrameMetadata {
  /// The datasets that are looked for.
  static let names: Set<String> = [
    "x_pixel_size", "y_pixel_size", "detector_distance", "distance", "beam_center_x", "beam_center_y",
    "incident_wavelength", "wavelength", "incident_energy", "photon_energy", "energy", "count_time", "exposure_time",
    "saturation_value", "countrate_correction_count_cutoff", "description", "local_name", "timestamp", "timestamps",
    "data_collection_date", "start_time",
  ]

  /// SI units of the names that files write.
  private static let units: [String: Double] = [
    "m": 1, "mm": 1e-3, "um": 1e-6, "\u{00b5}m": 1e-6, "\u{03bc}m": 1e-6, "micron": 1e-6, "microns": 1e-6, "nm": 1e-9,
    "angstrom": 1e-10, "angstroms": 1e-10, "a": 1e-10, "\u{00c5}": 1e-10, "\u{00e5}": 1e-10, "cm": 1e-2, "meter": 1,
    "meters": 1, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "second": 1, "seconds": 1, "ev": 1.602_176_634e-19,
    "kev": 1.602_176_634e-16, "j": 1, "px": 1, "pixel": 1, "pixels": 1, "": 1,
  ]

  static func read(_ statements: [String: HDF5Place], type: PixelType) -> FrameMetadata {
    var metadata = FrameMetadata()
    /// The first positive, finite number by one of several names, with the unit that the file gives or a usual one.
    func number(_ names: [String], unit usual: String) -> Double? {
      for name in names {
        guard let value = values(statements[name], unit: usual)?.first, value.isFinite, value > 0 else { continue }
        return value
      }
      return nil
    }
    func text(_ names: [String]) -> String? {
      for name in names {
        guard let place = statements[name] else { continue }
        if let text = try? place.withDataset({ try $0.readStrings().first }), !text.isEmpty { return text }
      }
      return nil
    }
    metadata.pixelWidth = number(["x_pixel_size"], unit: "m")
    metadata.pixelHeight = number(["y_pixel_size"], unit: "m")
    metadata.distance = number(["detector_distance", "distance"], unit: "m")
    metadata.beamCentreColumn = number(["beam_center_x"], unit: "px")
    metadata.beamCentreRow = number(["beam_center_y"], unit: "px")
    metadata.exposureTime = number(["count_time", "exposure_time"], unit: "s")
    metadata.wavelength =
      number(["incident_wavelength", "wavelength"], unit: "angstrom")
      ?? number(["incident_energy", "photon_energy", "energy"], unit: "eV")
      .flatMap(FrameMetadata.wavelength(energy:))
    metadata.countCutoff = number(["saturation_value", "countrate_correction_count_cutoff"], unit: "")
    metadata.detectorName = text(["description", "local_name"])
    metadata.timestamps =
      ["timestamp", "timestamps"].lazy.compactMap { values(statements[$0], unit: "s") }.first
      ?? text(["data_collection_date", "start_time"]).flatMap(FrameTime.seconds).map { [$0] }
    let name = metadata.detectorName?.lowercased() ?? ""
    metadata.sentinels = PixelSentinel.usual(
      for: type, isPhotonCounting: ["pilatus", "eiger", "mythen"].contains { name.contains($0) })
    return metadata
  }

  private static func values(_ place: HDF5Place?, unit usual: String) -> [Double]? {
    guard let place else { return nil }
    return try? place.withDataset { dataset in
      guard case .number = try dataset.elementType() else { return nil }
      let written = try? dataset.attributes.readStrings("units").first
      guard let scale = units[(written ?? usual).lowercased()] else { return nil }
      return try dataset.read(as: Double.self).map { $0 * scale }
    } ?? nil
  }
}
