import ArrayMath
import Foundation

/// Finds where a detector stands from frames of a calibrant, without a click.
///
/// 1. Bad pixels show themselves: ``AutomaticMask``.
/// 2. A rough geometry comes from the start that is given, or from the image.
/// 3. Each ring is fitted in sectors of azimuth by Poisson's likelihood: ``SectorFit``.
/// 4. Robust least squares of the geometry against those points: ``GeometryFit``. Steps 3 and 4 repeat.
public struct Calibration: Sendable {
  /// The rings that the calibrant gives.
  public var rings: [CalibrationRing]
  /// Extent of a pixel between rows and between columns, in metres.
  public var pixelHeight, pixelWidth: Double
  public var options: CalibrationOptions

  /// - Parameters:
  ///   - rings: of the calibrant, all that may be seen; more than are seen does no harm.
  ///   - pixelHeight: extent of a pixel between rows, in metres.
  ///   - pixelWidth: extent of a pixel between columns, in metres.
  public init(
    rings: [CalibrationRing], pixelHeight: Double, pixelWidth: Double, options: CalibrationOptions = .init()
  ) {
    self.rings = rings.sorted { $0.dSpacing > $1.dSpacing }
    self.pixelHeight = pixelHeight
    self.pixelWidth = pixelWidth
    self.options = options
  }

  /// Calibrates a detector from one frame or from several that share its pose but for known distances and energies.
  ///
  /// - Throws: ``CalibrationError`` naming the step that failed, what was seen and what to try.
  public func callAsFunction(_ frames: [CalibrationFrame]) throws -> CalibrationResult {
    let shape = try checkInput(frames)
    let masks = try parallelMap(count: frames.count, threads: options.threads) { AutomaticMask(frames[$0]) }
    for (index, mask) in masks.enumerated() where mask.maskedFraction > 0.98 {
      throw CalibrationError(
        .input, found: String(format: "frame \(index) with %.1f %% of its pixels left out", 100 * mask.maskedFraction),
        advice: "check the mask, and the value that the file uses for bad pixels")
    }
    let reduced = ReducedFrame(frames[0], flags: masks[0].flags)
    let transform = try options.transform ?? likelyTransform(reduced, frames[0])
    let result = try calibrate(frames, masks, reduced, transform)
    guard options.transform == nil, !hasGeometry, !transform.isTransposed,
      let degree = result.transforms.first?.polarisation, let sigma = result.transforms.first?.polarisationSigma,
      degree < -max(4 * sigma, 0.2), shape.count > 0
    else { return result }
    // The rings are weak along axis 1 where a horizontally polarised beam would make them weak along axis 2.
    return try calibrate(frames, masks, reduced, ImageTransform(transform.orientation, isTransposed: true))
  }

  private var hasGeometry: Bool {
    if case .geometry = options.start { true } else { false }
  }

  /// The transform under which a given geometry fits best; the convention where none is given or it does not tell.
  private func likelyTransform(_ reduced: ReducedFrame, _ frame: CalibrationFrame) throws -> ImageTransform {
    guard case .geometry(let poni) = options.start, let plate = PlateModel(poni) else { return .convention }
    let scores = ImageTransform.all.map { transform in
      let correlation = RingCorrelation(
        reduced, rings: rings, wavelength: frame.wavelength,
        grid: transform.grid(shape: frame.shape, pixelHeight: pixelHeight, pixelWidth: pixelWidth),
        isTransposed: transform.isTransposed)
      return max(correlation(plate, spread: 2 * correlation.cell), correlation(plate, spread: correlation.cell))
    }
    // The convention comes first and keeps its place against what is hardly better.
    let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    return scores[best] > 1.1 * max(scores[0], 0) + 0.02 ? ImageTransform.all[best] : .convention
  }

  /// The calibration with an image transform settled.
  private func calibrate(
    _ given: [CalibrationFrame], _ masks: [AutomaticMask], _ reduced: ReducedFrame, _ transform: ImageTransform
  ) throws -> CalibrationResult {
    let grid = transform.grid(shape: given[0].shape, pixelHeight: pixelHeight, pixelWidth: pixelWidth)
    let extractions = zip(given, masks).map { frame, mask in
      var whole = frame
      whole.mask = PixelMask(mask.flags, shape: frame.shape)
      let turned = transform.isTransposed ? whole.transposed : whole
      return RingExtraction(
        frame: turned, grid: grid, flags: turned.mask?.flags ?? [], rings: rings, polarisation: options.polarisation,
        solidAngle: options.solidAngle)
    }
    let correlation = RingCorrelation(
      reduced, rings: rings, wavelength: given[0].wavelength, grid: grid, isTransposed: transform.isTransposed)
    let rough = try roughGeometry(reduced, correlation, offset: given[0].distanceOffset)
    // The search saw the first frame; the geometry is that of a frame without offset.
    var plate = rough.hypotheses[0].plate
    plate.distance -= given[0].distanceOffset
    var refinement = CalibrationRefinement(
      rings: rings, extractions: extractions, plate: plate, free: options.free)
    try refinement.run(reach: 40, width: 3.5)
    let assembly = CalibrationAssembly(
      calibration: self, grid: grid, transform: transform, masks: masks, refinement: refinement, rough: rough)
    return try assembly.checkedResult()
  }

  /// A geometry that puts the rings of the first frame within a few pixels.
  private func roughGeometry(
    _ reduced: ReducedFrame, _ correlation: RingCorrelation, offset: Double
  ) throws -> RoughGeometry {
    let freedom = RoughGeometry.Freedom(
      distance: options.free.contains(.distance),
      tilt: options.free.contains(.rotation1) && options.free.contains(.rotation2))
    let distance: (value: Double, tolerance: Double)?
    switch options.start {
    case .unknown: distance = nil
    case .distance(let value, let tolerance): distance = (value + offset, freedom.distance ? tolerance : 0)
    case .geometry(let poni):
      guard var plate = PlateModel(poni) else {
        throw CalibrationError(
          .input, found: "a plate that the direct beam does not meet, or meets at a grazing angle",
          advice: "detectors at more than 80 degrees from the beam cannot be calibrated here")
      }
      plate.distance += offset
      return RoughGeometry(start: plate, correlation: correlation, freedom: freedom)
    }
    let rough = try RoughGeometry(reduced, correlation: correlation, distance: distance, freedom: freedom)
    guard let best = rough.hypotheses.first, best.correlation > Self.leastCorrelation else {
      var elsewhere = ""
      if distance != nil, freedom.distance,
        let other = try? RoughGeometry(reduced, correlation: correlation, distance: nil, freedom: freedom).hypotheses
          .first, other.correlation > 2 * Self.leastCorrelation - 0.2
      {
        elsewhere = String(
          format: "; at %.4g mm they would (correlation %.2f)", other.plate.distance * 1e3, other.correlation)
      }
      throw CalibrationError(
        .assignment,
        found: String(
          format: "rings, but at no distance allowed do they fall on those of the calibrant (correlation %.2f)",
          rough.hypotheses.first?.correlation ?? 0) + elsewhere,
        advice: "check calibrant, wavelength, pixel size and the rough distance")
    }
    if let second = rough.hypotheses.dropFirst().first, second.correlation > 0.9 * best.correlation {
      throw CalibrationError(
        .assignment,
        found: String(
          format: "two assignments of the rings that fit alike: %.4g mm (correlation %.3f) and %.4g mm (%.3f)",
          best.plate.distance * 1e3, best.correlation, second.plate.distance * 1e3, second.correlation),
        advice: "give the distance more closely, or use a frame with more rings")
    }
    return rough
  }

  /// The least correlation of a frame with the rings of its calibrant that is believed.
  static let leastCorrelation = 0.45

  private func checkInput(_ frames: [CalibrationFrame]) throws -> FrameShape {
    func refuse(_ found: String, _ advice: String) -> CalibrationError { .init(.input, found: found, advice: advice) }
    guard let shape = frames.first?.shape else { throw refuse("no frame", "give at least one") }
    guard shape.rows >= 16, shape.columns >= 16 else {
      throw refuse("a frame of \(shape.rows) x \(shape.columns) pixels", "rings need at least 16 x 16")
    }
    guard pixelHeight > 0, pixelHeight.isFinite, pixelWidth > 0, pixelWidth.isFinite else {
      throw refuse("a pixel of \(pixelHeight) x \(pixelWidth) m", "give its positive extent in metres")
    }
    guard !rings.isEmpty else { throw refuse("a calibrant without rings", "give its lattice spacings") }
    for (index, frame) in frames.enumerated() {
      guard frame.shape == shape else {
        throw refuse("frame \(index) of another shape than the first", "frames of one detector have one shape")
      }
      guard frame.pixels.count == shape.count else {
        throw refuse("frame \(index) with \(frame.pixels.count) pixels for \(shape.count)", "the frame is truncated")
      }
      if let mask = frame.mask, mask.shape != shape {
        throw refuse(
          "a mask of \(mask.shape.rows) x \(mask.shape.columns) pixels for a frame of \(shape.rows) x \(shape.columns)",
          "give the mask of this detector")
      }
      guard frame.wavelength > 0, frame.wavelength.isFinite, frame.distanceOffset.isFinite else {
        throw refuse("a wavelength of \(frame.wavelength) m", "give the wavelength or energy of the beam")
      }
      guard rings.contains(where: { $0.twoTheta(wavelength: frame.wavelength) != nil }) else {
        throw refuse("a wavelength beyond twice every lattice spacing", "check the unit of the energy")
      }
    }
    if case .distance(let value, let tolerance) = options.start {
      guard value > 0, value.isFinite, tolerance >= 0, tolerance < 0.8 else {
        throw refuse("a distance of \(value) m within \(tolerance)", "give a positive distance, known within 0 to 0.8")
      }
    }
    guard !options.free.isEmpty else { throw refuse("nothing to determine", "free at least one parameter") }
    return shape
  }
}
