import ArrayMath
public import PowderDiffraction

/// A detector calibration as NeXus files hold it, among them those of DAWN: an NXdetector with an NXdetector_module
/// whose pixel directions depend on a chain of NXtransformations, and the wavelength of an NXbeam or NXmonochromator.
public struct NexusCalibrationFile: Sendable, Hashable {
  /// Where the detector stands.
  public var geometry: NexusDetectorGeometry
  /// Wavelength in metres; `nil` where the file does not state it.
  public var wavelength: Double?

  public init(geometry: NexusDetectorGeometry, wavelength: Double?) {
    self.geometry = geometry
    self.wavelength = wavelength
  }

  /// The tree of the file, for ``NeXusFile/write(_:to:)``. Lengths are millimetres, the wavelength angstrom.
  ///
  /// - Parameters:
  ///   - title: what the calibration is, in words.
  ///   - creator: the program that writes, and its version.
  public func tree(title: String, creator: String) -> NeXusGroup {
    let detectorPath = "/entry/instrument/detector"
    let length = (geometry.origin * geometry.origin).sum().squareRoot()
    let direction = length > 0 ? geometry.origin / length : SIMD3(0, 0, 1)
    let module = NeXusGroup(
      "NXdetector_module",
      children: [
        "data_origin": .dataset(NeXusDataset([0, 0])),
        "data_size": .dataset(NeXusDataset([geometry.shape.rows, geometry.shape.columns])),
        "module_offset": .dataset(
          Self.translation(0, along: direction, dependsOn: detectorPath + "/transformations/origin")),
        "fast_pixel_direction": .dataset(
          Self.translation(
            geometry.fastPixelSize, along: geometry.fast, dependsOn: detectorPath + "/detector_module/module_offset")),
        "slow_pixel_direction": .dataset(
          Self.translation(
            geometry.slowPixelSize, along: geometry.slow, dependsOn: detectorPath + "/detector_module/module_offset")),
      ])
    let transformations = NeXusGroup(
      "NXtransformations", children: ["origin": .dataset(Self.translation(length, along: direction, dependsOn: "."))])
    let detector = NeXusGroup(
      "NXdetector",
      children: [
        "depends_on": .dataset(NeXusDataset(text: detectorPath + "/transformations/origin")),
        "transformations": .group(transformations), "detector_module": .group(module),
        "x_pixel_size": .dataset(NeXusDataset(geometry.fastPixelSize * 1e3, units: "mm")),
        "y_pixel_size": .dataset(NeXusDataset(geometry.slowPixelSize * 1e3, units: "mm")),
      ])
    var instrument = NeXusGroup("NXinstrument", children: ["detector": .group(detector)])
    if let wavelength {
      instrument[group: "beam"] = NeXusGroup(
        "NXbeam", children: ["incident_wavelength": .dataset(NeXusDataset(wavelength * 1e10, units: "angstrom"))])
    }
    return .root(entry: .entry(title: title, children: ["instrument": .group(instrument)]), creator: creator)
  }

  private static func translation(
    _ metres: Double, along vector: SIMD3<Double>, dependsOn: String
  ) -> NeXusDataset {
    NeXusDataset(
      .number(metres * 1e3),
      attributes: [
        "units": "mm", "transformation_type": "translation", "vector": .numbers([vector.x, vector.y, vector.z]),
        "offset": .numbers([0, 0, 0]), "depends_on": .text(dependsOn),
      ])
  }
}
