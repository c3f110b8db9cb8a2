public import ArrayMath
import CKernels

/// Reduces frames of one calibrated detector to cakes: intensities over azimuth and radius.
///
/// See ``AzimuthalIntegrator``, whose definitions hold for both axes. A pixel across χ = ±π belongs to the side on which
/// its centre lies.
public struct CakeIntegrator: Sendable {
  public let geometry: DetectorGeometry
  public let settings: IntegrationSettings
  /// The centres of the radial bins, in the SI unit of the settings' radial unit, and of the azimuthal ones, in radians.
  public let radii, azimuths: [Double]
  /// The extent of the frames, as they are stored.
  public var frameShape: FrameShape { reducer.rays.shape }

  let reducer: FrameReducer

  /// - Parameters:
  ///   - geometry: the calibrated detector.
  ///   - settings: how to reduce; ``IntegrationSettings/points`` counts the radial bins.
  ///   - azimuthalPoints: number of azimuthal bins.
  ///   - azimuthalRange: in radians, within −π...π; `nil` takes what the pixels that are not masked cover.
  ///   - threads: upper limit on the threads used to set up.
  /// - Throws: ``IntegrationError`` when the settings do not fit the detector.
  public init(
    _ geometry: DetectorGeometry, _ settings: IntegrationSettings, azimuthalPoints: Int,
    azimuthalRange: ClosedRange<Double>? = nil, threads: Int = 1
  ) throws {
    let rays = PixelRays(geometry)
    try settings.check(rays)
    let allowed = 1...max(1, (1 << 24) / settings.points)
    guard allowed.contains(azimuthalPoints) else { throw IntegrationError.points(azimuthalPoints, allowed: allowed) }
    if let range = azimuthalRange {
      guard range.lowerBound < range.upperBound, range.lowerBound >= -.pi, range.upperBound <= .pi else {
        throw IntegrationError.range(lower: range.lowerBound, upper: range.upperBound)
      }
    }
    let normalisation = PixelNormalisation(rays: rays, settings: settings)
    let builder = CakeTableBuilder(
      radial: PixelTableBuilder(rays: rays, settings: settings, normalisation: normalisation, threads: threads),
      azimuthalPoints: azimuthalPoints, azimuthalRange: azimuthalRange)
    let axes = try builder.axes()
    let (table, constants) = try builder.build(axes.radial, axes.azimuthal)
    self.geometry = geometry
    self.settings = settings
    radii = axes.radial.centres
    azimuths = axes.azimuthal.centres
    reducer = FrameReducer(
      rays: rays, settings: settings, normalisation: normalisation, table: table, constants: constants)
  }

  /// Reduces one frame; see ``AzimuthalIntegrator/integrate(_:frame:scratch:scale:variance:)``.
  public func integrate(
    _ source: some FrameSource, frame: Int = 0, scratch: inout IntegrationScratch, scale: Double = 1,
    variance: [Float]? = nil
  ) throws -> IntegratedCake {
    try reducer.check(source, frame: frame, scale: scale, variance: variance)
    let sums = try reducer.add(source, frame: frame, scratch: &scratch, variance: variance)
    let constants = sums.constants
    let bins = reducer.table.bins
    var cake = IntegratedCake(
      unit: settings.unit, radii: radii, azimuths: azimuths,
      intensity: [Double](repeating: settings.emptyValue, count: bins), sumSignal: sums.signal,
      sumNormalisation: constants.normalisation.map { $0 * scale },
      sumNormalisationSquared: constants.normalisationSquared.map { $0 * scale * scale },
      count: constants.quanta.map { Double($0) / Double(PixelShares.unit) })
    let hasUncertainty = settings.errorModel != .none
    if hasUncertainty { cake.sumVariance = sums.squares }
    for bin in 0..<bins {
      guard constants.quanta[bin] > 0 else {
        cake.sumSignal[bin] = 0
        if hasUncertainty { cake.sumVariance?[bin] = 0 }
        continue
      }
      if !constants.dark.isEmpty { cake.sumSignal[bin] -= constants.dark[bin] }
      if hasUncertainty, !constants.darkVariance.isEmpty { cake.sumVariance?[bin] += constants.darkVariance[bin] }
      cake.intensity[bin] = cake.sumSignal[bin] / cake.sumNormalisation[bin]
    }
    return cake
  }
}
