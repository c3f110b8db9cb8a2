import ArrayMath
import FileFormats
import Ptychography
import Quantities

/// The probe that a reconstruction begins with.
struct FirstProbe {
  let parameters: PtychographyStage.Parameters
  /// What was found for a probe from the mean pattern where nothing is stated, in metres.
  var defocus: Double?

  init(_ parameters: PtychographyStage.Parameters) { self.parameters = parameters }

  /// - Throws: `PtychographyError` where the scan holds no probe, or optics and window do not go together.
  func callAsFunction(_ scan: PtychographyScan, _ prepared: PreparedScan) throws -> [ComplexImage] {
    let data = prepared.data
    let probes: [ComplexImage]
    switch parameters.reconstruction.probe {
    case .file: probes = try fromFile(scan, prepared)
    case .zonePlate:
      guard let optics = parameters.optics else {
        throw PtychographyError.invalid("the zone plate is not described; give a section `optics`")
      }
      probes = [
        try optics.technique.probe(
          for: data.geometry, window: data.window, defocus: optics.defocus.si, photons: prepared.photons)
      ]
    case .meanPattern where data.geometry.propagation == .nearField:
      probes = [try ProbeEstimate.nearField(data, photons: prepared.photons).probe]
    case .meanPattern:
      let distance = parameters.reconstruction.defocus?.si ?? defocus ?? 0
      probes = [try ProbeEstimate.farField(data, defocus: distance, photons: prepared.photons).probe]
    }
    let wanted = parameters.reconstruction.modes
    guard wanted > probes.count else { return Array(probes.prefix(wanted)) }
    var generator = SeededGenerator(seed: UInt64(parameters.reconstruction.seed), item: -1)
    return try ProbeModes.extended(probes, to: wanted, generator: &generator)
  }

  private func fromFile(_ scan: PtychographyScan, _ prepared: PreparedScan) throws -> [ComplexImage] {
    guard let first = scan.probe.first else {
      throw PtychographyError.invalid(
        "\(scan.name) holds no probe; give `probe_file`, or `probe: mean-pattern` or `zone-plate`")
    }
    let window = prepared.data.window
    let pixel = scan.probePixel ?? scan.geometry.objectPixel(for: first.shape)
    let isSame =
      first.shape == window && abs(pixel.height / prepared.pixel.height - 1) < 1e-6
      && abs(pixel.width / prepared.pixel.width - 1) < 1e-6
    let probes =
      isSame ? scan.probe : scan.probe.map { $0.resampled(from: pixel, to: prepared.pixel, window: window) }
    let power = probes.reduce(0) { $0 + $1.power }
    guard power > 0, power.isFinite else {
      throw PtychographyError.invalid("the probe of \(scan.name) is dark or not finite")
    }
    let factor = Float((prepared.photons / power).squareRoot())
    return probes.map { $0.map { factor * $0 } }
  }
}

extension ScanPreparationParameters {
  /// What the preparation of a scan is told.
  ///
  /// - Parameter margin: pixels around the scan in the object.
  /// - Throws: `PtychographyError` for a chip grid that cannot be.
  func settings(for scan: PtychographyScan, axes: AxisConvention, margin: Int) throws -> ScanPreparation.Settings {
    var settings = ScanPreparation.Settings()
    settings.axes = axes
    settings.centre = centre.map { PixelPosition(row: $0[0], column: $0[1]) }
    settings.window = window.map { FrameShape(rows: $0[0], columns: $0[1]) }
    settings.chips = try chip.map {
      try ChipGrid(
        chip: FrameShape(rows: $0[0], columns: $0[1]), gap: chipGap, edge: chipEdge, frame: scan.frames.shape)
    }
    settings.saturation = saturation.map { UInt32(clamping: $0) }
    settings.countScale = countScale
    settings.findsDeadPixels = findsBadPixels
    settings.findsHotPixels = findsBadPixels
    settings.findsRepeatedLines = findsBadPixels
    settings.margin = margin
    return settings
  }
}
