public import ArrayMath
import CKernels

/// Reduces frames of one calibrated detector to patterns.
///
/// Built once for a geometry: which bins each pixel belongs to is packed into a table, and everything that does not
/// depend on a frame is summed beforehand. A frame then costs one pass over its pixels in the order they are stored,
/// with integer sums for integer pixels; results do not depend on threads, nor on the pieces in which a source hands a
/// frame over.
///
/// Shares are whole 65535ths of a pixel. Source of the definition: Kieffer & Wright, Powder Diffr. 28, S339 (2013);
/// Ashiotis et al., J. Appl. Cryst. 48, 510 (2015).
public struct AzimuthalIntegrator: Sendable {
  public let geometry: DetectorGeometry
  public let settings: IntegrationSettings
  /// The centres of the bins, in the SI unit of the settings' radial unit.
  public let positions: [Double]
  /// The edges of the first and the last bin.
  public let edges: (lower: Double, upper: Double)
  /// The extent of the frames, as they are stored.
  public var frameShape: FrameShape { reducer.rays.shape }

  let reducer: FrameReducer

  /// - Parameters:
  ///   - geometry: the calibrated detector.
  ///   - settings: how to reduce.
  ///   - threads: upper limit on the threads used to set up.
  /// - Throws: ``IntegrationError`` when the settings do not fit the detector.
  public init(_ geometry: DetectorGeometry, _ settings: IntegrationSettings, threads: Int = 1) throws {
    let rays = PixelRays(geometry)
    try settings.check(rays)
    self.geometry = geometry
    self.settings = settings
    let normalisation = PixelNormalisation(rays: rays, settings: settings)
    let builder = PixelTableBuilder(rays: rays, settings: settings, normalisation: normalisation, threads: threads)
    let axis = try builder.axis()
    positions = axis.centres
    edges = (axis.lower, axis.upper)
    let (table, constants) = try builder.build(axis)
    reducer = FrameReducer(
      rays: rays, settings: settings, normalisation: normalisation, table: table, constants: constants)
  }

  /// Reduces one frame.
  ///
  /// - Parameters:
  ///   - source: where the frame comes from.
  ///   - frame: its index.
  ///   - scratch: working memory kept from frame to frame, one for each thread.
  ///   - scale: multiplies the normalisation, for example the monitor.
  ///   - variance: of each pixel, for the error model that needs it.
  /// - Throws: ``IntegrationError`` for a frame that does not fit, or what the source throws.
  public func integrate(
    _ source: some FrameSource, frame: Int = 0, scratch: inout IntegrationScratch, scale: Double = 1,
    variance: [Float]? = nil
  ) throws -> IntegratedPattern {
    try reducer.check(source, frame: frame, scale: scale, variance: variance)
    let sums = try reducer.add(source, frame: frame, scratch: &scratch, variance: variance)
    return pattern(of: sums, scale: scale)
  }
}
extension IntegrationSettings {
  static let allowedPoints = 1...65_000

  func check(_ rays: PixelRays) throws {
    guard Self.allowedPoints.contains(points) else {
      throw IntegrationError.points(points, allowed: Self.allowedPoints)
    }
    if unit != .twoTheta {
      guard let wavelength = rays.wavelength else { throw IntegrationError.wavelengthMissing }
      guard wavelength > 0, wavelength.isFinite else { throw IntegrationError.parameter("the wavelength", wavelength) }
    }
    for range in [range].compactMap(\.self) + bands {
      guard range.lowerBound >= 0, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
        throw IntegrationError.range(lower: range.lowerBound, upper: range.upperBound)
      }
    }
    if unit == .dSpacing, range == nil { throw IntegrationError.rangeMissing }
    if let mask, mask.shape != rays.shape { throw IntegrationError.shape(of: "mask", mask.shape, expected: rays.shape) }
    for (name, values) in [("dark", dark), ("variance of the dark", darkVariance), ("flat", flat)] {
      if let values, values.count != rays.shape.count {
        throw IntegrationError.size(of: name, values.count, expected: rays.shape.count)
      }
    }
    if let polarisation {
      guard (-1...1).contains(polarisation.factor) else {
        throw IntegrationError.parameter("the polarisation", polarisation.factor)
      }
      guard polarisation.axisOffset.isFinite else {
        throw IntegrationError.parameter("the axis of the polarisation", polarisation.axisOffset)
      }
    }
    if let sensor {
      let depth = sensor.attenuation * sensor.thickness
      guard depth > 0, depth.isFinite else { throw IntegrationError.parameter("the absorption of the sensor", depth) }
    }
    if case .poisson(let floor) = errorModel, !(0...1).contains(floor) {
      throw IntegrationError.parameter("the floor of the variance", Double(floor))
    }
    guard invalid.values.count <= 4 else { throw IntegrationError.markedValues(invalid.values.count, atMost: 4) }
    guard rays.shape.count > 0, rays.shape.count < 1 << 31 else {
      throw IntegrationError.parameter("the number of pixels", Double(rays.shape.count))
    }
  }
}
