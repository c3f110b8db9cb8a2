import Foundation

/// A measure of the lattice during one exposure, for fitting the clock.
public struct ClockSample: Sendable, Hashable {
  public var exposure: Exposure
  /// c, a or a distance of planes, in metres (any unit as long as all share it).
  public var value: Double
  /// Standard uncertainty in the same unit.
  public var sigma: Double
  /// Samples of one group share baseline and response: the position in a line scan.
  public var group: Int

  public init(exposure: Exposure, value: Double, sigma: Double, group: Int = 0) {
    self.exposure = exposure
    self.value = value
    self.sigma = sigma
    self.group = group
  }
}

/// The offset of the clocks from the lattice itself: the offset with which lattice and charge go together best.
///
/// For each offset Δ the values of a group are fitted by least squares,
///
///     y = y₀ + Σ_j β_j s^j,  s the mean state of charge over the exposure at t + Δ,
///
/// or, where the curve is known, `y = y₀ + f(κ s)` with one κ for all groups: the assumed mass over the active one.
/// A polynomial that does not follow the response biases Δ by far more than its uncertainty: the published c of NMC811 sets
/// in so softly that a parabola over 10 % of charge does, so use the curve there. What fixes Δ is where the response starts
/// and stops with the current. The offset is the mean of the likelihood over
/// the searched range, since χ² has corners where frames meet the start of the current.
public struct ClockFit: Sendable, Hashable {
  /// How the lattice follows the charge.
  public enum Response: Sendable, Hashable {
    /// A polynomial of the state of charge, of this degree, for each group.
    case polynomial(degree: Int)
    /// The c of a known curve.
    case curveC(LatticeCurve)
    /// The a of a known curve.
    case curveA(LatticeCurve)
  }

  /// Offset and uncertainty.
  public let clock: ExperimentClock
  /// χ² at the best offset and its degrees of freedom.
  public let chiSquared: Double
  public let degreesOfFreedom: Int
  /// Samples that a shift within the searched range could push beyond the record's end, left out.
  public let leftOut: Int
  /// κ of a known curve: coulombic over local state of charge is 1/κ; 1 for a polynomial.
  public let chargeFactor: Double
  public let statements: [SeriesStatement]

  /// - Parameters:
  ///   - samples: measured during the charge, and some before or after it.
  ///   - record: of the potentiostat. Before its start the cell is taken to be at rest.
  ///   - response: how the lattice follows.
  ///   - range: offsets to search, in seconds.
  ///   - prior: what is known of the offset already, with an uncertainty above zero.
  /// - Throws: ``LineScanError`` for numbers that are not finite, uncertainties that are not positive, a degree outside
  ///   1...4, or fewer samples than are fitted.
  public init(
    _ samples: [ClockSample], record: ChargeRecord, response: Response = .polynomial(degree: 1),
    range: ClosedRange<Double>, prior: ExperimentClock? = nil
  ) throws(LineScanError) {
    try LineScanError.requireFinite(samples.map(\.value), "value")
    for sample in samples { try LineScanError.requirePositive(sample.sigma, "uncertainty of a value") }
    try LineScanError.requireFinite(samples.map(\.exposure.start), "start of exposure")
    try LineScanError.requireFinite(samples.map(\.exposure.length), "length of exposure")
    try LineScanError.requireFinite([range.lowerBound, range.upperBound], "searched offset")
    try LineScanError.requirePositive(range.upperBound - range.lowerBound, "width of the searched offsets")
    if let prior { try LineScanError.requirePositive(prior.sigma, "uncertainty of the offset known before") }
    if case .polynomial(let degree) = response, !(1...4).contains(degree) {
      throw .outOfRange(what: "degree", value: Double(degree), expected: "1 to 4")
    }
    // The same samples for every offset, or their χ² could not be compared.
    let kept = samples.filter {
      $0.exposure.start + $0.exposure.length + range.upperBound <= record.span.upperBound
    }
    let model = ClockModel(samples: kept, record: record, response: response)
    let degrees = kept.count - model.parameterCount
    guard degrees > 0 else {
      throw .tooFew(
        what: "samples that stay within the record over the searched offsets", found: kept.count,
        needed: model.parameterCount + 1)
    }
    func penalty(_ offset: Double) -> Double {
      guard let prior else { return 0 }
      let pull = (offset - prior.offset) / prior.sigma
      return pull * pull
    }
    var factor = 1.0
    func misfit(_ offset: Double) -> Double { model.chiSquared(offset, factor: &factor) }
    let best = Self.lowest(range) { misfit($0) + penalty($0) }
    let least = misfit(best)
    // More scatter than stated widens the likelihood; less does not narrow it.
    let scale = max(1, least / Double(degrees))
    let (mean, sigma) = Self.moments(about: best, range) {
      (misfit($0) - least) / scale + penalty($0) - penalty(best)
    }
    _ = misfit(best)
    chargeFactor = factor
    clock = try ExperimentClock(offset: mean, sigma: sigma)
    chiSquared = least
    degreesOfFreedom = degrees
    leftOut = samples.count - kept.count
    // A flat likelihood has a deviation of 0.29 of the range.
    let width = range.upperBound - range.lowerBound
    statements = sigma > 0.2 * width ? [.clockNotDetermined(sigma: sigma, searched: range)] : []
  }

  private static func lowest(_ range: ClosedRange<Double>, _ function: (Double) -> Double) -> Double {
    let steps = 200
    let width = (range.upperBound - range.lowerBound) / Double(steps)
    let places = (0...steps).map { range.lowerBound + width * Double($0) }
    var best = (place: range.lowerBound, value: Double.infinity)
    for place in places {
      let value = function(place)
      if value < best.value { best = (place, value) }
    }
    let low = max(best.place - width, range.lowerBound)
    let high = min(best.place + width, range.upperBound)
    return goldenSection(low...high, function)
  }

  /// Mean and deviation of exp(−f/2), on a grid that is narrowed until it fits.
  private static func moments(
    about best: Double, _ range: ClosedRange<Double>, _ function: (Double) -> Double
  ) -> (mean: Double, sigma: Double) {
    var window = range
    var result = (mean: best, sigma: range.upperBound - range.lowerBound)
    for _ in 0..<8 {
      let steps = 160
      let width = (window.upperBound - window.lowerBound) / Double(steps)
      guard width > 0 else { break }
      var sums = SIMD3<Double>(0, 0, 0)
      for step in 0...steps {
        let place = window.lowerBound + width * Double(step)
        let density = exp(-function(place) / 2)
        let offset = place - best
        sums += density * SIMD3(1, offset, offset * offset)
      }
      guard sums.x > 0 else {
        window = max(range.lowerBound, best - 20 * width)...min(range.upperBound, best + 20 * width)
        continue
      }
      let mean = sums.y / sums.x
      result = (best + mean, max(sums.z / sums.x - mean * mean, 0).squareRoot())
      // Few steps within the peak: look closer.
      if result.sigma > 8 * width { break }
      let half = max(8 * result.sigma, 20 * width)
      let next = max(range.lowerBound, result.mean - half)...min(range.upperBound, result.mean + half)
      guard next.upperBound - next.lowerBound < 0.9 * (window.upperBound - window.lowerBound) else { break }
      window = next
    }
    return result
  }
}
