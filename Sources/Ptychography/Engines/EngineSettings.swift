/// Which engine runs and how.
public struct EngineSettings: Sendable, Hashable, Codable {
  /// The algorithms, by the names of their papers.
  public enum Algorithm: String, Sendable, Hashable, Codable, CaseIterable {
    /// Extended ptychographical iterative engine, sequential. Maiden and Rodenburg, Ultramicroscopy 109 (2009) 1256.
    case ePIE = "epie"
    /// Regularised PIE. Maiden, Johnson and Li, Optica 4 (2017) 736.
    case rPIE = "rpie"
    /// Momentum-accelerated PIE, of the same paper.
    case mPIE = "mpie"
    /// Difference map. Thibault et al., Science 321 (2008) 379.
    case differenceMap = "difference-map"
    /// Relaxed averaged alternating reflections. Luke, Inverse Problems 21 (2005) 37.
    case raar
    /// Least squares maximum likelihood. Odstrčil, Menzel and Guizar-Sicairos, Opt. Express 26 (2018) 3108.
    case maximumLikelihood = "maximum-likelihood"
  }

  /// What the counts are compared by.
  public enum NoiseModel: String, Sendable, Hashable, Codable, CaseIterable {
    /// Gaussian amplitudes: Σ (√M − √I)².
    case amplitude
    /// Poisson counts: Σ M − I ln M.
    case poisson
  }

  /// How a position between pixels is met.
  public enum Interpolation: String, Sendable, Hashable, Codable, CaseIterable {
    /// The nearest whole pixel, as in the paper of ePIE.
    case nearest
    /// The probe is moved by the fraction through its Fourier transform.
    case fourier
  }

  public var algorithm: Algorithm
  /// α of ePIE, γ_O of rPIE: the step of the object.
  public var objectStep = 1.0
  /// β of ePIE, γ_P of rPIE: the step of the probe.
  public var probeStep = 1.0
  /// α of rPIE and mPIE: 1 is ePIE, 0 would divide by |P|² alone. δ_O of maximum likelihood: the fraction of the brightest
  /// illumination that is added to the denominator.
  public var objectRegularisation = 0.1
  /// β of rPIE and mPIE, δ_P of maximum likelihood: the same for the probe.
  public var probeRegularisation = 0.1
  /// Updates between two steps of momentum (mPIE); `nil` stands for one a pass.
  public var momentumPeriod: Int?
  /// What a momentum keeps of itself (mPIE).
  public var friction = 0.7
  /// How much of a momentum is added (mPIE).
  public var feedback = 0.3
  /// The mixing parameter β of RAAR.
  public var relaxation = 0.75
  /// Mean (√M − √I)² of a measured pixel, in counts, below which a pattern is left as it is (difference map, RAAR); `nil`
  /// for none. Poisson counts leave a quarter.
  public var powerBound: Double?
  public var noise = NoiseModel.amplitude
  /// Patterns of a batch (maximum likelihood); `nil` stands for a tenth of the scan.
  public var batchSize: Int?
  /// The pass at which the probe begins to change.
  public var probeStart = 0
  /// The radius outside which the probe is kept dark, as a fraction of half the window's shorter side; `nil` for none.
  public var probeSupport: Double?
  /// The pass at which a background begins to be fitted; `nil` for never.
  public var backgroundStart: Int?
  public var interpolation = Interpolation.nearest

  /// The engine's usual settings.
  ///
  /// With noise rPIE and mPIE diverge where the probe's step trusts dim pixels of the object, and a momentum overshoots with
  /// whole steps, so that theirs are more careful than the others'.
  public init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    guard algorithm == .rPIE || algorithm == .mPIE else { return }
    objectRegularisation = 0.3
    probeRegularisation = 1
    guard algorithm == .mPIE else { return }
    objectStep = 0.5
    probeStep = 0.5
  }
}
