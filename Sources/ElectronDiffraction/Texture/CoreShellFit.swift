import ArrayMath
import Foundation

/// A value with the intervals that hold it with 68.27 % and 95.45 % (one and two standard deviations of a normal one).
public struct IntervalEstimate: Sendable, Hashable {
  /// The median.
  public let value: Double
  public let interval68, interval95: ClosedRange<Double>
}

/// The radius at which a random core turns into a textured shell, from the axes of the grains.
///
/// Every grain counts once, at its centroid, since it draws one axis; its area enters the orders of core and shell but not
/// the place of the step. The likelihood is that of ``CoreShellLikelihood``; the concentrations of core and shell are
/// integrated over (Laplace, in the variable in which a grain holds unit information on them), the scale of the step over
/// a logarithmic grid from sharp to a fifth of the range, and the centre and the height over their uncertainties.
///
/// The interval is that of the radius' own distribution under an even prior and not where the profile of the likelihood
/// falls by 1/2 or 2: a sharp step makes the likelihood jump at every grain, the profile's law does not hold and its
/// intervals are too short. For the place of a step the even prior gives intervals that cover (Ibragimov and Has'minskii,
/// "Statistical Estimation", 1981, chapter V), and where the step is smooth both agree.
public struct CoreShellFit: Sendable {
  /// Radius of the transition R_T from the particle's centre, in space, in metres.
  public let transitionRadius: IntervalEstimate
  /// Scale s of the logistic step, in metres; its lower end is the grid's where the step looks sharp.
  public let transitionScale: IntervalEstimate
  /// Whether the sharpest step that was tried is inside the interval: the scale is then an upper limit.
  public let isSharp: Bool
  /// S of the core and of the shell over their areas, and their standard uncertainties from the scatter of grains.
  public let coreOrder, shellOrder: (value: Double, uncertainty: Double)
  /// Watson distributions of the core and of the shell for ``step``, every grain counting once.
  public let core, shell: WatsonDistribution
  /// Grains by which it was found.
  public let grains: Int
  /// BIC of one distribution everywhere minus BIC of core and shell: positive where there are two.
  public let evidence: Double
  /// Share of arrangements of the same axes over the same radii that look at least as much like a core and a shell.
  public let permutationProbability: Double
  /// The even grid of radii in metres and the probability of each.
  public let radii, probabilities: [Double]

  /// The step at the two medians.
  public var step: LogisticStep { LogisticStep(position: transitionRadius.value, scale: transitionScale.value) }

  /// How it is computed.
  public struct Options: Sendable, Hashable {
    /// Radii that are tried.
    public var radii = 160
    /// Scales that are tried, from `sharpest` to `widest` of the range of radii.
    public var scales = 8
    public var sharpest = 0.004, widest = 0.2
    /// Grains left on either side at least.
    public var leastGrains = 5
    /// Arrangements that are compared.
    public var permutations = 999
    public var seed: UInt64 = 1
    public var threads = 1

    public init() {}
  }

  /// - Throws: ``TextureError/tooFewGrains(found:expected:)`` below 20 grains; an error for angles in the section, since
  ///   their distribution is not Watson's.
  public init(_ angles: RadialAngles, options: Options = Options()) throws {
    guard angles.kind == .inSpace else {
      throw TextureError.invalidParameter(
        name: "kind of angle", value: 1, expected: "the angle in space for the fit of a core and a shell")
    }
    let least = max(options.leastGrains, 1)
    let needed = max(20, 4 * least)
    guard angles.grains.count >= needed else {
      throw TextureError.tooFewGrains(found: angles.grains.count, expected: needed)
    }
    guard options.radii >= 10, options.scales >= 2, options.sharpest > 0, options.widest > options.sharpest else {
      throw TextureError.invalidParameter(
        name: "grid of steps", value: Double(options.radii), expected: "at least 10 radii and 2 ascending scales")
    }
    guard (0...1_000_000).contains(options.permutations) else {
      throw TextureError.invalidParameter(
        name: "number of permutations", value: Double(options.permutations), expected: "0 to 1000000")
    }
    let stated = Self.likelihood(angles, at: .zero, height: 0)
    let (low, high) = (stated.radii[least], stated.radii[stated.count - 1 - least])
    let spacing = (high - low) / Double(options.radii)
    let radii = (0..<options.radii).map { low + (Double($0) + 0.5) * spacing }
    let ratio = options.widest / options.sharpest
    let scales = (0..<options.scales).map {
      (high - low) * options.sharpest * pow(ratio, Double($0) / Double(options.scales - 1))
    }
    let places = Self.places(angles)
    let columns = try parallelMap(count: places.count, threads: options.threads) { item in
      let place = places[item]
      let likelihood = Self.likelihood(angles, at: place.centre, height: place.height)
      return Self.columns(likelihood, radii: radii, scales: scales, weight: place.weight)
    }.flatMap(\.self)
    let top = columns.flatMap(\.posterior).max() ?? 0
    var ofRadius = [Double](repeating: 0, count: radii.count)
    var ofScale = [Double](repeating: 0, count: scales.count)
    for (item, column) in columns.enumerated() {
      for (index, value) in column.posterior.enumerated() {
        let weight = exp(value - top)
        ofRadius[index] += weight
        ofScale[item % scales.count] += weight
      }
    }
    let total = ofRadius.reduce(0, +)
    self.radii = radii
    probabilities = ofRadius.map { $0 / total }
    transitionRadius = Self.estimate(probabilities) { low + $0 * spacing }
    let logStep = log(ratio) / Double(options.scales - 1)
    let (sharpest, scaleStart) = ((high - low) * options.sharpest, -0.5)
    transitionScale = Self.estimate(ofScale.map { $0 / total }) { sharpest * exp((scaleStart + $0) * logStep) }
    isSharp = ofScale[0] / total > 0.0228

    let step = LogisticStep(position: transitionRadius.value, scale: transitionScale.value)
    let best = stated.fit(step)
    (core, shell, grains) = (best.core, best.shell, stated.count)
    (coreOrder, shellOrder) = Self.orders(angles, best, step: step)
    let largest = columns.map(\.largest).max() ?? 0
    // Two concentrations, radius and scale against one concentration.
    evidence = 2 * (largest - stated.constant().logLikelihood) - 3 * log(Double(stated.count))

    var generator = SeededGenerator(seed: options.seed)
    let measured = stated.largestGain(least: least, squares: stated.squares)
    var (squares, reached) = (stated.squares, 1)
    for _ in 0..<options.permutations {
      squares.shuffle(using: &generator)
      if stated.largestGain(least: least, squares: squares) >= measured { reached += 1 }
    }
    permutationProbability = Double(reached) / Double(options.permutations + 1)
  }

  /// For each scale the logarithm of the probability of each radius, up to a constant, and the largest likelihood seen.
  ///
  /// Every eighth radius first; between those that are less likely than e⁻²⁰ of the best nothing is looked for.
  private static func columns(
    _ likelihood: CoreShellLikelihood, radii: [Double], scales: [Double], weight: Double
  ) -> [(posterior: [Double], largest: Double)] {
    var columns = scales.map { _ in
      (posterior: [Double](repeating: -.infinity, count: radii.count), largest: -Double.infinity)
    }
    func evaluate(_ scale: Int, _ index: Int, from start: CoreShellLikelihood.Fit?) -> CoreShellLikelihood.Fit {
      let step = LogisticStep(position: radii[index], scale: scales[scale])
      let fit = likelihood.fit(step, from: start)
      columns[scale].largest = max(columns[scale].largest, fit.logLikelihood)
      columns[scale].posterior[index] =
        log(weight) + fit.logLikelihood - log(max(fit.coreGrains, 1)) / 2 - log(max(fit.shellGrains, 1)) / 2
      return fit
    }
    let coarse = Array(stride(from: 0, to: radii.count, by: 8)) + ((radii.count - 1) % 8 == 0 ? [] : [radii.count - 1])
    let starts = scales.indices.map { scale in
      var last: CoreShellLikelihood.Fit?
      return coarse.map { index in
        let fit = evaluate(scale, index, from: last)
        last = fit
        return fit
      }
    }
    let top = columns.flatMap(\.posterior).max() ?? 0
    for scale in scales.indices {
      for (place, (left, right)) in zip(coarse, coarse.dropFirst()).enumerated() {
        let posterior = columns[scale].posterior
        guard max(posterior[left], posterior[right]) > top - 20 else { continue }
        var last = starts[scale][place]
        for index in left + 1..<right { last = evaluate(scale, index, from: last) }
      }
    }
    return columns
  }

  /// Means over the grains' areas, each grain belonging to core and shell by its probabilities.
  private static func orders(
    _ angles: RadialAngles, _ fit: CoreShellLikelihood.Fit, step: LogisticStep
  ) -> (core: (value: Double, uncertainty: Double), shell: (value: Double, uncertainty: Double)) {
    let grains = angles.grains.indices.map { k in
      let square = cos(angles.grainAngles[k]) * cos(angles.grainAngles[k])
      let h = step(angles.grainRadii[k])
      let inCore = (1 - h) * exp(fit.core.concentration * square - fit.core.logNormaliser)
      let inShell = h * exp(fit.shell.concentration * square - fit.shell.logNormaliser)
      return (order: (3 * square - 1) / 2, area: angles.grains[k].area, shell: inShell / (inCore + inShell))
    }
    func mean(_ weights: [Double]) -> (value: Double, uncertainty: Double) {
      let total = weights.reduce(0, +)
      let value = zip(weights, grains).reduce(0) { $0 + $1.0 * $1.1.order } / total
      let squares = zip(weights, grains).reduce(0.0) { sum, pair in
        let residual = pair.0 * (pair.1.order - value)
        return sum + residual * residual
      }
      return (value, squares.squareRoot() / total)
    }
    return (mean(grains.map { $0.area * (1 - $0.shell) }), mean(grains.map { $0.area * $0.shell }))
  }

  private static func likelihood(
    _ angles: RadialAngles, at displacement: SIMD2<Double>, height: Double
  ) -> CoreShellLikelihood {
    var geometry = angles.geometry
    geometry.centre += displacement
    geometry.height += height
    return CoreShellLikelihood(
      radii: angles.grains.map { geometry.distance($0.centroid) },
      squaredCosines: angles.grains.map { geometry.squaredCosine($0.centroid, $0.cAxis) })
  }

  /// Displaced centres and heights with their weights: three points of Gauss and Hermite for each that is uncertain.
  private static func places(_ angles: RadialAngles) -> [(centre: SIMD2<Double>, height: Double, weight: Double)] {
    let nodes: [(at: Double, weight: Double)] = [
      (-3.0.squareRoot(), 1 / 6.0), (0, 2 / 3.0), (3.0.squareRoot(), 1 / 6.0),
    ]
    let still: [(at: Double, weight: Double)] = [(0, 1)]
    let covariance = angles.section.covariance
    let inPlane = covariance == .zero ? still : nodes
    let inHeight = angles.height.uncertainty > 0 ? nodes : still
    return inPlane.flatMap { x in
      inPlane.flatMap { y in
        inHeight.map { z in
          (
            covariance.displacement(SIMD2(x.at, y.at)), z.at * angles.height.uncertainty,
            x.weight * y.weight * z.weight
          )
        }
      }
    }
  }

  /// Median and intervals of cells of a scale: `value` takes a place in cells, 0 at the lower edge of the first.
  private static func estimate(_ probabilities: [Double], value: (Double) -> Double) -> IntervalEstimate {
    func place(_ share: Double) -> Double {
      var sum = 0.0
      for (cell, probability) in probabilities.enumerated() {
        if sum + probability >= share, probability > 0 { return Double(cell) + (share - sum) / probability }
        sum += probability
      }
      return Double(probabilities.count)
    }
    let (one, two) = (0.158_655_254, 0.022_750_132)
    return IntervalEstimate(
      value: value(place(0.5)), interval68: value(place(one))...value(place(1 - one)),
      interval95: value(place(two))...value(place(1 - two)))
  }
}
