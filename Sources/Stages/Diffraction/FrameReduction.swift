import ArrayMath
import PowderDiffraction

/// What a frame is reduced to, after what the parameters ask for.
struct FrameReduction: Sendable {
  /// What stands for the pixels of a bin.
  enum Kind: Sendable {
    case means
    case clipped(SigmaClipping)
    case medians
    case cakes(sectors: Int)
  }

  private enum Integrator {
    case pattern(AzimuthalIntegrator, clipping: SigmaClipping?, isMedian: Bool)
    case cake(CakeIntegrator)
  }

  let settings: IntegrationSettings
  /// The centres of the radial bins.
  let positions: [Double]
  /// The centres of the sectors; nil for patterns.
  let azimuths: [Double]?
  private let integrator: Integrator
  /// The variance of a frame's pixels, where the error model asks for it.
  private let variance: ReadOutVariance?
  private let hasCovariances: Bool

  init(
    _ geometry: DetectorGeometry, _ settings: IntegrationSettings, _ kind: Kind, variance: ReadOutVariance?,
    threads: Int
  ) throws {
    self.settings = settings
    self.variance = settings.errorModel == .variance ? variance : nil
    if case .cakes(let sectors) = kind {
      let cake = try CakeIntegrator(geometry, settings, azimuthalPoints: sectors, threads: threads)
      (positions, azimuths, integrator) = (cake.radii, cake.azimuths, .cake(cake))
      hasCovariances = false
      return
    }
    let pattern = try AzimuthalIntegrator(geometry, settings, threads: threads)
    (positions, azimuths) = (pattern.positions, nil)
    var (clipping, isMedian) = (SigmaClipping?.none, false)
    if case .clipped(let rule) = kind { clipping = rule }
    if case .medians = kind { isMedian = true }
    integrator = .pattern(pattern, clipping: clipping, isMedian: isMedian)
    hasCovariances = settings.errorModel != .none && clipping == nil
  }

  /// Bins of one frame.
  private var bins: Int { positions.count * (azimuths?.count ?? 1) }
  private var hasErrors: Bool { settings.errorModel != .none }
  private var pairs: Int { hasCovariances ? bins - 1 : 0 }
  /// Numbers that ``values(of:frame:scratch:)`` returns.
  private var width: Int { bins + (hasErrors ? bins : 0) + pairs + bins }

  /// The intensities of one frame, their uncertainties, the covariances of neighbouring bins and the numbers of pixels,
  /// one after the other; without an error model, no uncertainties and covariances; of cakes and of clipped patterns no
  /// covariances.
  func values(
    of frames: some FrameSource, frame: Int, scratch: inout IntegrationScratch
  ) throws -> [Double] {
    let variance = try variance.map { $0(try frames.floats(frame: frame), dark: settings.dark) }
    var values: [Double]
    switch integrator {
    case .pattern(let integrator, let clipping?, _):
      let pattern = try integrator.clipped(frames, frame: frame, clipping: clipping, scratch: &scratch)
      values = pattern.intensity
      if hasErrors { values += pattern.sem ?? [] }
      values += pattern.count
    case .pattern(let integrator, nil, let isMedian):
      let pattern = try integrator.integrate(frames, frame: frame, scratch: &scratch, variance: variance)
      values = isMedian ? try integrator.quantile(0.5, of: frames, frame: frame, scratch: &scratch) : pattern.intensity
      values += pattern.sem ?? []
      values += pattern.uncertainty?.neighbourCovariance ?? []
      values += pattern.count
    case .cake(let integrator):
      let cake = try integrator.integrate(frames, frame: frame, scratch: &scratch, variance: variance)
      values = cake.intensity
      values += cake.sem ?? []
      values += cake.count
    }
    return values
  }

  /// Whether any pixel of a frame has a value.
  func hasPixels(_ values: [Double]) -> Bool { values.suffix(bins).contains { $0 > 0 } }

  /// The series that the values of all frames make; the numbers of pixels are the means over the frames.
  ///
  /// - Throws: `StageDocumentError` when a frame has another number of values.
  func series(_ values: [[Double]], wavelength: Double?) throws -> PowderPatternSeries {
    guard values.allSatisfy({ $0.count == width }) else { throw ArrayShard.damaged(AzimuthalIntegrationStage.name) }
    let (bins, pairs, hasErrors) = (bins, pairs, hasErrors)
    // A bin that no pixel of a frame reaches has no uncertainty either.
    func known(_ sigmas: ArraySlice<Double>, _ intensities: ArraySlice<Double>) -> [Double] {
      zip(sigmas, intensities).map { $1.isNaN ? .nan : $0 }
    }
    var counts = [Double](repeating: 0, count: bins)
    for frame in values { for (bin, count) in frame.suffix(bins).enumerated() { counts[bin] += count } }
    return try PowderPatternSeries(
      axis: PatternAxis(settings.unit), positions: positions, azimuths: azimuths, frameCount: values.count,
      intensities: values.flatMap { $0[..<bins] },
      sigmas: hasErrors ? values.flatMap { known($0[bins..<2 * bins], $0[..<bins]) } : nil,
      neighbourCovariances: pairs > 0 ? values.flatMap { $0[2 * bins..<2 * bins + pairs] } : nil,
      pixelCounts: values.isEmpty ? nil : counts.map { $0 / Double(values.count) }, wavelength: wavelength)
  }
}
