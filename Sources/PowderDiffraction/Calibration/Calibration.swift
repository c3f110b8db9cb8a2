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
    let grid = DetectorGrid(
      shape: shape, pixelHeight: pixelHeight, pixelWidth: pixelWidth, orientation: options.orientation)
    let masks = try parallelMap(count: frames.count, threads: options.threads) { AutomaticMask(frames[$0]) }
    let extractions = zip(frames, masks).map {
      RingExtraction(
        frame: $0, grid: grid, flags: $1.flags, rings: rings, polarisation: options.polarisation,
        solidAngle: options.solidAngle)
    }
    var refinement = CalibrationRefinement(
      rings: rings, extractions: extractions, plate: try roughPlate(frames[0], masks[0], grid), free: options.free)
    try refinement.run(reach: 40, width: 3.5)
    return CalibrationAssembly(
      calibration: self, grid: grid, masks: masks, refinement: refinement
    ).result
  }

  /// A geometry that puts the rings of the first frame within a few pixels.
  private func roughPlate(
    _ frame: CalibrationFrame, _ mask: AutomaticMask, _ grid: DetectorGrid
  ) throws -> PlateModel {
    let reduced = ReducedFrame(frame, flags: mask.flags)
    let correlation = RingCorrelation(reduced, rings: rings, wavelength: frame.wavelength, grid: grid)
    let freedom = RoughGeometry.Freedom(
      distance: options.free.contains(.distance),
      tilt: options.free.contains(.rotation1) && options.free.contains(.rotation2))
    let distance: (value: Double, tolerance: Double)?
    switch options.start {
    case .unknown: distance = nil
    case .distance(let value, let tolerance): distance = (value, freedom.distance ? tolerance : 0)
    case .geometry(let poni):
      guard let plate = PlateModel(poni) else {
        throw CalibrationError(
          .input, found: "a plate that the direct beam does not meet, or meets at a grazing angle",
          advice: "detectors at more than 80 degrees from the beam cannot be calibrated here")
      }
      return RoughGeometry(start: plate, correlation: correlation, freedom: freedom).hypotheses[0].plate
    }
    let rough = try RoughGeometry(reduced, correlation: correlation, distance: distance, freedom: freedom)
    guard let best = rough.hypotheses.first else {
      throw CalibrationError(
        .assignment, found: "rings, but at no distance do they fall on those of the calibrant",
        advice: "check calibrant, wavelength, pixel size and the rough distance")
    }
    return best.plate
  }

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
    guard !options.free.isEmpty else { throw refuse("nothing to determine", "free at least one parameter") }
    return shape
  }
}
