/// An edge that a line scan crosses.
public enum ScanEdge: String, Sendable, Hashable, Codable, CaseIterable {
  /// Where the needle ends and the particle begins.
  case needle
  /// The particle's free edge.
  case free

  /// In words.
  var name: String { self == .needle ? "edge between needle and particle" : "particle's free edge" }
}

/// An intensity along a pass from which edges are located.
public struct EdgeSignal: Sendable, Hashable {
  /// What scatters it.
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// Needle, particle and surroundings with a level each: the total scatter.
    case total
    /// The particle alone: its reflections.
    case particle
    /// The needle alone: the lines of tungsten and aluminium.
    case needle
  }

  public var source: Source
  /// Along the steps of the plan; NaN where there is no frame.
  public var values: [Double]
  /// Standard uncertainty of each from counting, positive where there is a value.
  public var sigmas: [Double]

  public init(_ source: Source, values: [Double], sigmas: [Double]) {
    self.source = source
    self.values = values
    self.sigmas = sigmas
  }
}

/// How the particle's intensity goes from one of its edges to the other.
public enum ParticleShape: String, Sendable, Hashable, CaseIterable {
  /// As much everywhere: a slab.
  case slab
  /// As the chord through a sphere that touches both edges.
  case sphere
}

/// Where an edge was found.
public struct EdgeEstimate: Sendable, Hashable {
  /// On the scan's axis, in metres.
  public let position: Double
  /// Standard uncertainty, in metres.
  public let sigma: Double
  /// When the scan passed it, on the detector's clock, in seconds.
  public let time: Double
}

/// Both edges in one pass.
public struct PassEdges: Sendable, Hashable {
  public let pass: Int
  /// The edge between needle and particle; `nil` where it is not seen.
  public let needle: EdgeEstimate?
  /// The particle's free edge; `nil` where it is not seen.
  public let free: EdgeEstimate?
  /// Covariance of the two, in square metres; zero when one is missing.
  public let covariance: Double
  /// Standard deviation of the particle's intensity beyond counting, relative: grains and texture.
  public let scatter: Double
  /// χ² and its degrees of freedom, with that scatter.
  public let chiSquared: Double
  public let degreesOfFreedom: Int
  /// Why an edge is missing.
  public let statements: [SeriesStatement]
}

extension LineScan {
  /// The edges of needle and particle in a pass.
  ///
  /// Each signal is a sum of levels with edges that the beam has rounded,
  ///
  ///     I(x) = b + N Φ((e₁ − x)/s) + P [Φ((x − e₁)/s) − Φ((x − e₂)/s)],  s = FWHM / 2.3548,
  ///
  /// with N, P or both after its source; levels are free, e₁ and e₂ common to all signals. For a sphere the bracket is
  /// the chord between the edges, rounded alike. Position and uncertainty are mean and deviation of the likelihood, so
  /// that an edge between two steps that are farther apart than the beam is wide has the uncertainty of that gap.
  ///
  /// - Parameters:
  ///   - pass: from 0.
  ///   - signals: along the steps of the plan; see ``map(_:)``.
  ///   - beam: full width at half maximum along the scan, in metres.
  ///   - shape: of the particle.
  /// - Throws: ``LineScanError`` when lengths do not fit, an uncertainty is not positive or the beam not; not for a
  ///   pass that shows no edge.
  public func edges(
    pass: Int, signals: [EdgeSignal], beam: Double, shape: ParticleShape = .slab
  ) throws(LineScanError) -> PassEdges {
    try LineScanError.requirePositive(beam, "width of the beam")
    guard pass >= 0, pass < passCount else {
      throw .outOfRange(what: "pass", value: Double(pass), expected: "one of \(passCount) passes from 0")
    }
    var usable: [EdgeSignal] = []
    for signal in signals {
      for (what, numbers) in [("values", signal.values), ("uncertainties", signal.sigmas)] {
        guard numbers.count == plan.stepCount else {
          throw .lengths(what: "\(what) of an edge signal", found: numbers.count, expected: plan.stepCount)
        }
      }
      var signal = signal
      for step in signal.values.indices {
        if frame(pass: pass, step: step) == nil { signal.values[step] = .nan }
        guard !signal.values[step].isNaN else { continue }
        try LineScanError.requireFinite([signal.values[step]], "value of an edge signal")
        try LineScanError.requirePositive(signal.sigmas[step], "uncertainty of an edge signal")
      }
      usable.append(signal)
    }
    let positions = plan.positions.indices.map { frame(pass: pass, step: $0)?.position ?? plan.positions[$0] }
    let fit = EdgeFit(positions: positions, signals: usable, beam: beam, shape: shape)
    let found = fit.result
    func estimate(_ edge: EdgeFit.Edge?) -> EdgeEstimate? {
      edge.map { EdgeEstimate(position: $0.position, sigma: $0.sigma, time: time(of: $0.position, pass: pass)) }
    }
    return PassEdges(
      pass: pass, needle: estimate(found.needle), free: estimate(found.free),
      covariance: found.needle != nil && found.free != nil ? found.covariance : 0, scatter: found.scatter,
      chiSquared: found.chiSquared, degreesOfFreedom: found.degreesOfFreedom,
      statements: found.missing.map { .edgeNotSeen(pass: pass, edge: $0.edge, reason: $0.reason) })
  }

  /// When a pass went by a position, by straight lines between the middles of its exposures.
  func time(of position: Double, pass: Int) -> Double {
    let frames = frames(ofPass: pass).sorted { $0.position < $1.position }
    guard let first = frames.first, let last = frames.last else { return .nan }
    if position <= first.position { return first.middle }
    for (below, above) in zip(frames, frames.dropFirst()) where position <= above.position {
      let width = above.position - below.position
      let t = width > 0 ? (position - below.position) / width : 0
      return below.middle + t * (above.middle - below.middle)
    }
    return last.middle
  }
}
