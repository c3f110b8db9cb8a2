import ArrayMath
import PowderDiffraction

/// Patterns or cakes, after what the parameters ask for.
enum FrameReduction: Sendable {
  case patterns(AzimuthalIntegrator)
  case cakes(CakeIntegrator)

  init(
    _ geometry: DetectorGeometry, _ settings: IntegrationSettings, sectors: Int?, threads: Int
  ) throws {
    if let sectors {
      self = .cakes(try CakeIntegrator(geometry, settings, azimuthalPoints: sectors, threads: threads))
    } else {
      self = .patterns(try AzimuthalIntegrator(geometry, settings, threads: threads))
    }
  }

  var settings: IntegrationSettings {
    switch self {
    case .patterns(let integrator): integrator.settings
    case .cakes(let integrator): integrator.settings
    }
  }

  /// The centres of the radial bins.
  var positions: [Double] {
    switch self {
    case .patterns(let integrator): integrator.positions
    case .cakes(let integrator): integrator.radii
    }
  }

  /// The centres of the sectors; nil for patterns.
  var azimuths: [Double]? {
    switch self {
    case .patterns: nil
    case .cakes(let integrator): integrator.azimuths
    }
  }

  /// Bins of one frame.
  var bins: Int { positions.count * (azimuths?.count ?? 1) }
  private var hasErrors: Bool { settings.errorModel != .none }
  private var pairs: Int { hasErrors && azimuths == nil ? bins - 1 : 0 }
  /// Numbers that ``values(of:frame:scratch:)`` returns.
  private var width: Int { bins + (hasErrors ? bins : 0) + pairs + bins }

  /// The intensities of one frame, their uncertainties, the covariances of neighbouring bins and the numbers of pixels,
  /// one after the other; without an error model, no uncertainties and covariances, and of cakes no covariances.
  func values(
    of frames: some FrameSource, frame: Int, scratch: inout IntegrationScratch
  ) throws -> [Double] {
    switch self {
    case .patterns(let integrator):
      let pattern = try integrator.integrate(frames, frame: frame, scratch: &scratch)
      return pattern.intensity + (pattern.sem ?? []) + (pattern.uncertainty?.neighbourCovariance ?? []) + pattern.count
    case .cakes(let integrator):
      let cake = try integrator.integrate(frames, frame: frame, scratch: &scratch)
      return cake.intensity + (cake.sem ?? []) + cake.count
    }
  }

  /// The series that the values of all frames make.
  ///
  /// - Throws: `StageDocumentError` when a frame has another number of values.
  func series(_ values: [[Double]], wavelength: Double?) throws -> PowderPatternSeries {
    guard values.allSatisfy({ $0.count == width }) else { throw ArrayShard.damaged(AzimuthalIntegrationStage.name) }
    let (bins, pairs, hasErrors) = (bins, pairs, hasErrors)
    // A bin that no pixel of a frame reaches has no uncertainty either.
    func known(_ sigmas: ArraySlice<Double>, _ intensities: ArraySlice<Double>) -> [Double] {
      zip(sigmas, intensities).map { $1.isNaN ? .nan : $0 }
    }
    return try PowderPatternSeries(
      axis: PatternAxis(settings.unit), positions: positions, azimuths: azimuths, frameCount: values.count,
      intensities: values.flatMap { $0[..<bins] },
      sigmas: hasErrors ? values.flatMap { known($0[bins..<2 * bins], $0[..<bins]) } : nil,
      neighbourCovariances: pairs > 0 ? values.flatMap { $0[2 * bins..<2 * bins + pairs] } : nil,
      pixelCounts: values.first.map { Array($0[(width - bins)...]) }, wavelength: wavelength)
  }
}

extension PatternAxis {
  init(_ unit: RadialUnit) {
    switch unit {
    case .twoTheta: self = .twoTheta
    case .scatteringVector: self = .scatteringVector
    case .dSpacing: self = .latticeSpacing
    }
  }
}
